"""The plug point of load balancers: which of a service's instances takes the next request.

A balancer is state: it is made once for a service and algorithm and lives on over reloads (``replace`` gives it the new
set of instances). It knows instances by id, weight and nothing else; whether one is fit is asked through ``usable``.
"""

from collections.abc import Callable, Mapping
from typing import Protocol


class Balancer(Protocol):
    def replace(self, weights: Mapping[str, int]) -> None:
        """The instances by id, with weights (0: nothing new). What is known of those that stay is kept."""

    def pick(self, usable: Callable[[str], bool] | None = None) -> str | None:
        """The id of the instance for the next request, None if none is usable. Without ``usable`` all are."""
