"""Canonical paths and mixed segments against slow, obvious readings of the same rules."""

import re
from urllib.parse import unquote_to_bytes

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from gatewayctl.routing import PathError, RouteError, RouteSpec, canonical_path, compile_route
from gatewayctl.routing.automaton import Automaton
from gatewayctl.routing.canonical import other_readings
from gatewayctl.routing.compiled import Kind, Piece
from gatewayctl.routing.engine import node_of
from gatewayctl.routing.split import splitter

PIECES = [
    b"/",
    b"//",
    b".",
    b"..",
    b"a",
    b"~",
    b";x",
    b"%2e",
    b"%2E",
    b"%41",
    b"%c3%A9",
    b"%2f",
    b"%5C",
    b"%25",
    b"%7f",
    b"%",
    b"%4",
]
PATHS = st.lists(st.sampled_from(PIECES), max_size=10).map(lambda pieces: b"/" + b"".join(pieces))
RAW = st.binary(max_size=12).map(lambda text: b"/" + text)


def canonical(path: bytes, keep: bool, merge: bool) -> bytes | None:
    try:
        return canonical_path(path, encoded_slashes="keep" if keep else "reject", merge_slashes=merge)
    except PathError:
        return None


def decoded(path: bytes, merge: bool) -> list[bytes] | None:
    """The decoded segments that a careful server reads; None: above the root."""
    segments = [unquote_to_bytes(segment) for segment in path[1:].split(b"/")]
    if merge:
        segments = [s for at, s in enumerate(segments) if s or at == len(segments) - 1]
    made: list[bytes] = []
    for at, segment in enumerate(segments):
        if segment == b"..":
            if not made:
                return None
            made.pop()
        elif segment != b".":
            made.append(segment)
        if at == len(segments) - 1 and segment in (b".", b".."):
            made.append(b"")
    return made


@settings(max_examples=1500, deadline=None)
@given(PATHS | RAW, st.booleans(), st.booleans())
def test_a_canonical_path_is_canonical_and_reads_like_the_path_it_was_made_from(path, keep, merge):
    made = canonical(path, keep, merge)

    if made is not None:
        assert canonical(made, keep, merge) is made
        assert [unquote_to_bytes(segment) for segment in made[1:].split(b"/")] == decoded(path, merge)
        assert re.fullmatch(rb"/(?:[!\"$&-\[\]-~]*(?:%[0-9A-F]{2})*)*", made)
        assert not {b".", b".."} & set(made.split(b"/"))
        assert b"//" not in made or not merge


@settings(max_examples=500, deadline=None)
@given(PATHS)
def test_every_other_reading_of_a_canonical_path_is_canonical_too(path):
    made = canonical(path, keep=False, merge=False)
    assume(made is not None)
    assert made is not None

    for reading in other_readings(made):
        assert reading != made
        assert canonical(reading, keep=False, merge=False) is reading


PARAMS = ["", ":int", ":slug", ":[ab]*", ":ab|a", ":[a%]+", ":.", ":[a-b1-]+", ":(?:a|b-)*"]
LITERALS = ["-", "2", ".", "a", "%C3", "b1"]
UNITS = [b"a", b"b", b"1", b"2", b"-", b".", b"%C3", b"%2B"]


@st.composite
def mixed_segments(draw: st.DrawFn) -> str:
    count = draw(st.integers(1, 3))
    text = draw(st.sampled_from(["", *LITERALS]))
    for index in range(count):
        text += f"{{{'xyz'[index]}{draw(st.sampled_from(PARAMS))}}}"
        text += draw(st.sampled_from(LITERALS if index < count - 1 else ["", *LITERALS]))
    return text


def obvious_split(pieces: tuple[Piece, ...], segment: bytes, at: int = 0) -> tuple[bytes, ...] | None:
    """Every way to cut, the shortest left one first."""
    if not pieces:
        return () if at == len(segment) else None
    piece = pieces[0]
    borders = {0, *(found.end() for found in re.finditer(rb"%..|[^%]", segment))}
    if piece.kind == Kind.LITERAL:
        return obvious_split(pieces[1:], segment, at + len(piece.text)) if segment.startswith(piece.text, at) else None
    automaton = Automaton(node_of(piece))
    for end in range(at + 1, len(segment) + 1):
        if end in borders and at in borders and automaton.accepts(segment[at:end]):
            rest = obvious_split(pieces[1:], segment, end)
            if rest is not None:
                return (segment[at:end], *rest)
    return None


@settings(max_examples=800, deadline=None)
@given(mixed_segments(), st.lists(st.lists(st.sampled_from(UNITS), min_size=1, max_size=7).map(b"".join), max_size=12))
def test_a_mixed_segment_is_split_as_trying_every_cut_from_the_left_splits_it(text, segments):
    try:
        segment = compile_route(RouteSpec("r", f"/{text}")).segments[0]
    except RouteError:
        assume(False)
    assume(segment.kind == Kind.MIXED)
    split = splitter(segment.pieces)

    for value in segments:
        assert split(value) == obvious_split(segment.pieces, value)
