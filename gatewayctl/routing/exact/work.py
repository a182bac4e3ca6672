"""The bound of the exact engine: a count of work, never a clock, so that the same tables always get the same answer.

One unit is one step of a search: a byte tried in a product of automata, or a choice of cells. A question may use up
``question`` units and all questions of one command together ``command``.
"""

from typing import Final, NamedTuple

QUESTION: Final = 60_000
COMMAND: Final = 6_000_000


class Bound(NamedTuple):
    """The answer "undecided": which bound was hit."""

    reason: str

    def __str__(self) -> str:
        return self.reason


class BoundError(Exception):
    """A search ran into its bound; the engine turns it into the answer ``Bound``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.bound = Bound(reason)


class Work:
    """What is left of both bounds."""

    __slots__ = ("_command", "_left", "_limit", "_question")

    def __init__(self, question: int = QUESTION, command: int = COMMAND) -> None:
        self._question, self._command, self._limit = question, command, command
        self._left = question

    def begin(self) -> None:
        """A new question."""
        self._left = self._question

    def spend(self, units: int) -> None:
        """Raises BoundError where a bound is passed."""
        self._left -= units
        self._command -= units
        if self._left < 0:
            raise BoundError(f"the bound of {self._question} steps for one question was hit")
        if self._command < 0:
            raise BoundError(f"the bound of {self._limit} steps for all questions together was hit")
