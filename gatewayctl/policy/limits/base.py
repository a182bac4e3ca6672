"""The plug point of limit algorithms: pure functions over records (``policy/records.py``), a few numbers for each key.

Times are whole microseconds: what is promised in whole seconds is then true to the last digit. ``cost`` is what one
request takes, at most what the limit allows at all.
"""

from typing import Final, NamedTuple, Protocol

from gatewayctl.policy.records import Record

SECOND: Final = 1_000_000
"""Microseconds."""


class State(NamedTuple):
    """What is left at a moment: requests, and microseconds until all is there again (None: nobody knows)."""

    remaining: int
    reset: int | None


class Algorithm(Protocol):
    """One limit."""

    @property
    def width(self) -> int:
        """Numbers in a record."""

    @property
    def whole(self) -> bool:
        """All of them are whole."""

    @property
    def holds(self) -> bool:
        """What is taken is held until the request ends; else time gives it back."""

    def take(self, record: Record, cost: int, now: int) -> Record | None:
        """The record after ``cost`` was taken; None if that is too much now."""

    def give_back(self, record: Record, cost: int, taken: int, now: int) -> Record:
        """The record after ``cost``, held until now or taken at ``taken`` and not used after all, was given back: no more of
        it than still counts, so that nobody is granted more than if it had never been taken."""

    def wait(self, record: Record, cost: int, now: int) -> int:
        """Microseconds after which ``cost`` can be taken, if nobody else takes any; what is held may take longer."""

    def left(self, record: Record, now: int) -> tuple[float, float | None]:
        """What is left, as in ``State``: a bare pair of whole numbers of whatever type, for every answer tells it."""
