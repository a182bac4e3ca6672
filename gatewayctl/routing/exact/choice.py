"""The choice of one cell a slot such that no avoider holds all of them."""

from collections.abc import Callable, Sequence

from gatewayctl.routing.exact.cells import Cell, Cells
from gatewayctl.routing.exact.work import Work


class Fixed:
    """The cells of a slot whose words are all known."""

    __slots__ = ("complete", "known")

    def __init__(self, known: Sequence[Cell]) -> None:
        self.known = known
        self.complete = True

    def every(self, work: Work) -> None:
        """Nothing is left to be found."""


def pick(
    slots: Sequence[Fixed | Cells], alive: int, rest: Callable[[int], bytes | None], work: Work
) -> tuple[list[bytes], bytes] | None:
    """One word a slot, and what ``rest`` makes of the avoiders that are still alive then (None: nothing). First with
    the cells that are known, then with all. Raises BoundError."""
    while True:
        chosen = _Choice(slots, rest, work)
        words = chosen.down(0, alive)
        if words is not None:
            return words, chosen.made
        open_slots = [slot for slot in slots if not slot.complete]
        if not open_slots:
            return None
        for slot in open_slots:
            slot.every(work)


class _Choice:
    """Depth first over the slots; what failed with some avoiders fails with more of them."""

    def __init__(self, slots: Sequence[Fixed | Cells], rest: Callable[[int], bytes | None], work: Work) -> None:
        self.slots, self.rest, self.work = slots, rest, work
        self.failed: list[list[int]] = [[] for _ in range(len(slots) + 1)]
        self.made = b""

    def down(self, at: int, alive: int) -> list[bytes] | None:
        """The words from slot ``at`` on."""
        failed = self.failed[at]
        if any(not mask & ~alive for mask in failed):
            return None
        self.work.spend(1)
        if at == len(self.slots):
            made = self.rest(alive)
            if made is not None:
                self.made = made
                return []
        else:
            for mask, word in self.slots[at].known:
                words = self.down(at + 1, alive & mask)
                if words is not None:
                    return [word, *words]
        failed.append(alive)
        return None
