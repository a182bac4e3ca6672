"""The plug point of load balancers: which of a service's instances takes the next request.

A balancer is state: it is made once for a service and algorithm and lives on over reloads (``replace`` gives it the new
set of instances). It knows instances by id and weight, and their ``Load``; whether one is fit is asked through ``usable``.
Randomness is given when it is made: ``random()`` is a float from 0 up to, not including, 1.
"""

from collections.abc import Callable, Mapping
from typing import Final, Protocol

Usable = Callable[[str], bool]
Random = Callable[[], float]


class Load(Protocol):
    """What an instance is doing: ``in_flight`` are the requests that it has and has not ended."""

    @property
    def in_flight(self) -> int: ...


NO_LOADS: Final[Mapping[str, Load]] = {}


class Balancer(Protocol):
    def replace(self, weights: Mapping[str, int], loads: Mapping[str, Load] = ..., now: float | None = ...) -> None:
        """The instances by id, with weights (0: nothing new). What is known of those that stay is kept.

        With ``now``, a balancer that looks at loads begins slowly with those that are new among others (``warming.py``);
        None: all are in full use at once. An instance without a load has none.
        """

    def pick(self, usable: Usable | None = ..., now: float = ..., key: bytes = ...) -> str | None:
        """The id of the instance for the next request, None if none is usable. Without ``usable`` all are.

        ``key`` is what the request has in common with those that should go to the same instance (``hash`` alone asks).
        """

    def observe(self, id: str, seconds: float, now: float) -> None:
        """An attempt took so long until its response began (``ewma`` alone listens)."""
