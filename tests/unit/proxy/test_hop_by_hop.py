"""Hop-by-hop fields end here, whatever Connection says (behaviour: 7), and so do names with an underscore (8)."""

import pytest

from tests.unit.proxy.scene import Scene, plan, scene

ENDS_HERE = [
    b"Proxy-Connection: keep-alive",
    b"Proxy-Authenticate: Basic",
    b"Proxy-Authorization: Basic eA==",
    b"Proxy-Authentication-Info: x",
    b"Proxy: http://evil.com",
    b"Keep-Alive: timeout=5",
    b"Connection: keep-alive",
    b"Trailer: X-Sum",
    b"Upgrade: h2c",
    b"HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA",
    b"TE: gzip",
]


def forwarded(s: Scene, *fields: bytes, method: bytes = b"GET", body: bytes = b"") -> dict[bytes, list[bytes]]:
    """What the service gets: names to values."""
    s.client().ask(method, b"/", *fields, body=body)
    request = s.upstream().request()
    return {name: request.values(name) for name, _ in request.fields}


@pytest.mark.parametrize("line", ENDS_HERE)
def test_a_request_field_ends_here(line: bytes) -> None:
    with scene() as s:
        assert line.partition(b":")[0].lower() not in forwarded(s, line)


@pytest.mark.parametrize("line", ENDS_HERE)
def test_a_response_field_ends_here(line: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"", line)

        assert client.response().values(line.partition(b":")[0].lower()) == []


@pytest.mark.parametrize("option", [b"X-Secret", b"x-secret , Other", b"close, X-SECRET"])
def test_fields_that_connection_names_end_here(option: bytes) -> None:
    with scene() as s:
        names = forwarded(s, b"Connection: " + option, b"X-Secret: a", b"x-secret: b", b"X-Public: c")

        assert b"x-secret" not in names
        assert names[b"x-public"] == [b"c"]


@pytest.mark.parametrize("name", [b"Via", b"User-Agent", b"Date", b"Tracestate", b"Cookie", b"Authorization"])
def test_fields_that_connection_names_end_here_whatever_they_are(name: bytes) -> None:
    """RFC 9110 7.6.1: all of them; a client may ask us not to pass on its User-Agent."""
    with scene() as s:
        trace = b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
        names = forwarded(s, b"Connection: " + name, name + b": theirs", trace)

        assert b"theirs" not in b"".join(names.get(name.lower(), []))


@pytest.mark.parametrize("name", [b"X-Secret", b"Server", b"Set-Cookie", b"Via"])
def test_response_fields_that_connection_names_end_here(name: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"hello", b"Connection: " + name, name + b": theirs", b"X-Public: c")
        response = client.response()

        assert b"theirs" not in b"".join(response.values(name.lower()))
        assert response.values(b"x-public") == [b"c"]


@pytest.mark.parametrize(
    "name",
    [
        b"Host",
        b"X-Forwarded-For",
        b"X-Forwarded-Proto",
        b"X-Forwarded-Host",
        b"X-Request-ID",
        b"traceparent",
        b"Via",
    ],
)
def test_connection_cannot_remove_what_the_gateway_adds(name: bytes) -> None:
    with scene() as s:
        names = forwarded(s, b"Connection: " + name, name + b": x" if name != b"Host" else b"X-Y: z")

        assert len(names[name.lower()]) == 1
        assert names[name.lower()] != [b"x"]


@pytest.mark.parametrize("name", [b"X-Request-ID", b"Via", b"Date"])
def test_a_services_connection_field_cannot_remove_what_the_gateway_adds(name: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"", b"Connection: " + name)

        assert len(client.response().values(name.lower())) == 1


EXTRA_FIELDS = [
    (),
    (b"tracestate: a=b",),
    (b"tracestate: a=b", b"traceparent: nonsense"),
    (b"TE: trailers",),
    (b"X_Y: z",),
    (b"X-Forwarded-For: 1.1.1.1",),
]


@pytest.mark.parametrize("extra", EXTRA_FIELDS)
def test_connection_cannot_remove_the_length_of_a_body(extra: tuple[bytes, ...]) -> None:
    """Else the body would be read as a request of its own: the service gets one request, never two."""
    inner = b"GET /admin HTTP/1.1\r\nHost: example.com\r\n\r\n"
    with scene() as s:
        options = b"Connection: content-length, transfer-encoding"
        length = b"Content-Length: %d" % len(inner)
        s.client().ask(b"POST", b"/", options, length, *extra, body=inner)
        request = s.upstream().request()

        assert (request.target, request.body) == (b"/", inner)
        assert s.upstream().got() == b""


@pytest.mark.parametrize("extra", EXTRA_FIELDS)
def test_connection_cannot_remove_the_chunks_of_a_body(extra: tuple[bytes, ...]) -> None:
    with scene() as s:
        options = b"Connection: transfer-encoding, content-length"
        s.client().ask(b"POST", b"/", options, b"Transfer-Encoding: chunked", *extra, body=b"5\r\nhello\r\n0\r\n\r\n")
        request = s.upstream().request()

        assert request.body == b"hello"
        assert s.upstream().got() == b""


def test_a_services_connection_field_cannot_remove_the_length_of_a_body() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"hello", b"Connection: content-length")

        assert client.response().body == b"hello"


def test_trailers_are_announced_to_the_service_for_a_client_that_takes_them() -> None:
    with scene() as s:
        names = forwarded(s, b"TE: gzip, trailers", b"Connection: TE")

        assert names[b"te"] == [b"trailers"]
        assert names[b"connection"] == [b"TE"]


@pytest.mark.parametrize(
    "lines",
    [
        (b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABkAAQ"),
        (b"Connection: upgrade", b"Upgrade: TLS/1.0"),
        (b"Connection: upgrade", b"Upgrade: websocket, h2c"),
        (b"Upgrade: websocket",),
    ],
)
def test_an_upgrade_that_the_route_does_not_allow_is_not_passed_on(lines: tuple[bytes, ...]) -> None:
    with scene() as s:
        names = forwarded(s, *lines)

        assert b"upgrade" not in names
        assert b"connection" not in names
        assert b"http2-settings" not in names


@pytest.mark.parametrize(
    "name",
    [
        b"X-Forwarded-For", b"X-Forwarded-Proto", b"X-Forwarded-Host", b"X-Forwarded-Port", b"X-Forwarded-Server",
        b"X-Forwarded-Ssl", b"X-Forwarded-Prefix", b"X-Forwarded-Scheme", b"X-Forwarded-By", b"X-Forwarded-User",
        b"X-Forwarded-Email", b"X-Forwarded-Groups", b"X-Forwarded-Uri", b"X-Forwarded-Method",
        b"X-Forwarded-Preferred-Username", b"X-Forwarded-Access-Token", b"X-Forwarded-Client-Cert", b"X-Forwarded-Tls",
        b"X-Forwarded-Anything", b"X-Forwarded", b"X-Real-IP", b"Forwarded",
    ],
)  # fmt: skip
def test_the_whole_forwarded_family_is_replaced_from_an_untrusted_peer(name: bytes) -> None:
    """X-Forwarded-* is one family: X-Forwarded-User, which many services believe, no less than X-Forwarded-For."""
    with scene() as s:
        names = forwarded(s, name + b": theirs")

        assert b"theirs" not in b"".join(names.get(name.lower(), []))


# ── underscores ───────────────────────────────────────────────────────


def test_a_name_with_an_underscore_ends_here_and_is_counted_and_named_once() -> None:
    with scene() as s:
        for _ in range(3):
            assert b"x_a" not in forwarded(s, b"X_A: b")
        forwarded(s, b"X_B: c", b"x_a: d")

        assert s.gateway.underscores.dropped == 5
        assert [message for _, message, _ in s.reporter.events] == [
            'dropped the request header "x_a": its name holds "_"',
            'dropped the request header "x_b": its name holds "_"',
        ]


def test_names_without_end_are_counted_but_not_all_named() -> None:
    with scene() as s:
        client = s.client()
        for number in range(300):
            client.ask(b"GET", b"/", b"x_%d: y" % number)
            s.upstream().answer()

        assert s.gateway.underscores.dropped == 300
        assert len(s.reporter.events) == 100


def test_a_name_that_is_allowed_passes() -> None:
    with scene(plan(allowed_underscores=frozenset({b"x_allowed"}))) as s:
        names = forwarded(s, b"X_Allowed: a", b"X_Other: b")

        assert names[b"x_allowed"] == [b"a"]
        assert b"x_other" not in names


def test_an_underscore_does_not_pass_for_a_dash() -> None:
    with scene() as s:
        names = forwarded(s, b"X_Forwarded_For: 1.1.1.1", b"Content_Length: 5", b"X_Request_Id: forged")

        assert names[b"x-forwarded-for"] == [b"203.0.113.9"]
        assert b"content-length" not in names
        assert b"forged" not in names[b"x-request-id"]


def test_underscores_of_a_service_are_its_own_business() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"", b"x_a: b")

        assert client.response().values(b"x_a") == [b"b"]
