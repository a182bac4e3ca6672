"""What a parser remembers never changes an answer, never includes credentials, and is bounded."""

import gc
import sys

import pytest

from gatewayctl.core.framing import BadMessage
from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead, ResponseHead
from tests.unit.core.heads import parser


def facts(head: RequestHead | ResponseHead) -> dict[str, object]:
    return {name: getattr(head, name) for name in type(head).__slots__}


REQUESTS = [
    b"GET / HTTP/1.1\r\nHost: example.com",
    b"GET /a?b HTTP/1.1\r\nHost: EXAMPLE.com:80\r\nCookie: a=b",
    b"POST /a HTTP/1.1\r\nHost: example.com\r\nContent-Length: 5\r\nExpect: 100-continue",
    b"POST /a HTTP/1.1\r\nHost: example.com\r\nTransfer-Encoding: chunked\r\nConnection: x, close",
    b"GET http://example.com/x HTTP/1.1\r\nHost: example.com",
    b"OPTIONS * HTTP/1.1\r\nHost: example.com",
    b"CONNECT example.com:1 HTTP/1.1\r\nHost: example.com:1",
    b"GET / HTTP/1.0",
    b"GET / HTTP/1.1\r\nHost: example.com\r\nConnection: upgrade\r\nUpgrade: websocket\r\nTE: trailers",
]
REFUSED = [
    b"GET / HTTP/1.1",
    b"GET / HTTP/1.1\r\nHost: a\r\nHost: a",
    b"GET / HTTP/1.1\r\nHost: a:65536",
    b"GET http://b/ HTTP/1.1\r\nHost: a",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked",
    b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5",
    b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked",
    b"GET / HTTP/1.1\r\nHost: a\r\nX : y",
    b"* / HTTP/1.1\r\nHost: a\r\nExpect: x",
]


@pytest.mark.parametrize("raw", REQUESTS)
def test_a_request_reads_the_same_every_time(raw: bytes) -> None:
    reader = parser()

    assert facts(reader.request(raw)) == facts(reader.request(raw)) == facts(parser().request(raw))


@pytest.mark.parametrize("raw", REFUSED)
def test_a_refused_request_is_refused_every_time(raw: bytes) -> None:
    reader = parser()
    for known in REQUESTS:
        reader.request(known)

    for _ in range(3):
        with pytest.raises(BadMessage):
            reader.request(raw)


def test_requests_do_not_leak_into_one_another() -> None:
    reader = parser()
    expected = [facts(parser().request(raw)) for raw in REQUESTS]

    for _ in range(3):
        assert [facts(reader.request(raw)) for raw in REQUESTS] == expected
        assert [facts(reader.request(raw)) for raw in reversed(REQUESTS)] == expected[::-1]


def test_a_line_that_was_good_in_a_response_is_judged_anew_in_a_request() -> None:
    reader = parser()
    reader.response(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer: x")

    with pytest.raises(BadMessage, match="more than one"):
        reader.request(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 5")


def test_a_bad_line_is_a_bad_request_in_a_request_and_a_bad_response_in_a_response() -> None:
    reader = parser()
    for _ in range(2):
        with pytest.raises(BadMessage) as caught:
            reader.response(b"HTTP/1.1 200 OK\r\nX : y")
        assert caught.value.reason == "bad_response"
        with pytest.raises(BadMessage) as caught:
            reader.request(b"GET / HTTP/1.1\r\nHost: a\r\nX : y")
        assert caught.value.reason == "bad_request"


@pytest.mark.parametrize(
    "line",
    [b"Authorization: Bearer secret-word", b"COOKIE: secret-word", b"Proxy-Authorization: secret-word"],
)
def test_credentials_of_a_request_are_not_remembered(line: bytes) -> None:
    reader = parser()
    reader.request(b"GET / HTTP/1.1\r\nHost: a\r\n" + line)

    assert not remembers(reader, b"secret-word")


def test_credentials_of_a_response_are_not_remembered() -> None:
    reader = parser()
    reader.response(b"HTTP/1.1 200 OK\r\nSet-Cookie: session=secret-word")

    assert not remembers(reader, b"secret-word")


@pytest.mark.parametrize("line", [b"X-Api-Key: secret-word", b"X-Auth-Token: secret-word", b"Apikey: secret-word"])
def test_keys_under_the_usual_names_are_not_remembered_either(line: bytes) -> None:
    reader = parser()
    reader.request(b"GET / HTTP/1.1\r\nHost: a\r\n" + line)

    assert not remembers(reader, b"secret-word")


def test_a_query_is_not_remembered() -> None:
    reader = parser()
    reader.request(b"GET /a?token=secret-word HTTP/1.1\r\nHost: a")
    reader.request(b"GET http://a/?token=secret-word HTTP/1.1\r\nHost: a")

    assert not remembers(reader, b"secret-word")


def test_a_common_line_is_remembered() -> None:
    reader = parser()
    reader.request(b"GET / HTTP/1.1\r\nHost: a\r\nAccept: common-word")

    assert remembers(reader, b"common-word")


def test_what_is_remembered_is_bounded() -> None:
    reader = parser()
    for number in range(20_000):
        reader.request(b"GET /%d HTTP/1.1\r\nHost: h%d\r\nX-%d: %b" % (number, number, number, b"v" * (number % 400)))
        reader.response(b"HTTP/1.1 200 %d\r\nX: %d" % (number, number))

    assert weight(reader) < 8 << 20


def remembers(reader: HeadParser, word: bytes) -> bool:
    return any(isinstance(thing, bytes) and word in thing for thing in reachable(reader))


def weight(reader: HeadParser) -> int:
    return sum(sys.getsizeof(thing) for thing in reachable(reader))


def reachable(root: object) -> list[object]:
    """Everything that an object holds, directly or not; classes and modules aside."""
    seen: dict[int, object] = {}
    pending = [root]
    while pending:
        thing = pending.pop()
        if id(thing) not in seen and not isinstance(thing, type):
            seen[id(thing)] = thing
            pending += gc.get_referents(thing)
    return list(seen.values())
