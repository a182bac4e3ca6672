"""Did you mean: the known word nearest to one that is not known, where it is near enough to be a slip."""

from collections.abc import Iterable


def closest(word: str, known: Iterable[str]) -> str | None:
    """The nearest of ``known`` to ``word``, or None where nothing is near.

    Case, ``-``, ``_``, space and ``.`` count as equal; else at most one edit in three characters, a swap of two
    neighbours being one edit. Of equally near words the first by name is taken, so the answer does not depend on order.
    """
    plain = _plain(word)
    best: tuple[int, str] | None = None
    allowed = max(1, len(plain) // 3)
    for candidate in known:
        other = _plain(candidate)
        if abs(len(other) - len(plain)) > allowed:
            continue
        found = (distance(plain, other), candidate)
        if found[0] <= allowed and (best is None or found < best):
            best = found
    return best[1] if best else None


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """``did you mean "…"?`` for the nearest word; "" where there is none."""
    found = closest(word, known)
    return f'did you mean "{found}"?' if found else ""


def distance(one: str, other: str) -> int:
    """How many edits (insert, remove, replace, swap neighbours) lead from one word to the other."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        now = [i]
        for j, b in enumerate(other, 1):
            cost = min(last[j] + 1, now[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                cost = min(cost, before[j - 2] + 1)
            now.append(cost)
        before, last = last, now
    return last[-1]


def _plain(word: str) -> str:
    return word.lower().replace("-", "").replace("_", "").replace(" ", "").replace(".", "")
