"""Whether any canonical path can match an expression: one that none can is a mistake, and is told as one."""

from gatewayctl.routing.automaton import FRIENDLY, Automaton, UndecidedError, common_text
from gatewayctl.routing.canonical import PathError, canonical_path
from gatewayctl.routing.compiled import Piece
from gatewayctl.routing.languages import path_language, piece_language, segment_language
from gatewayctl.routing.regex_ast import Alt, Cat, Chars, Node
from gatewayctl.routing.spec import RoutingOptions


def segment_is_reachable(pieces: tuple[Piece, ...], options: RoutingOptions) -> bool:
    """Whether a canonical path may have a segment of these pieces."""
    language = Cat(tuple(piece_language(piece) for piece in pieces))
    text = sample(language)
    if text and b"/" not in text and _is_canonical(b"/" + text, options):
        return True
    return _meet(language, segment_language(options))


def path_is_reachable(language: Node, options: RoutingOptions) -> bool:
    """Whether a canonical path may be in the language of a ``path_regex``."""
    text = sample(language)
    return (text is not None and _is_canonical(text, options)) or _meet(language, path_language(options))


def sample(node: Node) -> bytes | None:
    """Some text of a language, found without a search; None if its first choices lead nowhere."""
    if isinstance(node, Chars):
        return next((bytes([value]) for value in FRIENDLY if node.mask >> value & 1), None)
    if isinstance(node, Alt):
        return next((text for option in node.options if (text := sample(option)) is not None), None)
    if isinstance(node, Cat):
        parts = [sample(item) for item in node.items]
        return None if None in parts else b"".join(part for part in parts if part is not None)
    inner = sample(node.item)
    times = getattr(node, "low", 1)
    return b"" if not times else None if inner is None else inner * times


def _is_canonical(path: bytes, options: RoutingOptions) -> bool:
    try:
        made = canonical_path(path, encoded_slashes=options.encoded_slashes, merge_slashes=options.merge_slashes)
    except PathError:
        return False
    return made == path


def _meet(language: Node, canonical: Node) -> bool:
    try:
        return common_text([Automaton(language), Automaton(canonical)]) is not None
    except UndecidedError:
        return True
