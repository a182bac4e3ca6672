"""Path patterns: ``/api/users/{id:int}``, ``/files/{name}.{ext}``, ``/static/*``, ``/docs/{page:path}``.

``parse_pattern`` reads one into segments in canonical form (percent-escapes like in paths) and reports everything that
is wrong with it, each at its place; a pattern that no canonical path can match is wrong too.
"""

import re
from itertools import pairwise
from typing import Final, NamedTuple

from gatewayctl.core.suggest import closest
from gatewayctl.routing.canonical import HIDDEN_DOTS
from gatewayctl.routing.compiled import Kind, Piece, Segment
from gatewayctl.routing.engine import check_regex
from gatewayctl.routing.pattern_text import PATTERN, UNREACHABLE, canonical_text
from gatewayctl.routing.reachable import segment_is_reachable
from gatewayctl.routing.regex import RegexError, parse_regex
from gatewayctl.routing.regex_ast import literal_prefix, text_of
from gatewayctl.routing.spec import RouteProblem, RoutingOptions

REGEX: Final = "E303"

TYPES: Final = {"int": Kind.INT, "uuid": Kind.UUID, "slug": Kind.SLUG, "path": Kind.REST}
_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SHIFT: Final = 40
MAX_SEGMENTS: Final = 200


class _Token(NamedTuple):
    """A piece with its place; ``units`` is the number of characters of a literal."""

    piece: Piece
    start: int
    end: int
    units: int = 0


def parse_pattern(text: str, options: RoutingOptions, problems: list[RouteProblem]) -> tuple[Segment, ...]:
    """The segments of a pattern. What is wrong is added to ``problems``; the segments then mean nothing."""
    return _Parser(text, options, problems).segments()


def segment_rank(kind: int, units: int = 0, untyped: int = 0) -> int:
    """The number that orders segments: the class; between mixed ones more literal characters, then fewer untyped
    parameters first."""
    return (kind << _SHIFT) + ((((1 << 20) - units) << 16) + untyped if kind == Kind.MIXED else 0)


class _Parser:
    def __init__(self, text: str, options: RoutingOptions, problems: list[RouteProblem]) -> None:
        self.text, self.options, self.problems = text, options, problems
        self.names: set[str] = set()

    def problem(self, code: str, message: str, start: int, end: int, help: str) -> None:
        self.problems.append(RouteProblem("path", message, start, max(end, start + 1), help, code=code))

    def segments(self) -> tuple[Segment, ...]:
        at = 1
        if not self.text.startswith("/"):
            self.problem(PATTERN, "a path begins with /", 0, 1, f'write "/{self.text}"')
            at = 0
        made: list[Segment] = []
        while True:
            start = at
            tokens: list[_Token] = []
            while at < len(self.text) and self.text[at] != "/":
                tokens.append(self.parameter(at) if self.text[at] == "{" else self.literal(at))
                at = tokens[-1].end
            made.append(self.segment(tokens, start, at))
            if at >= len(self.text):
                return tuple(made)
            if len(made) == MAX_SEGMENTS:
                message = f"a pattern has at most {MAX_SEGMENTS} segments"
                self.problem(PATTERN, message, at, len(self.text), "end it with /*")
                return tuple(made)
            at += 1

    def literal(self, start: int) -> _Token:
        end = next((i for i in range(start, len(self.text)) if self.text[i] in "/{"), len(self.text))
        raw = self.text[start:end]
        if raw == "*" and start > 0 and self.text[start - 1] == "/" and end == len(self.text):
            self.name("rest", start - 1, end)
            return _Token(Piece(Kind.STAR, b"", "rest"), start, end)
        canonical, units = canonical_text(raw, start, self.options, self.problems)
        return _Token(Piece(Kind.LITERAL, canonical), start, end, units)

    def parameter(self, start: int) -> _Token:
        end = _closing_brace(self.text, start)
        if end < 0:
            message = "this { is not closed"
            self.problem(
                PATTERN, message, start, start + 1, r"add the }; a brace inside a regular expression is \{ or \}"
            )
            return _Token(Piece(Kind.PARAM, b"", "?"), start, len(self.text))
        name, colon, kind = self.text[start + 1 : end].partition(":")
        if _NAME.fullmatch(name):
            self.name(name, start, end + 1)
        else:
            message = f"{name!r} is no name for a parameter" if name else "this parameter has no name"
            help = "a name is letters, digits and _, not beginning with a digit"
            self.problem(PATTERN, message, start, end + 1, "write {name}" if name in ("", "*") else help)
        piece = self.typed(name, kind, start + 2 + len(name), end) if colon else Piece(Kind.PARAM, b"", name)
        return _Token(piece, start, end + 1)

    def name(self, name: str, start: int, end: int) -> None:
        if name in self.names:
            message = f"two parameters are named {name!r}"
            help = (
                "what follows a /* is named rest: give this parameter another name"
                if name == "rest"
                else "give each its own"
            )
            self.problem(PATTERN, message, start, end, help)
        self.names.add(name)

    def typed(self, name: str, kind: str, start: int, end: int) -> Piece:
        if kind in TYPES:
            return Piece(TYPES[kind], b"", name)
        if not kind:
            self.problem(
                PATTERN,
                "the type is missing",
                start - 1,
                end,
                "write {name} or one of int, uuid, slug, path after the :",
            )
        elif _NAME.fullmatch(kind):
            near = closest(kind, TYPES) or next((known for known in TYPES if kind.startswith(known)), None)
            hint = f'did you mean "{near}"?' if near else f"one of {', '.join(TYPES)}, or a regular expression"
            self.problem(PATTERN, f'unknown type "{kind}"', start, end, f"{hint} (the text itself is (?:{kind}))")
        else:
            try:
                node = parse_regex(kind, "segment", encoded_slash=self.options.encoded_slashes == "keep")
                text = text_of(node).encode()
                check_regex(text)
                return Piece(Kind.REGEX, text, name, kind, literal_prefix(node))
            except RegexError as error:
                self.problem(REGEX, error.message, start + error.start, start + error.end, error.help)
        return Piece(Kind.PARAM, b"", name)

    def segment(self, tokens: list[_Token], start: int, end: int) -> Segment:
        pieces = tuple(token.piece for token in tokens) or (Piece(Kind.LITERAL, b""),)
        for token in tokens:
            if token.piece.kind == Kind.REST and (len(tokens) > 1 or end < len(self.text)):
                help = "end the pattern with it, as a segment of its own, or write {name} for one segment"
                self.problem(PATTERN, "a parameter of type path stands only at the end", token.start, token.end, help)
        regexes = [piece for piece in pieces if piece.kind == Kind.REGEX]
        if regexes and not self.problems and not segment_is_reachable(pieces, self.options):
            message = "no segment of a canonical path can match this"
            self.problem(UNREACHABLE, message, start, end, "canonical paths have no . and .. and no empty parameters")
        if len(pieces) == 1:
            self.check_literal(pieces[0], start, end)
            return Segment(pieces[0].kind, segment_rank(pieces[0].kind), pieces)
        for left, right in pairwise(tokens):
            if left.piece.kind != Kind.LITERAL and right.piece.kind != Kind.LITERAL:
                help = "write a literal between them, such as {a}-{b}"
                self.problem(PATTERN, "two parameters need a literal between them", left.start, right.end, help)
        untyped = sum(piece.kind == Kind.PARAM for piece in pieces)
        return Segment(Kind.MIXED, segment_rank(Kind.MIXED, sum(token.units for token in tokens), untyped), pieces)

    def check_literal(self, piece: Piece, start: int, end: int) -> None:
        if piece.kind != Kind.LITERAL:
            return
        if HIDDEN_DOTS.search(b"/" + piece.text):
            message = "a path with a dot segment beside an encoded slash is refused"
            self.problem(UNREACHABLE, message, start, end, "leave the dots out")
        if piece.text in (b".", b".."):
            help = f'write it as it will be after "{piece.text.decode()}" is resolved'
            self.problem(UNREACHABLE, f'a canonical path has no segment "{piece.text.decode()}"', start, end, help)
        if not piece.text and start == end < len(self.text) and self.options.merge_slashes:
            message = "with merge_slashes = true no path has //"
            self.problem(UNREACHABLE, message, max(start - 1, 0), end + 1, "write a single /")


def _closing_brace(text: str, start: int) -> int:
    """Where the parameter opened at ``start`` closes; braces in classes and escaped ones do not count. -1: nowhere."""
    depth, in_class, at = 0, -1, start
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        elif in_class >= 0:
            if char == "]" and at > in_class:
                in_class = -1
        elif char == "[":
            in_class = at + 1 + text.startswith("^", at + 1)
        elif char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if not depth:
                return at
        at += 1
    return -1
