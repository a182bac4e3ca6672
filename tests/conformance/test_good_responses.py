"""Responses that go on: status, fields and body as the service gave them, framed anew for the client."""

import pytest

from tests.support.cases import PassedResponse, get, table
from tests.support.connection import Connection
from tests.support.http1 import chunked
from tests.support.upstream import answer, answer_and_watch
from tests.support.wire import Wire

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def _ok(*fields: bytes, body: bytes = b"ok") -> bytes:
    return (
        b"HTTP/1.1 200 OK\r\n"
        + b"".join(f + b"\r\n" for f in fields)
        + b"Content-Length: %d\r\n\r\n" % len(body)
        + body
    )


@table(
    PassedResponse("a length", _ok(), body=b"ok", delimited="length", reuses=True),
    PassedResponse("a length of nought", _ok(body=b""), delimited="length", reuses=True),
    PassedResponse("a length with leading noughts", b"HTTP/1.1 200 OK\r\nContent-Length: 002\r\n\r\nok", body=b"ok"),
    PassedResponse("chunks", CHUNKED + chunked(b"hello", b", ", b"world"), body=b"hello, world", delimited="chunked",
                   reuses=True),
    PassedResponse("no chunk but the last", CHUNKED + b"0\r\n\r\n", reuses=True),
    PassedResponse("chunks with an extension", CHUNKED + b"5;a=b\r\nhello\r\n0;c\r\n\r\n", body=b"hello", reuses=True),
    PassedResponse("chunks in capitals", CHUNKED.replace(b"chunked", b"CHUNKED") + b"A\r\n0123456789\r\n0\r\n\r\n",
                   body=b"0123456789", reuses=True),
    PassedResponse("its end", b"HTTP/1.1 200 OK\r\n\r\nhello", body=b"hello", closes=True, reuses=False),
    PassedResponse("its end, announced", b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhello", body=b"hello",
                   closes=True, reuses=False),
    PassedResponse("its end, at once", b"HTTP/1.1 200 OK\r\n\r\n", closes=True, reuses=False),
    PassedResponse("a MiB of length", _ok(body=b"x" * (1 << 20)), body=b"x" * (1 << 20), reuses=True),
    PassedResponse("a MiB of chunks", CHUNKED + chunked(*[b"x" * 65536] * 16), body=b"x" * (1 << 20), reuses=True),
    PassedResponse("ten thousand chunks", CHUNKED + chunked(*[b"x"] * 10_000), body=b"x" * 10_000, reuses=True),
    PassedResponse("a body that looks like a response", _ok(body=_ok()), body=_ok(), reuses=True),
    PassedResponse("bytes of every kind", _ok(body=bytes(range(256))), body=bytes(range(256)), reuses=True),
)  # fmt: skip
def test_a_body_ends_where_the_service_says(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


@pytest.mark.parametrize("said", [_ok(), CHUNKED + chunked(b"o", b"k")], ids=["length", "chunks"])
@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_response_may_arrive_in_pieces_of_any_size(wire: Wire, said: bytes, step: int) -> None:
    parts = [said[i : i + step] for i in range(0, len(said), step)]
    wire.passes_response(PassedResponse("", parts, body=b"ok", reuses=True))


@table(
    PassedResponse("after a length", _ok() + b"surplus", body=b"ok", reuses=False),
    PassedResponse("a whole response after a length", _ok() + _ok(body=b"poison"), body=b"ok", reuses=False),
    PassedResponse("after a length of nought", _ok(body=b"") + _ok(body=b"poison"), reuses=False),
    PassedResponse("after the last chunk", CHUNKED + chunked(b"ok") + _ok(body=b"poison"), body=b"ok", reuses=False),
    PassedResponse("one byte", _ok() + b"\n", body=b"ok", reuses=False),
    PassedResponse("an empty line", _ok() + b"\r\n", body=b"ok", reuses=False),
    PassedResponse("after a 204", b"HTTP/1.1 204 No Content\r\n\r\n" + _ok(body=b"poison"), status=204, reuses=False),
)
def test_surplus_bytes_are_nobodys_response_and_end_the_connection(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


def test_surplus_bytes_that_come_later_end_the_connection_too(wire: Wire) -> None:
    connections: list[Connection] = []

    def script(connection: Connection) -> None:
        connection.read_request()
        connections.append(connection)  # before the answer, which the test waits for
        connection.send(_ok())

    wire.upstream.script = script
    with wire.client() as client:
        assert client.send(get()).response().body == b"ok"
        connections[0].send(_ok(body=b"poison"))
        connections[0].wait_end()
        assert client.send(get()).response().body == b"ok"
    assert len(connections) == 2


@table(
    *(
        PassedResponse(name, line + b"\r\nContent-Length: 2\r\n\r\nok", status=status, body=b"ok")
        for name, line, status in [
            ("201", b"HTTP/1.1 201 Created", 201),
            ("206", b"HTTP/1.1 206 Partial Content", 206),
            ("301", b"HTTP/1.1 301 Moved Permanently", 301),
            ("404", b"HTTP/1.1 404 Not Found", 404),
            ("418", b"HTTP/1.1 418 I'm a teapot", 418),
            ("429", b"HTTP/1.1 429 Too Many Requests", 429),
            ("500", b"HTTP/1.1 500 Internal Server Error", 500),
            ("502 of the service's own", b"HTTP/1.1 502 Bad Gateway", 502),
            ("503 of the service's own", b"HTTP/1.1 503 Service Unavailable", 503),
            ("599", b"HTTP/1.1 599 Whatever", 599),
            ("an empty phrase", b"HTTP/1.1 200 ", 200),
            ("no phrase and no space", b"HTTP/1.1 200", 200),
            ("a phrase in UTF-8", "HTTP/1.1 200 Schön".encode(), 200),
        ]
    )
)
def test_a_status_goes_on_as_it_is(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


@table(
    PassedResponse("Server", _ok(b"Server: nginx"), body=b"ok", fields={b"server": [b"nginx"]}),
    PassedResponse("Date", _ok(b"Date: Tue, 15 Nov 1994 08:12:31 GMT"), body=b"ok",
                   fields={b"date": [b"Tue, 15 Nov 1994 08:12:31 GMT"]}),
    PassedResponse("several cookies", _ok(b"Set-Cookie: a=1", b"Set-Cookie: b=2"), body=b"ok",
                   fields={b"set-cookie": [b"a=1", b"b=2"]}),
    PassedResponse("Location", _ok(b"Location: http://internal:8080/x"), body=b"ok",
                   fields={b"location": [b"http://internal:8080/x"]}),
    PassedResponse("a name with an underscore", _ok(b"X_A: b"), body=b"ok", fields={b"x_a": [b"b"]}),
    PassedResponse("UTF-8", _ok("X-A: né".encode()), body=b"ok", fields={b"x-a": ["né".encode()]}),
    PassedResponse("an empty value", _ok(b"X-A:"), body=b"ok", fields={b"x-a": [b""]}),
    PassedResponse("white space around it", _ok(b"X-A: \t b \t"), body=b"ok", fields={b"x-a": [b"b"]}),
    PassedResponse("WWW-Authenticate", _ok(b'WWW-Authenticate: Basic realm="x"'), body=b"ok",
                   fields={b"www-authenticate": [b'Basic realm="x"']}),
    PassedResponse("Content-Encoding, untouched", _ok(b"Content-Encoding: gzip", body=b"\x1f\x8b\x00"),
                   body=b"\x1f\x8b\x00", fields={b"content-encoding": [b"gzip"]}),
    PassedResponse("4 KiB of Content-Security-Policy", _ok(b"Content-Security-Policy: " + b"a" * 4096), body=b"ok",
                   fields={b"content-security-policy": [b"a" * 4096]}),
)  # fmt: skip
def test_a_field_of_a_response_goes_on_as_it_came(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


def test_a_response_without_a_date_gets_one(wire: Wire) -> None:
    response = wire.answers(answer(_ok()), get())

    assert len(response.values(b"date")) == 1


@table(
    PassedResponse("103 with its links", b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\n" + _ok(), body=b"ok",
                   interim=[103], reuses=True),
    PassedResponse("several", b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n" + _ok(), body=b"ok",
                   interim=[103, 103], reuses=True),
    PassedResponse("102", b"HTTP/1.1 102 Processing\r\n\r\n" + _ok(), body=b"ok", interim=[102], reuses=True),
    PassedResponse("one nobody knows", b"HTTP/1.1 199 Whatever\r\n\r\n" + _ok(), body=b"ok", interim=[199],
                   reuses=True),
    PassedResponse("100 that nobody waits for is swallowed", b"HTTP/1.1 100 Continue\r\n\r\n" + _ok(), body=b"ok",
                   reuses=True),
    PassedResponse("one in pieces", [b"HTTP/1.1 103 Ea", b"rly Hints\r\n\r", b"\n", _ok()], body=b"ok", interim=[103]),
)  # fmt: skip
def test_an_interim_response_goes_on_before_the_final_one(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


def test_the_fields_of_an_interim_response_go_on(wire: Wire) -> None:
    said = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nConnection: close\r\n\r\n"
    response = wire.answers(answer(said + _ok()), get())

    assert response.interim[0].values(b"link") == [b"</a.css>; rel=preload"]
    assert response.interim[0].values(b"connection") == []


@pytest.mark.parametrize(
    "said",
    [
        b"HTTP/1.1 103 X\r\n\r\n" * 1000,
        b"HTTP/1.1 103 X\r\nContent-Length: 5\r\n\r\nhello" + _ok(),
        b"HTTP/1.1 103 X\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + _ok(),
        b"HTTP/1.1 103 X\r\nX-A : b\r\n\r\n" + _ok(),
        b"HTTP/1.1 103 X\r\nX-A: " + b"a" * 70_000 + b"\r\n\r\n" + _ok(),
    ],
    ids=["a thousand of them", "one with a length", "one that is chunked", "one that is malformed", "one of 70 KiB"],
)
def test_interim_responses_without_end_or_with_a_body_are_a_502(wire: Wire, said: bytes) -> None:
    response = wire.answers(answer_and_watch(said), get())

    assert response.status == 502
    wire.check_problem(response, "bad_response")
    wire.still_serves()


def test_what_an_interim_response_names_in_its_connection_ends_here(wire: Wire) -> None:
    """RFC 9110 7.6.1 holds for interim responses as for all others."""
    named = b"HTTP/1.1 103 Early Hints\r\nConnection: x-hop, close\r\nX-Hop: 1\r\nLink: </a.css>\r\n\r\n"
    response = wire.answers(answer(named + _ok()), get())

    assert response.interim[0].values(b"x-hop") == []
    assert response.interim[0].values(b"link") == [b"</a.css>"]
