"""Of an owned record, the first number as what each process has added to it: requests in flight, permits, trials.

A record in memory has a field for each process: its term (see ``owners``) in the upper half, its share in the lower. What a
process had that was killed does not count from the moment it is found gone.
"""

from typing import Any, Final

from gatewayctl.policy.records import Record
from gatewayctl.state.shared.owners import Owners

_BITS: Final = 32
_SHARE: Final = (1 << _BITS) - 1


class Shares:
    """As this process sees and changes them."""

    __slots__ = ("_index", "_none", "_owners", "_terms")

    def __init__(self, owners: Owners) -> None:
        self._owners = owners
        self._terms = owners.terms
        self._index = owners.index
        self._none = (0,) * owners.count

    def summed(self, numbers: Record) -> Record:
        """The record as it is meant, from how it is in memory."""
        fields: Any = numbers
        total = 0
        for field, term in zip(fields, self._terms, strict=False):
            if field and field >> _BITS == term:
                total += field & _SHARE
        return (total, *numbers[len(self._none) :])

    def shared_out(self, record: Record, before: Record | None) -> Record:
        """How it is in memory from now on, ``before`` being how it was.

        What it has grown by is this process's own; what it has shrunk by is taken off its own share, then off the others'.
        """
        terms, own = self._terms, self._index
        fields: Any = self._none if before is None else before[: len(self._none)]
        shares = [
            field & _SHARE if field and field >> _BITS == term else 0 for field, term in zip(fields, terms, strict=True)
        ]
        change = int(record[0]) - sum(shares)
        shares[own] += change
        if shares[own] < 0:
            missing, shares[own] = -shares[own], 0
            for index, share in enumerate(shares):
                shares[index] = max(share - missing, 0)
                missing = max(missing - share, 0)
        marked = [term << _BITS | share if share else 0 for share, term in zip(shares, terms, strict=True)]
        return (*marked, *record[1:])
