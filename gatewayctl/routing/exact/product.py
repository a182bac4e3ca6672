"""Searches over the product of automata: words that all of some automata accept, told apart by which others accept.

Nothing is determinised but what is walked over. A state is one integer an automaton (bits are positions, see
``automaton.py``); of an automaton that only excludes, fewer positions are always better, and none is best.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gatewayctl.routing.automaton import FRIENDLY, Automaton
from gatewayctl.routing.exact.work import Work
from gatewayctl.routing.regex_ast import ALL_BYTES


class Letter(NamedTuple):
    """One byte of each class that the automata tell apart; which positions of each automaton take it."""

    byte: bytes
    taking: tuple[int, ...]


def letters(automata: Sequence[Automaton], apart: bytes = b"") -> list[Letter]:
    """The friendliest byte of each class; the bytes of ``apart`` are classes of their own. Bytes that no automaton of
    a common text takes are left to the caller."""
    classes = [ALL_BYTES]
    masks = {mask for automaton in automata for mask in automaton.sets} | {1 << value for value in set(apart)}
    for mask in masks:
        classes = [part for whole in classes for part in (whole & mask, whole & ~mask) if part]
    made = []
    for part in classes:
        value = next(value for value in FRIENDLY if part >> value & 1)
        made.append((FRIENDLY.index(value), value))
    return [Letter(bytes([value]), tuple(a.taking(value) for a in automata)) for _, value in sorted(made)]


def word_outside(musts: Sequence[Automaton], avoids: Sequence[Automaton], work: Work) -> bytes | None:
    """A shortest text that all ``musts`` accept and none of ``avoids``; None: there is none.

    A state is dropped where another with the same ``musts`` has no position of any of ``avoids`` that it has not.
    """
    count = len(musts)
    alphabet = [letter for letter in letters((*musts, *avoids)) if all(letter.taking[:count])]
    start = (1,) * (count + len(avoids))
    queue: list[tuple[tuple[int, ...], bytes]] = [(start, b"")]
    seen: dict[tuple[int, ...], list[tuple[int, ...]]] = defaultdict(list)
    seen[start[:count]].append(start[count:])
    automata = (*musts, *avoids)
    for states, text in queue:
        if all(state & a.accept for state, a in zip(states, musts, strict=False)) and not any(
            state & a.accept for state, a in zip(states[count:], avoids, strict=True)
        ):
            return text
        work.spend(len(alphabet))
        for byte, reached in _reached(states, automata, alphabet, count):
            excluding = reached[count:]
            known = seen[reached[:count]]
            if any(all(not old & ~new for old, new in zip(other, excluding, strict=True)) for other in known):
                continue
            work.spend(len(known))
            known.append(excluding)
            queue.append((reached, text + byte))
    return None


def _reached(
    states: tuple[int, ...], automata: Sequence[Automaton], alphabet: Sequence[Letter], count: int
) -> Iterator[tuple[bytes, tuple[int, ...]]]:
    """The states after each byte that the first ``count`` automata can still go on with."""
    following = [a.next(state) if state else 0 for state, a in zip(states, automata, strict=True)]
    for letter in alphabet:
        reached = tuple(f & t for f, t in zip(following, letter.taking, strict=True))
        if all(reached[:count]):
            yield letter.byte, reached


def words_by_mask(
    musts: Sequence[Automaton],
    excluding: Sequence[tuple[int, Automaton]],
    literals: Mapping[bytes, int],
    work: Work,
) -> list[tuple[int, bytes]]:
    """A shortest text for each inclusion-minimal mask among all common texts of ``musts``.

    The mask of a text holds the bits of the ``excluding`` automata that accept it, and those of it in ``literals``.
    """
    avoids = [automaton for _, automaton in excluding]
    count = len(musts)
    alphabet = [x for x in letters((*musts, *avoids), b"".join(literals)) if all(x.taking[:count])]
    prefixes = {text[:size] for text in literals for size in range(len(text) + 1)}
    start = (1,) * (count + len(avoids))
    queue: list[tuple[tuple[int, ...], bytes]] = [(start, b"")]
    seen: set[tuple[tuple[int, ...], bytes | None]] = {(start, b"")}
    found: list[tuple[int, bytes]] = []
    automata = (*musts, *avoids)
    for states, text in queue:
        if all(state & a.accept for state, a in zip(states, musts, strict=False)):
            mask = literals.get(text, 0)
            for state, (bits, automaton) in zip(states[count:], excluding, strict=True):
                if state & automaton.accept:
                    mask |= bits
            _keep(found, mask, text)
            if not mask:
                return found
        work.spend(len(alphabet))
        for byte, reached in _reached(states, automata, alphabet, count):
            longer = text + byte
            key = (reached, longer if longer in prefixes else None)
            if key not in seen:
                seen.add(key)
                queue.append((reached, longer))
    return found


def _keep(found: list[tuple[int, bytes]], mask: int, text: bytes) -> None:
    """Adds a text unless one with fewer bits is there; those with more go."""
    if any(not other & ~mask for other, _ in found):
        return
    found[:] = [item for item in found if mask & ~item[0]]
    found.append((mask, text))
