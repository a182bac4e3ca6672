"""The chunked coding reads the same however it is cut, and never more than an independent reader finds in it."""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.core.chunked import LAST_CHUNK, ChunkedDecoder, chunk
from gatewayctl.core.framing import BadMessage
from gatewayctl.core.head import HeadParser
from tests.support.http1 import IncompleteError, MalformedError, Source, read_request

CALM = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""On a busy machine slow is not wrong."""

PIECES = st.lists(st.binary(min_size=1, max_size=20), max_size=5)
EXTENSIONS = st.sampled_from([b"", b"", b";a", b";a=b", b' ; a = "x;\\"y"', b";\x00", b";", b" "])
TRAILERS = st.lists(st.sampled_from([b"X: y\r\n", b"Y:z\r\n", b" folded\r\n", b"bad\r\n", b"Z: \x00\r\n"]), max_size=2)
TAILS = st.sampled_from([b"", b"GET / HTTP/1.1\r\n\r\n", b"\r\n", b"0\r\n\r\n"])
FLAWS = st.sampled_from([b"", b"", b"", b"", b"\n", b"\r", b"x", b" "])


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Chunked bodies, some with a flaw, and something behind them."""
    parts = []
    for piece in draw(PIECES):
        size = draw(st.sampled_from([b"%x", b"%X", b"0%x", b"000%x"])) % len(piece)
        parts += [size, draw(EXTENSIONS), b"\r\n", piece, draw(FLAWS), b"\r\n"]
    parts += [b"0", draw(EXTENSIONS), b"\r\n", *draw(TRAILERS), draw(FLAWS), b"\r\n", draw(TAILS)]
    return b"".join(parts)


def decode(pieces: list[bytes]) -> tuple[object, ...]:
    """(body, trailers, what came after), or the word that it is refused."""
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=20)
    decoder = ChunkedDecoder("bad_request", parser.trailer)
    body, rest = b"", b""
    try:
        for piece in pieces:
            if decoder.done:
                rest += piece
                continue
            found, after = decoder.feed(piece)
            assert all(found), "no piece is empty"
            assert not after or decoder.done
            body += b"".join(found)
            rest += after
    except BadMessage:
        return ("refused",)
    return body, [(f.name, f.value) for f in decoder.trailers], decoder.done, rest


def cut(data: bytes, at: list[int]) -> list[bytes]:
    """``data`` in the pieces between these places."""
    places = sorted({0, len(data), *(place % (len(data) + 1) for place in at)})
    return [data[a:b] for a, b in pairwise(places)]


@CALM
@given(bodies(), st.lists(st.integers(0, 400), max_size=8))
def test_a_body_reads_the_same_however_it_is_cut(data: bytes, at: list[int]) -> None:
    assert decode(cut(data, at)) == decode([data])


@CALM
@given(bodies())
def test_a_body_reads_the_same_byte_by_byte(data: bytes) -> None:
    assert decode([bytes([byte]) for byte in data]) == decode([data])


@settings(CALM, max_examples=60)
@given(bodies())
def test_a_body_reads_the_same_cut_at_every_single_place(data: bytes) -> None:
    whole = decode([data])
    for place in range(len(data) + 1):
        assert decode([part for part in (data[:place], data[place:]) if part]) == whole


@CALM
@given(bodies())
def test_an_independent_reader_finds_the_same(data: bytes) -> None:
    source = Source(b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + data)
    try:
        other = read_request(source, extensions=True)
        expected: tuple[object, ...] = (other.body, list(other.trailers), True, bytes(source.buffer))
    except (MalformedError, IncompleteError):
        expected = ("refused",)
    got = decode([data])

    assert got == expected or (expected == ("refused",) and got[2:3] == (False,))


@CALM
@given(st.lists(st.binary(min_size=1, max_size=100), max_size=10))
def test_what_is_written_reads_back(pieces: list[bytes]) -> None:
    data = b"".join(map(chunk, pieces)) + LAST_CHUNK

    assert decode([data]) == (b"".join(pieces), [], True, b"")


@CALM
@given(st.binary(max_size=60))
def test_any_bytes_are_a_body_or_refused_or_not_over(data: bytes) -> None:
    decode([data])
