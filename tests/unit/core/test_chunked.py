"""The chunked coding: what is read out of it, what is refused, where its bounds are (RFC 9112 7.1)."""

import pytest

from gatewayctl.core.chunked import LAST_CHUNK, ChunkedDecoder, chunk
from gatewayctl.core.framing import BadMessage
from tests.support.http1 import chunked
from tests.unit.core.heads import parser


def decoder(reason: str = "bad_request") -> ChunkedDecoder:
    return ChunkedDecoder(reason, parser().trailer)


def decode(*pieces: bytes) -> tuple[bytes, bytes]:
    """The body and what came after it."""
    reader, body, rest = decoder(), b"", b""
    for piece in pieces:
        if reader.done:
            rest += piece
        else:
            found, after = reader.feed(piece)
            body += b"".join(found)
            rest += after
    assert reader.done
    return body, rest


def test_chunks_are_put_together() -> None:
    assert decode(b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n") == (b"abcde", b"")


def test_an_empty_body_is_empty() -> None:
    assert decode(LAST_CHUNK) == (b"", b"")


def test_each_chunk_is_a_piece_and_no_piece_is_empty() -> None:
    pieces, rest = decoder().feed(b"1\r\na\r\n2\r\nbc\r\n0\r\n\r\n")

    assert (pieces, rest) == ([b"a", b"bc"], b"")


def test_a_chunk_that_is_not_there_yet_gives_what_is_there() -> None:
    reader = decoder()

    assert reader.feed(b"a\r\nabc") == ([b"abc"], b"")
    assert reader.feed(b"defg") == ([b"defg"], b"")
    assert not reader.done


def test_what_follows_the_body_is_given_back_untouched() -> None:
    assert decode(chunked(b"abc") + b"GET / HTTP/1.1\r\n") == (b"abc", b"GET / HTTP/1.1\r\n")


@pytest.mark.parametrize("size", [b"5", b"05", b"00000005", b"000000000000005"])
def test_a_size_may_begin_with_zeros(size: bytes) -> None:
    assert decode(size + b"\r\nhello\r\n0\r\n\r\n") == (b"hello", b"")


@pytest.mark.parametrize("size", [b"1a", b"1A"])
def test_hexadecimal_digits_have_no_case(size: bytes) -> None:
    assert decode(size + b"\r\n" + b"x" * 26 + b"\r\n0\r\n\r\n") == (b"x" * 26, b"")


@pytest.mark.parametrize(
    "line", [b"5;a", b"5;a=b", b'5;a="b;\\"c"', b"5 ; a = b ; c", b"5\t;\ta", b'5;a=""', b'5;a="\xe9\t "']
)
def test_extensions_are_read_over(line: bytes) -> None:
    assert decode(line + b"\r\nhello\r\n0\r\n\r\n") == (b"hello", b"")


@pytest.mark.parametrize("line", [b"0;a=b", b"0;a", b"000"])
def test_the_last_chunk_may_have_extensions_and_zeros(line: bytes) -> None:
    assert decode(line + b"\r\n\r\n") == (b"", b"")


@pytest.mark.parametrize(
    "line",
    [
        b"", b" 5", b"5 ", b"\t5", b"0x5", b"+5", b"-5", b"5.0", b"g", b"5 5", b"5,5", b"5_0", b"1" * 16, b"f" * 17,
        b"5;", b"5;;a", b"5;=b", b"5;a=", b'5;a="b', b'5;a=b"', b"5;a b", b"5;a=b c", b"5;a=\x00", b"5;a\x7f=b",
        b'5;a="\x00"', b'5;a="\\\x00"', b"5\x00", b"5\n", b"5\r", b"\xb2", b"5;a=b\n", b"five", b"5;(a)=b",
    ],
)  # fmt: skip
def test_a_malformed_size_line_is_refused(line: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(line + b"\r\nhello\r\n0\r\n\r\n")


@pytest.mark.parametrize(
    "body",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhello\r0\r\n\r\n",
        b"5\r\nhello0\r\n\r\n",
        b"5\r\nhello!\r\n0\r\n\r\n",
        b"5\r\nhell\r\n0\r\n\r\n",
        b"5\r\nhello\r\n\r\n0\r\n\r\n",
        b"5\rhello\r\n0\r\n\r\n",
    ],
)
def test_a_chunk_that_does_not_end_where_it_says_is_refused(body: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(body)


@pytest.mark.parametrize(
    "end", [b"0\n\r\n", b"0\r\nX: y\n\r\n", b"0\r\nX: y\r\r\n", b"0\r\n X: y\r\n\r\n", b"0\r\nX\r\n\r\n"]
)
def test_a_malformed_end_is_refused(end: bytes) -> None:
    with pytest.raises(BadMessage):
        decode(end)


def test_a_refusal_bears_the_reason_of_its_side() -> None:
    with pytest.raises(BadMessage) as caught:
        decoder("bad_response").feed(b"nonsense\r\n")

    assert caught.value.reason == "bad_response"


def test_a_refused_trailer_bears_the_reason_of_its_side_too() -> None:
    with pytest.raises(BadMessage, match="in a trailer") as caught:
        decoder("bad_response").feed(b"0\r\nX : y\r\n\r\n")

    assert caught.value.reason == "bad_response"


def test_trailers_are_kept_in_order() -> None:
    reader = decoder()
    reader.feed(b"0\r\nX-A: 1\r\nX-B: 2\r\n\r\n")

    assert [(f.name, f.value) for f in reader.trailers] == [(b"x-a", b"1"), (b"x-b", b"2")]


# ── bounds ────────────────────────────────────────────────────────────


def test_a_size_line_of_256_bytes_passes_and_one_more_does_not() -> None:
    line = b"5;" + b"a" * 254

    assert decode(line + b"\r\nhello\r\n0\r\n\r\n") == (b"hello", b"")
    with pytest.raises(BadMessage):
        decode(line + b"a\r\nhello\r\n0\r\n\r\n")


def test_a_size_line_is_bounded_the_same_however_it_arrives() -> None:
    line = b"5;" + b"a" * 254

    assert decode(line + b"\r", b"\nhello\r\n0\r\n\r\n") == (b"hello", b"")
    assert decode(line, b"\r\nhello\r\n0\r\n\r\n") == (b"hello", b"")


def test_a_size_line_that_never_ends_is_refused_before_it_is_gathered() -> None:
    reader = decoder()
    with pytest.raises(BadMessage):
        for _ in range(300):
            reader.feed(b"5;aaaa"[:1] if _ == 0 else b";" if _ == 1 else b"a")


def test_extensions_are_bounded_in_sum() -> None:
    one = b"1;" + b"a" * 200 + b"\r\nx\r\n"

    assert decode(one * 80 + LAST_CHUNK)[0] == b"x" * 80
    with pytest.raises(BadMessage, match="extensions"):
        decode(one * 90 + LAST_CHUNK)


def test_fifty_trailers_pass_and_one_more_does_not() -> None:
    lines = [b"X-%d: y" % number for number in range(50)]

    decode(chunked(b"a", trailers=lines))
    with pytest.raises(BadMessage, match="trailer section"):
        decode(chunked(b"a", trailers=[*lines, b"X: y"]))


def test_the_trailer_section_is_bounded_in_bytes() -> None:
    fits = b"X: " + b"y" * 8187

    decode(chunked(b"a", trailers=[fits]))
    with pytest.raises(BadMessage, match="trailer section"):
        decode(chunked(b"a", trailers=[fits + b"y"]))


def test_a_trailer_line_is_bounded_the_same_however_it_arrives() -> None:
    whole = chunked(b"a", trailers=[b"X: " + b"y" * 8187])

    for cut in range(len(whole) - 6, len(whole)):
        assert decode(whole[:cut], whole[cut:]) == (b"a", b"")


def test_a_trailer_that_never_ends_is_refused_before_it_is_gathered() -> None:
    reader = decoder()
    reader.feed(b"0\r\nX: ")
    with pytest.raises(BadMessage, match="trailer section"):
        for _ in range(100):
            reader.feed(b"y" * 100)


def test_bare_line_ends_in_what_is_not_complete_yet_are_refused_at_once() -> None:
    for partial in (b"5\n", b"5\rx", b"0\r\nX: y\nZ", b"0\r\nX: y\rz"):
        with pytest.raises(BadMessage):
            decoder().feed(partial)


# ── writing ───────────────────────────────────────────────────────────


def test_a_written_chunk_reads_back() -> None:
    for size in (1, 15, 16, 255, 65_536):
        assert decode(chunk(b"x" * size) + LAST_CHUNK) == (b"x" * size, b"")
