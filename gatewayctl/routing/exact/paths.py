"""The path of a request: in all of some boxes' languages and outside of those of the avoiders that are still alive.

Patterns are compared segment by segment, for each number of segments that can matter: beyond the longest pattern by two
all tails are alike. Where a ``path_regex`` takes part, the search goes over whole paths instead, across the borders of
segments; words that people would write are tried first there too.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Final

from gatewayctl.routing.automaton import Automaton
from gatewayctl.routing.compiled import Kind, Segment
from gatewayctl.routing.exact.box import Box
from gatewayctl.routing.exact.cells import Cells, Slot
from gatewayctl.routing.exact.choice import pick
from gatewayctl.routing.exact.domain import Domains
from gatewayctl.routing.exact.hints import samples, segment_words
from gatewayctl.routing.exact.language import Form, Language
from gatewayctl.routing.exact.product import word_outside
from gatewayctl.routing.exact.work import Work
from gatewayctl.routing.regex_ast import Cat, Chars, Node, Repeat, byte, letters
from gatewayctl.routing.regex_classes import CANONICAL

_TRIED: Final = 24
"""Paths made of likely words that are tried before a search over whole paths."""


class PathSearch:
    """The paths of one search; ``outside`` is asked again for other avoiders."""

    def __init__(
        self, musts: Sequence[Box], avoids: Sequence[Box], domains: Domains, work: Work, *, plain: bool
    ) -> None:
        self.musts, self.avoids, self.domains, self.work, self.plain = musts, avoids, domains, work, plain
        self._slots: dict[int, tuple[list[Cells], int] | None] = {}

    def outside(self, alive: int) -> bytes | None:
        """A path that no avoider in ``alive`` takes; None: there is none. Raises BoundError."""
        if any(box.regex is not None for box in self.musts) or self._by_expression(alive):
            return self._whole(alive)
        return next(self._segmentwise(alive), None)

    def possible(self) -> bool:
        """Whether literals and lengths leave any path open, avoiders aside."""
        patterns = [box for box in self.musts if box.regex is None]
        if len(patterns) < 2:
            return True
        size = min(len(box.fixed) for box in patterns)
        if any(map(_apart, zip(*(box.fixed[:size] for box in patterns), strict=True))):
            return False
        bounds = [box.lengths() for box in patterns]
        return max(low for low, _ in bounds) <= min(float("inf") if high is None else high for _, high in bounds)

    def _by_expression(self, alive: int) -> bool:
        return any(box.regex is not None and alive >> n & 1 for n, box in enumerate(self.avoids))

    def _segmentwise(self, alive: int) -> Iterator[bytes]:
        """A path for each number of segments; avoiders that are a ``path_regex`` are not looked at."""
        for size in self._sizes():
            made = self._of_size(size)
            if made is None:
                continue
            cells, taking = made
            picked = pick(cells, alive & taking, _nothing_left, self.work)
            if picked is not None:
                yield b"/" + b"/".join(picked[0])

    def _sizes(self) -> list[int]:
        """The numbers of segments, those first that read best: with one segment for a tail."""
        bounds = [box.lengths() for box in self.musts if box.regex is None]
        least = max(low for low, _ in bounds)
        most = min((high for _, high in bounds if high is not None), default=None)
        if most is None:
            longest = max(len(box.fixed) for box in (*self.musts, *self.avoids))
            most = max(longest + 2, least)
        best = max(len(box.fixed) + bool(box.tail) for box in self.musts)
        return sorted(range(least, most + 1), key=lambda size: (size != best, size))

    def _of_size(self, size: int) -> tuple[list[Cells], int] | None:
        """The cells of each segment and the avoiders that have paths of this size; None: the boxes have none."""
        if size not in self._slots:
            self._slots[size] = self._cells(size)
        return self._slots[size]

    def _cells(self, size: int) -> tuple[list[Cells], int] | None:
        rows = [box.slots(size) for box in self.musts]
        columns = [row for row in rows if row is not None]
        if len(columns) < len(rows) or any(map(_apart, zip(*columns, strict=True))):
            return None
        avoiding = []
        taking = 0
        for number, box in enumerate(self.avoids):
            row = None if box.regex is not None else box.slots(size)
            if row is not None:
                avoiding.append((1 << number, row))
                taking |= 1 << number
        cells = []
        for at in range(size):
            by_language: dict[Language, int] = {}
            for bit, row in avoiding:
                by_language[row[at]] = by_language.get(row[at], 0) | bit
            domain = partial(self.domains.segments, plain=self.plain, last=at + 1 == size)
            asked = [row[at] for row in columns]
            slot = Slot(domain, asked, partial(self._words, at))
            cell = Cells(slot, [(bits, language) for language, bits in by_language.items()])
            if cell.complete and not cell.known:
                return None
            cells.append(cell)
        return cells, taking

    def _words(self, at: int) -> Iterable[bytes]:
        """Likely words for a segment, the names of its parameters first."""
        made = [list(islice(segment_words(segment), 6)) for segment in self._written(at)]
        for number in range(max(map(len, made), default=0)):
            for words in made:
                if number < len(words):
                    yield words[number]

    def _written(self, at: int) -> Iterator[Segment]:
        for box in self.musts:
            if box.regex is None and (at < len(box.fixed) or box.tail):
                yield box.segments[min(at, len(box.segments) - 1)]

    def _whole(self, alive: int) -> bytes | None:
        avoids = [box for number, box in enumerate(self.avoids) if alive >> number & 1]
        domain = self.domains.paths(plain=self.plain)
        for path in islice(self._likely(alive), _TRIED):
            if (
                domain.accepts(path)
                and all(takes_path(box, path) for box in self.musts)
                and not any(takes_path(box, path) for box in avoids)
            ):
                return path
        musts = [domain, *(_automaton(box) for box in self.musts)]
        return word_outside(musts, [_automaton(box) for box in avoids], self.work)

    def _likely(self, alive: int) -> Iterator[bytes]:
        for box in self.musts:
            if box.regex is not None:
                yield from samples(box.regex.node)
        if all(box.regex is None for box in self.musts):
            yield from self._segmentwise(alive)


def takes_path(box: Box, path: bytes) -> bool:
    """Whether a canonical path is in the box."""
    if box.regex is not None:
        return box.regex.holds(path)
    words = path[1:].split(b"/")
    row = box.slots(len(words))
    return row is not None and all(language.holds(word) for language, word in zip(row, words, strict=True))


def _apart(languages: Sequence[Language]) -> bool:
    """Whether languages are seen to have no word in common: most that are apart differ in a literal."""
    literal = next((language.text for language in languages if language.form is Form.LITERAL), None)
    return literal is not None and not all(language.holds(literal) for language in languages)


def _nothing_left(alive: int) -> bytes | None:
    return b"" if not alive else None


_SOME: Final[Node] = Repeat(Chars(CANONICAL & ~letters("/")), 1, None)
_EVERY: Final[Node] = Repeat(Chars(CANONICAL), 0, None)


def _automaton(box: Box) -> Automaton:
    """The whole paths of a box (within the canonical ones)."""
    if box.regex is not None:
        return box.regex.automaton
    parts: list[Node] = []
    for language in box.fixed:
        parts += [byte(ord("/")), language.node if language.form in (Form.LITERAL, Form.EXPRESSION) else _SOME]
    if box.tail == Kind.STAR:
        rest = Cat((byte(ord("/")), _EVERY))
        parts.append(rest if not box.fixed else Repeat(rest, 0, 1))
    elif box.tail:
        parts += [byte(ord("/")), Repeat(Chars(CANONICAL), 1, None)]
    return Automaton(Cat(tuple(parts)))
