"""Which instances of a service are fit for traffic, and what stands against the others.

Several judges write to it, each under a reason of its own (``HEALTH``: active checks, ``OUTLIER``: what traffic shows,
``UNRESOLVED``: its name has no address); an instance is fit while nothing stands against it. When nobody is left, all
are taken (panic): a check that is wrong about everybody must not end the service. Where instances have priorities, only
those of the best priority that has a fit one are taken (RFC 2782).
"""

from collections.abc import Callable, Collection, Mapping
from typing import Final

HEALTH: Final = "health"
OUTLIER: Final = "outlier"
UNRESOLVED: Final = "unresolved"


class Availability:
    """The state of one service; it outlives reloads. ``usable`` is what a balancer asks, None while all may be taken.

    ``panic``: all instances are out, so all are taken.
    """

    __slots__ = ("_against", "_members", "_priorities", "panic", "usable")

    usable: Callable[[str], bool] | None

    def __init__(self) -> None:
        self._members: frozenset[str] = frozenset()
        self._against: dict[str, frozenset[str]] = {}
        self._priorities: Mapping[str, int] | None = None
        self.usable = None
        self.panic = False

    def replace(self, members: Collection[str], priorities: Mapping[str, int] | None = None) -> None:
        """The ids of the instances that may get traffic at all. What stands against one that is gone is forgotten.

        ``priorities`` are those of all members, the lowest number the best; None where all are alike.
        """
        self._members = frozenset(members)
        self._priorities = priorities
        self._against = {id: reasons for id, reasons in self._against.items() if id in self._members}
        self._conclude()

    def mark(self, id: str, reason: str, out: bool) -> bool:
        """``reason`` stands against that instance, or does no more. Gives whether that changes anything."""
        before = self._against.get(id, frozenset())
        after = before | {reason} if out else before - {reason}
        if after == before or id not in self._members:
            return False
        if after:
            self._against[id] = after
        else:
            del self._against[id]
        self._conclude()
        return True

    def reasons(self, id: str) -> tuple[str, ...]:
        """What stands against that instance, sorted; empty if it is fit."""
        return tuple(sorted(self._against.get(id, ())))

    def out(self, reason: str | None = None) -> int:
        """How many instances something stands against: anything, or that reason."""
        return sum(reason is None or reason in reasons for reasons in self._against.values())

    @property
    def members(self) -> int:
        """How many instances there are."""
        return len(self._members)

    def _conclude(self) -> None:
        fit = self._members - self._against.keys()
        self.panic = bool(self._members) and not fit
        priorities = self._priorities
        if priorities is not None and fit:
            best = min(priorities[id] for id in fit)
            self.usable = frozenset(id for id in fit if priorities[id] == best).__contains__
        else:
            self.usable = fit.__contains__ if self._against and fit else None
