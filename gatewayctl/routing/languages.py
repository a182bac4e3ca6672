"""The languages that witnesses are drawn from: canonical segments and paths, header values, patterns."""

from typing import Final

from gatewayctl.routing.canonical import PathError, canonical_escape
from gatewayctl.routing.compiled import CompiledRoute, Kind, Piece, Segment
from gatewayctl.routing.engine import node_of
from gatewayctl.routing.regex import parse_regex
from gatewayctl.routing.regex_ast import EMPTY, Alt, Cat, Chars, Node, Repeat, byte, letters, span, takes_empty
from gatewayctl.routing.regex_classes import CANONICAL
from gatewayctl.routing.spec import EncodedSlashes, RoutingOptions

_HEX: Final = "0123456789ABCDEF"


def _escapes(encoded_slashes: EncodedSlashes) -> Node:
    """Every percent-escape that a canonical path may hold."""
    options: list[Node] = []
    for high in _HEX:
        low = 0
        for digit in _HEX:
            try:
                low |= letters(digit) if len(canonical_escape((high + digit).encode(), encoded_slashes)) == 3 else 0
            except PathError:
                continue
        if low:
            options.append(Cat((byte(ord("%")), byte(ord(high)), Chars(low))))
    return Alt(tuple(options))


def _segment(encoded_slashes: EncodedSlashes, without: str) -> Node:
    """A non-empty canonical segment, without some characters: neither ``.`` nor ``..``, also not between encoded
    slashes (see ``canonical.HIDDEN_DOTS``)."""
    plain = CANONICAL & ~letters("/%" + without)
    escapes = _escapes("reject")
    some: Node = Alt((Chars(plain), escapes))
    other: Node = Alt((Chars(plain & ~letters(".")), escapes))
    dot, rest = byte(ord(".")), Repeat(some, 0, None)
    part = Alt((Cat((other, rest)), Cat((dot, other, rest)), Cat((dot, dot, some, rest))))
    if encoded_slashes == "reject":
        return part
    slash = Cat(tuple(map(byte, b"%2F")))
    further = Repeat(Cat((slash, Repeat(part, 0, 1))), 0, None)
    return Alt((Cat((part, further)), Cat((slash, Repeat(part, 0, 1), further))))


HEADER_VALUE: Final[Node] = Alt(
    (
        EMPTY,
        Cat(
            (
                Chars(span(33, 126) | span(128, 255)),
                Repeat(Cat((Repeat(Chars(letters(" \t")), 0, None), Chars(span(33, 126) | span(128, 255)))), 0, None),
            )
        ),
    )
)
"""A field value as it is compared: no control characters, no white space around it (RFC 9110 5.5)."""


def segment_language(options: RoutingOptions, *, plain: bool = False) -> Node:
    """The non-empty segments of canonical paths; the ``plain`` ones have no ``;``."""
    return _segment(options.encoded_slashes, ";" if plain else "")


def path_language(options: RoutingOptions, *, plain: bool = False) -> Node:
    """All canonical paths; the ``plain`` ones have no ``;`` and no empty segment but the last."""
    slash, segment = byte(ord("/")), segment_language(options, plain=plain)
    if options.merge_slashes or plain:
        return Alt((slash, Cat((Repeat(Cat((slash, segment)), 1, None), Repeat(slash, 0, 1)))))
    return Repeat(Cat((slash, Repeat(segment, 0, 1))), 1, None)


def piece_language(piece: Piece) -> Node:
    """The texts of a piece of a segment; those of a parameter are never empty."""
    return node_of(piece) if piece.kind == Kind.LITERAL else without_empty(node_of(piece))


def pattern_language(segment: Segment) -> Node:
    """The texts of a segment of a pattern."""
    return Cat(tuple(piece_language(piece) for piece in segment.pieces))


def regex_language(route: CompiledRoute) -> Node:
    """The paths of a ``path_regex``."""
    return parse_regex(route.path_regex or "", "path", encoded_slash=True)


def without_empty(node: Node) -> Node:
    """The same language without the empty text (names of groups are lost). Of more than fifty parts in a row that may
    all be empty the language is given as it is."""
    if not takes_empty(node):
        return node
    if isinstance(node, Cat):
        if len(node.items) > 50:
            return node
        rests = enumerate(node.items, 1)
        return Alt(tuple(Cat((without_empty(item), *node.items[at:])) for at, item in rests))
    if isinstance(node, Alt):
        return Alt(tuple(without_empty(option) for option in node.options))
    if isinstance(node, Repeat):
        return Cat((without_empty(node.item), Repeat(node.item, 0, None if node.high is None else node.high - 1)))
    return Chars(0) if isinstance(node, Chars) else without_empty(node.item)
