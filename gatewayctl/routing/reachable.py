"""Whether any canonical path can match an expression: one that none can is a mistake, and is told as one."""

from gatewayctl.routing.automaton import Automaton
from gatewayctl.routing.canonical import PathError, canonical_path
from gatewayctl.routing.compiled import Piece
from gatewayctl.routing.exact.hints import sample
from gatewayctl.routing.exact.product import word_outside
from gatewayctl.routing.exact.work import BoundError, Work
from gatewayctl.routing.languages import path_language, piece_language, segment_language
from gatewayctl.routing.regex_ast import Cat, Node
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


def _is_canonical(path: bytes, options: RoutingOptions) -> bool:
    try:
        made = canonical_path(path, encoded_slashes=options.encoded_slashes, merge_slashes=options.merge_slashes)
    except PathError:
        return False
    return made == path


def _meet(language: Node, canonical: Node) -> bool:
    try:
        return word_outside([Automaton(language), Automaton(canonical)], (), Work()) is not None
    except BoundError:
        return True
