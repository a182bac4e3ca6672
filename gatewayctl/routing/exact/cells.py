"""The cells of one slot: what the avoiding languages divide the common words of the required ones into.

A cell is (mask, word): the bits of the avoiders that hold the word. Only cells with an inclusion-minimal mask matter,
since a request escapes an avoider by escaping it in one slot. Known words are tried first; where one of them has no
bit, or there is nothing to search, that is all; else ``every`` searches for the rest.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, TypeAlias

from gatewayctl.routing.exact.domain import Words
from gatewayctl.routing.exact.language import Form, Language
from gatewayctl.routing.exact.product import words_by_mask
from gatewayctl.routing.exact.work import Work

Cell: TypeAlias = tuple[int, bytes]
Avoiding: TypeAlias = Sequence[tuple[int, Language]]
"""Languages with the bits of the avoiders that have them here."""


class Slot(NamedTuple):
    """What is asked of a slot: a word of ``domain`` in each of ``musts``; ``words`` makes those to be tried first."""

    domain: Callable[[], Words]
    musts: Sequence[Language]
    words: Callable[[], Iterable[bytes]]


class Cells:
    """``known`` are the cells found so far, the first the best to read; ``always`` the bits in every mask.

    ``complete``: every cell with a minimal mask is known. No cells and complete: the slot has no word.
    """

    __slots__ = ("_expressions", "_literals", "_slot", "always", "complete", "known")

    def __init__(self, slot: Slot, avoiding: Avoiding) -> None:
        self._slot = slot
        musts = {language for language in slot.musts if language.form is not Form.EVERY}
        literal = next((language.text for language in musts if language.form is Form.LITERAL), None)
        self.known: list[Cell] = []
        self.complete = False
        self.always = 0
        self._literals: dict[bytes, int] = {}
        self._expressions: list[tuple[int, Language]] = []
        if literal is not None:
            self._only(literal, musts, avoiding)
            return
        some = bool(musts)
        for bits, language in avoiding:
            if language.form is Form.EVERY or language in musts or (some and language.form is Form.SOME):
                self.always |= bits
            elif language.form is Form.LITERAL:
                self._literals[language.text] = self._literals.get(language.text, 0) | bits
            else:
                self._expressions.append((bits, language))
        self._try(slot.words(), musts)

    def _only(self, word: bytes, musts: Iterable[Language], avoiding: Avoiding) -> None:
        self.complete = True
        if all(language.holds(word) for language in musts) and self._slot.domain().holds(word):
            self.known.append((_mask(word, avoiding), word))

    def _try(self, words: Iterable[bytes], musts: Iterable[Language]) -> None:
        domain = None
        tried = set()
        for word in words:
            if word in tried or not all(language.holds(word) for language in musts):
                continue
            tried.add(word)
            domain = domain or self._slot.domain()
            if not domain.holds(word):
                continue
            mask = self._literals.get(word, 0) | _mask(word, self._expressions)
            if not any(not other & ~mask for other, _ in self.known):
                self.known.append((mask, word))
            if not mask:
                self.complete = True
                break
        if self.complete:
            self.known = [(self.always, self.known[-1][1])]
        elif self.always:
            self.known = [(mask | self.always, word) for mask, word in self.known]

    def every(self, work: Work) -> None:
        """Searches for what is not known. Raises BoundError."""
        domain = self._slot.domain()
        musts = [language for language in self._slot.musts if language.form is Form.EXPRESSION]
        automata = [domain.automaton, *(language.automaton for language in dict.fromkeys(musts))]
        excluding = [(b, language.automaton) for b, language in self._expressions if language.form is Form.EXPRESSION]
        some = _mask(b"x", [item for item in self._expressions if item[1].form is Form.SOME])
        found = words_by_mask(automata, excluding, self._literals, work)
        found = [(mask | (some if word else 0), word) for mask, word in found]
        if domain.empty and all(language.holds(b"") for language in self._slot.musts):
            found.append((self._literals.get(b"", 0) | _mask(b"", self._expressions), b""))
        for mask, word in found:
            mask |= self.always
            if not any(not other & ~mask for other, _ in self.known):
                self.known.append((mask, word))
        self.complete = True

    def let_through(self, bits: int) -> None:
        """Puts avoiders into every mask that ask nothing of this slot."""
        self.always |= bits
        self.known = [(mask | bits, word) for mask, word in self.known]


def _mask(word: bytes, languages: Avoiding) -> int:
    mask = 0
    for bits, language in languages:
        if language.holds(word):
            mask |= bits
    return mask
