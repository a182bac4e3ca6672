"""Response trailers (RFC 9110 6.5): to clients that take them, after chunks; malformed ones cut the response."""

import pytest

from tests.support.cases import HOST, CutResponse, PassedResponse, get, table
from tests.support.http1 import chunked, lines
from tests.support.upstream import answer
from tests.support.wire import Wire

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
TAKES = get(b"TE: trailers", b"Connection: TE")


def test_trailers_reach_a_client_that_takes_them(wire: Wire) -> None:
    said = CHUNKED + chunked(b"hello", trailers=[b"X-Checksum: abc", b"X-Other: 1"])

    response = wire.answers(answer(said), TAKES)

    assert response.body == b"hello"
    assert set(response.trailers) == {(b"x-checksum", b"abc"), (b"x-other", b"1")}


def test_trailers_do_not_reach_a_client_that_does_not_take_them(wire: Wire) -> None:
    response = wire.answers(answer(CHUNKED + chunked(b"hello", trailers=[b"X-Checksum: abc"])), get())

    assert (response.body, response.trailers) == (b"hello", ())


@pytest.mark.parametrize("sent", [get(), TAKES], ids=["not asked for", "asked for"])
def test_trailers_never_become_headers(wire: Wire, sent: bytes) -> None:
    response = wire.answers(answer(CHUNKED + chunked(b"hello", trailers=[b"X-Checksum: abc"])), sent)

    assert response.values(b"x-checksum") == []


@pytest.mark.parametrize(
    "name",
    [b"Content-Length", b"Transfer-Encoding", b"Connection", b"Host", b"Keep-Alive", b"Trailer", b"Upgrade"],
)
def test_what_no_trailer_may_say_is_not_passed_on(wire: Wire, name: bytes) -> None:
    value = b"5" if name == b"Content-Length" else b"chunked" if name == b"Transfer-Encoding" else b"x"
    response = wire.answers(answer(CHUNKED + chunked(b"hello", trailers=[name + b": " + value, b"X-A: b"])), TAKES)

    if not response.cut and response.status == 200:
        assert [n for n, _ in response.trailers if n == name.lower()] == []
    wire.still_serves()


@table(
    *(
        CutResponse(name, CHUNKED + b"5\r\nhello\r\n0\r\n" + trailer, body=b"hello")
        for name, trailer in {
            "a line without a colon": b"Nothing\r\n\r\n",
            "a space before the colon": b"X-A : b\r\n\r\n",
            "a folded line": b"X-A: b\r\n c\r\n\r\n",
            "a NUL": b"X-A: \x00\r\n\r\n",
            "a bare LF": b"X-A: b\nX-C: d\r\n\r\n",
            "a bare CR": b"X-A: b\rc\r\n\r\n",
            "a status line": b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison",
            "64 KiB in one field": b"X-A: " + b"b" * 65536 + b"\r\n\r\n",
            "a thousand fields": b"".join(b"X-%d: b\r\n" % i for i in range(1000)) + b"\r\n",
        }.items()
    )
)
def test_trailers_that_are_malformed_or_large_cut_the_response(wire: Wire, case: CutResponse) -> None:
    wire.cuts_response(case)


def test_a_connection_that_carried_trailers_is_used_again(wire: Wire) -> None:
    said = CHUNKED + chunked(b"hello", trailers=[b"X-A: b"])
    wire.passes_response(PassedResponse("", said, body=b"hello", sent=TAKES, reuses=True))


def test_a_head_gets_no_trailers(wire: Wire) -> None:
    sent = lines(b"HEAD / HTTP/1.1", HOST, b"TE: trailers", b"Connection: TE")
    response = wire.answers(answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), sent, b"HEAD")

    assert (response.status, response.trailers) == (200, ())
