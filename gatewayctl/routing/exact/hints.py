"""Words that people would write: tried before any search, so that a witness reads like a request of the route."""

from collections.abc import Iterator
from typing import Final

from gatewayctl.routing.automaton import FRIENDLY
from gatewayctl.routing.compiled import Kind, Piece, Segment
from gatewayctl.routing.engine import node_of
from gatewayctl.routing.regex_ast import Alt, Cat, Chars, Group, Node, Repeat

_UUID: Final = (b"0b9bd6d0-2d55-4d5e-9c39-1f6b4c3a7e21", b"7f0e1c52-83ab-4f0c-8d1f-2f4a6b9c0d3e")
_PLAIN: Final = (b"42", b"any", b"other", b"some.thing", b"x~1")
_TAIL: Final = (b"any", b"other", b"x~1", b"")
VALUES: Final = (b"1", b"yes", b"42", b"any-value", b"x_y", b"")
_BY_KIND: Final[dict[int, tuple[bytes, ...]]] = {
    Kind.UUID: _UUID,
    Kind.INT: (b"42", b"7", b"1234567890"),
    Kind.SLUG: (b"some-slug", b"other", b"x1"),
    Kind.PARAM: _PLAIN,
}


def segment_words(segment: Segment) -> Iterator[bytes]:
    """Words for a segment of a pattern; not each need fit."""
    if segment.kind == Kind.STAR:
        yield from _TAIL
    elif len(segment.pieces) == 1:
        yield from _piece_words(segment.pieces[0])
    else:
        columns = [list(_piece_words(piece)) for piece in segment.pieces]
        for number in range(max(map(len, columns))):
            yield b"".join(column[min(number, len(column) - 1)] for column in columns)


def _piece_words(piece: Piece) -> Iterator[bytes]:
    if piece.kind == Kind.LITERAL:
        yield piece.text
        return
    if piece.kind in (Kind.PARAM, Kind.REST, Kind.REGEX):
        yield piece.name.encode()
    if piece.kind == Kind.SLUG:
        yield piece.name.encode().lower().replace(b"_", b"-")
    if piece.kind == Kind.REST:
        yield from _TAIL
    elif piece.kind == Kind.REGEX:
        yield b"42"
        yield from samples(node_of(piece))
    else:
        yield from _BY_KIND[piece.kind]


def samples(node: Node) -> Iterator[bytes]:
    """A few texts of an expression that look like words; not each need fit."""
    for word in (b"any", b"42", b""):
        text = sample(node, word)
        if text is not None:
            yield text


def sample(node: Node, word: bytes = b"") -> bytes | None:
    """Some text of a language, found without a search: ``word`` where a class is repeated that holds its bytes. None
    if its first choices lead nowhere."""
    if isinstance(node, Chars):
        return next((bytes([value]) for value in FRIENDLY if node.mask >> value & 1), None)
    if isinstance(node, Alt):
        return next((text for option in node.options if (text := sample(option, word)) is not None), None)
    if isinstance(node, Cat):
        parts = [sample(item, word) for item in node.items]
        return None if None in parts else b"".join(part for part in parts if part is not None)
    if isinstance(node, Group):
        return sample(node.item, word if _repeats(node.item, word) else node.name.encode())
    if _repeats(node, word) and node.low <= len(word) and (node.high is None or len(word) <= node.high):
        return word
    if not node.low:
        return b""
    inner = sample(node.item, word)
    return None if inner is None else inner * node.low


def _repeats(node: Node, word: bytes) -> bool:
    """Whether a class is repeated that holds every byte of the word."""
    if not word or not isinstance(node, Repeat):
        return False
    options = node.item.options if isinstance(node.item, Alt) else (node.item,)
    mask = next((option.mask for option in options if isinstance(option, Chars)), 0)
    return all(mask >> value & 1 for value in word)
