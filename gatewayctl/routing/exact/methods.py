"""The method of a request: the named ones and one that no box names."""

from collections.abc import Sequence
from typing import Final

from gatewayctl.routing.exact.box import Box
from gatewayctl.routing.exact.cells import Cell

USUAL: Final = (b"GET", b"POST", b"PUT", b"DELETE", b"PATCH", b"HEAD", b"OPTIONS")
_OTHERS: Final = (b"REPORT", b"SEARCH", b"OTHER")


def method_cells(musts: Sequence[Box], avoids: Sequence[Box]) -> list[Cell]:
    """The methods that every one of ``musts`` takes, the usual ones first; of those that the avoiders do not tell apart
    one is enough."""
    named = {m for box in (*musts, *avoids) if box.methods is not None for m in box.methods}
    fresh = next(m for m in (*_OTHERS, *(b"OTHER%d" % i for i in range(len(named) + 1))) if m not in named)
    cells: list[Cell] = []
    for method in (*USUAL, *sorted(named.difference(USUAL)), fresh):
        if all(box.takes_method(method) for box in musts):
            mask = 0
            for number, box in enumerate(avoids):
                if box.takes_method(method):
                    mask |= 1 << number
            if not any(not other & ~mask for other, _ in cells):
                cells.append((mask, method))
                if not mask:
                    break
    return cells
