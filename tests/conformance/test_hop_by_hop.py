"""Fields that end at the gateway (RFC 9110 7.6.1): the known ones and those that Connection names, and never ours."""

import pytest

from tests.support.cases import Forwarded, PassedResponse, get, post, table
from tests.support.http1 import chunked
from tests.support.wire import Wire


@table(
    Forwarded("Keep-Alive", get(b"Keep-Alive: timeout=5"), absent=[b"keep-alive"]),
    Forwarded("Proxy-Connection", get(b"Proxy-Connection: keep-alive"), absent=[b"proxy-connection"]),
    Forwarded("Proxy-Authorization", get(b"Proxy-Authorization: Basic eDp5"), absent=[b"proxy-authorization"]),
    Forwarded("Proxy-Authenticate", get(b"Proxy-Authenticate: Basic"), absent=[b"proxy-authenticate"]),
    Forwarded("Proxy-Authentication-Info", get(b"Proxy-Authentication-Info: x"), absent=[b"proxy-authentication-info"]),
    Forwarded("Proxy, which scripts take for a setting", get(b"Proxy: http://evil.example"), absent=[b"proxy"]),
    Forwarded("Proxy in capitals", get(b"PROXY: http://evil.example"), absent=[b"proxy"]),
    Forwarded("TE: gzip", get(b"TE: gzip"), absent=[b"te"]),
    Forwarded("TE: gzip that Connection names", get(b"Connection: TE", b"TE: gzip;q=0.5"), absent=[b"te"]),
    Forwarded("Upgrade to h2c",
              get(b"Connection: Upgrade, HTTP2-Settings", b"Upgrade: h2c", b"HTTP2-Settings: AAMAAABk"),
              absent=[b"upgrade", b"http2-settings"]),
    Forwarded("Upgrade without Connection", get(b"Upgrade: websocket"), absent=[b"upgrade"]),
    Forwarded("HTTP2-Settings", get(b"HTTP2-Settings: AAMAAABk"), absent=[b"http2-settings"]),
    Forwarded("Connection: close", get(b"Connection: close"), absent=[b"close"]),
    Forwarded("Connection: keep-alive", get(b"Connection: keep-alive"), absent=[b"keep-alive"]),
)  # fmt: skip
def test_a_known_field_goes_no_further(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@table(
    Forwarded("one name", get(b"Connection: X-Hop", b"X-Hop: 1", b"X-End: 2"), absent=[b"x-hop"],
              fields={b"x-end": [b"2"]}),
    Forwarded("another case", get(b"Connection: x-HOP", b"X-hop: 1"), absent=[b"x-hop"]),
    Forwarded("several names", get(b"Connection: X-A, X-B,X-C", b"X-A: 1", b"X-B: 2", b"X-C: 3"),
              absent=[b"x-a", b"x-b", b"x-c"]),
    Forwarded("names in several fields", get(b"Connection: X-A", b"X-A: 1", b"Connection: X-B", b"X-B: 2"),
              absent=[b"x-a", b"x-b"]),
    Forwarded("a name beside close", get(b"Connection: close, X-A", b"X-A: 1"), absent=[b"x-a"]),
    Forwarded("a field that came before", get(b"X-A: 1", b"Connection: X-A"), absent=[b"x-a"]),
    Forwarded("every copy of it", get(b"X-A: 1", b"Connection: X-A", b"X-A: 2"), absent=[b"x-a"]),
    Forwarded("empty members of the list", get(b"Connection: , ,X-A, ,", b"X-A: 1"), absent=[b"x-a"]),
    Forwarded("a name that is not there", get(b"Connection: X-None", b"X-A: 1"), fields={b"x-a": [b"1"]}),
    Forwarded("the credentials", get(b"Connection: authorization", b"Authorization: Basic eDp5"),
              absent=[b"authorization"]),
    Forwarded("a cookie", get(b"Connection: cookie", b"Cookie: a=b"), absent=[b"cookie"]),
    Forwarded("a name that is only part of another", get(b"Connection: X-A", b"X-AB: 1"), fields={b"x-ab": [b"1"]}),
)  # fmt: skip
def test_what_connection_names_goes_no_further(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@table(
    Forwarded("Host", get(b"Connection: Host")),
    Forwarded("X-Forwarded-For", get(b"Connection: X-Forwarded-For"), fields={b"x-forwarded-for": [b"127.0.0.1"]}),
    Forwarded("X-Forwarded-For, sent too", get(b"Connection: X-Forwarded-For", b"X-Forwarded-For: 203.0.113.9"),
              fields={b"x-forwarded-for": [b"127.0.0.1"]}),
    Forwarded("X-Forwarded-Proto", get(b"Connection: X-Forwarded-Proto"), fields={b"x-forwarded-proto": [b"http"]}),
    Forwarded("X-Forwarded-Host", get(b"Connection: X-Forwarded-Host"),
              fields={b"x-forwarded-host": [b"example.com"]}),
    Forwarded("Content-Length", post(b"Connection: Content-Length", b"Content-Length: 5", body=b"hello"),
              method=b"POST", body=b"hello", framing=b"length"),
    Forwarded("Transfer-Encoding",
              post(b"Connection: Transfer-Encoding", b"Transfer-Encoding: chunked", body=chunked(b"hello")),
              method=b"POST", body=b"hello", framing=b"chunked"),
    Forwarded("a field that a policy sets", get(b"Connection: X-Client", target=b"/client/x"), target=b"/client/x",
              fields={b"x-client": [b"127.0.0.1"]}),
)  # fmt: skip
def test_connection_cannot_remove_what_the_gateway_says(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@pytest.mark.parametrize("name", [b"X-Request-ID", b"Via", b"traceparent"])
def test_connection_cannot_remove_ids_and_via(wire: Wire, name: bytes) -> None:
    request = wire.forwards(Forwarded("", get(b"Connection: " + name)))

    assert len(request.values(name.lower())) == 1


def test_te_trailers_is_all_that_is_left_of_te(wire: Wire) -> None:
    request = wire.forwards(Forwarded("", get(b"Connection: TE", b"TE: trailers, deflate;q=0.5")))

    assert request.values(b"te") in ([], [b"trailers"])


@table(
    *(
        PassedResponse(name, b"HTTP/1.1 200 OK\r\n" + field + b"\r\nX-End: 1\r\nContent-Length: 2\r\n\r\nok",
                       body=b"ok", fields={b"x-end": [b"1"]}, absent=absent)
        for name, field, absent in [
            ("Keep-Alive", b"Keep-Alive: timeout=5, max=100", [b"keep-alive"]),
            ("Proxy-Connection", b"Proxy-Connection: close", [b"proxy-connection"]),
            ("Proxy-Authenticate", b"Proxy-Authenticate: Basic", [b"proxy-authenticate"]),
            ("Proxy-Authentication-Info", b"Proxy-Authentication-Info: x", [b"proxy-authentication-info"]),
            ("Upgrade", b"Upgrade: h2c", [b"upgrade"]),
            ("Upgrade with Connection", b"Connection: upgrade\r\nUpgrade: h2c", [b"upgrade"]),
            ("what Connection names", b"Connection: X-Hop\r\nX-Hop: 1", [b"x-hop"]),
            ("what Connection names after it came", b"X-Hop: 1\r\nConnection: keep-alive, x-hop", [b"x-hop"]),
            ("two names", b"Connection: X-A, X-B\r\nX-A: 1\r\nX-B: 2", [b"x-a", b"x-b"]),
        ]
    ),
    PassedResponse("Connection: close, which is about the upstream",
                   b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok", body=b"ok",
                   absent=[b"connection"], closes=True),
    PassedResponse("Content-Length that Connection names stays",
                   b"HTTP/1.1 200 OK\r\nConnection: content-length\r\nContent-Length: 2\r\n\r\nok", body=b"ok"),
)  # fmt: skip
def test_a_response_loses_its_hop_by_hop_fields(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)
