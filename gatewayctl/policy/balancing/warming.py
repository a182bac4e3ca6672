"""Slow start: an instance that joins others gets a tenth of its share at first, and all of it ten seconds later.

A server that has just begun has nothing in flight: balancers that look for the least busy one would send it everything at
once, into cold caches. Those that share by weight alone (``round_robin``, ``random``, ``hash``) have no need of it.
Instances that are there from the first are not slowed down, for nobody else could do the work.
"""

from typing import Final

SLOW_START: Final = 10.0
"""Seconds until a new instance gets its whole share."""
FIRST_SHARE: Final = 0.1

LONG_SINCE: Final = float("-inf")


def share(since: float, now: float) -> float:
    """The share of its weight, up to 1, that an instance is worth which joined at ``since``."""
    return min(1.0, max(FIRST_SHARE, (now - since) / SLOW_START))
