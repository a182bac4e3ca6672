"""Of an owned record, the first number as what each process has added to it: requests in flight, permits, trials.

In memory there stand in its place how many processes had gone when the sum was made, the sum, and a field for each process:
its term (see ``owners``) in the upper half, its share in the lower. While no process has gone since, the sum holds; else it
is made anew of the shares of the living, so that what a killed process had does not count from the moment it is found gone.
"""

from typing import Any, Final

from gatewayctl.policy.records import Record
from gatewayctl.state.shared.owners import Owners

_BITS: Final = 32
_SHARE: Final = (1 << _BITS) - 1
_HEAD: Final = 2


def fields_for(sharers: int, width: int) -> str:
    """The form of such a record in memory (see ``struct``)."""
    return "q" * (_HEAD + sharers) + "d" * (width - 1)


class Shares:
    """As this process sees and changes them."""

    __slots__ = ("_end", "_terms", "gone", "own")

    def __init__(self, owners: Owners) -> None:
        self._terms = owners.terms
        self.gone = owners.ended
        self.own = _HEAD + owners.index
        self._end = _HEAD + owners.count

    def summed(self, numbers: Record) -> Record:
        """The record as it is meant, from how it is in memory."""
        end = self._end
        total = numbers[1] if numbers[0] == self.gone[0] else sum(self._living(numbers))
        return (total,) if len(numbers) == end else (total, *numbers[end:])

    def shared_out(self, record: Record, before: Record | None) -> Record:
        """How it is in memory from now on, ``before`` being how it was.

        What it has grown by is this process's own; what it has shrunk by is taken off its own share, then off the others'.
        """
        total: Any = record[0]
        if total.__class__ is not int:
            total = int(total)
        gone, own = self.gone[0], self.own
        if before is not None and before[0] == gone:
            change: Any = total - before[1]
            field: Any = before[own] or self._terms[own - _HEAD] << _BITS
            if change >= 0 or field & _SHARE >= -change:
                shared = [*before[: self._end], *record[1:]] if len(record) > 1 else [*before]
                shared[1], shared[own] = total, field + change
                return tuple(shared)
        shares = [0] * (self._end - _HEAD) if before is None else self._living(before)
        at = own - _HEAD
        shares[at] += total - sum(shares)
        if shares[at] < 0:
            missing, shares[at] = -shares[at], 0
            for index, share in enumerate(shares):
                shares[index] = max(share - missing, 0)
                missing = max(missing - share, 0)
        marked = [term << _BITS | share for share, term in zip(shares, self._terms, strict=True)]
        return (gone, total, *marked, *record[1:])

    def _living(self, numbers: Record) -> list[int]:
        fields: Any = numbers[_HEAD : self._end]
        return [
            field & _SHARE if field >> _BITS == term else 0 for field, term in zip(fields, self._terms, strict=True)
        ]
