"""Limit algorithms by the name that the configuration gives them, made from a limit's numbers."""

from collections.abc import Callable
from typing import Final

from gatewayctl.policy.limits.base import Algorithm
from gatewayctl.policy.limits.concurrency import Concurrency
from gatewayctl.policy.limits.fixed_window import FixedWindow
from gatewayctl.policy.limits.sliding_window import SlidingWindow
from gatewayctl.policy.limits.token_bucket import TokenBucket

ALGORITHMS: Final[dict[str, Callable[[int, int, int], Algorithm]]] = {
    "fixed_window": lambda limit, window, burst: FixedWindow(limit, window),
    "sliding_window": lambda limit, window, burst: SlidingWindow(limit, window),
    "token_bucket": TokenBucket,
    "concurrency": lambda limit, window, burst: Concurrency(limit),
}
"""``limit`` requests in ``window`` microseconds, ``burst`` at once; what an algorithm does not ask for is 0."""
