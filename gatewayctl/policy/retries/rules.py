"""What is tried again and after which pause. Pure: whether a try is possible at all (its body, its time) is asked elsewhere."""

from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import Final

from gatewayctl.core.frozen import frozen

LONGEST_PAUSE: Final = 0.25
"""Seconds: a backoff never grows beyond it."""

CAUSE_OF: Final = {
    "connect_failed": "connect",
    "connect_timeout": "connect",
    "dns_failed": "connect",
    "tls_certificate": "connect",
    "tls_failed": "connect",
    "upstream_reset": "reset",
    "upstream_timeout": "first_byte_timeout",
}
"""The word of ``retries.on`` by the reason of a failure; others are not tried again."""


@frozen
class RetryRules:
    """``[retries.NAME]``; times are seconds."""

    attempts: int
    causes: frozenset[str]
    statuses: frozenset[int]
    methods: frozenset[bytes]
    backoff: float

    def again_after_failure(self, reason: str, method: bytes, *, handed_over: bool) -> bool:
        """Whether an attempt that brought no response is tried again. ``handed_over``: something went to the socket."""
        return CAUSE_OF.get(reason) in self.causes and (not handed_over or method in self.methods)

    def again_after_status(self, status: int, method: bytes) -> bool:
        """Whether a response with that status is not good enough."""
        return status in self.statuses and method in self.methods

    def pause(self, attempts: int, random: Callable[[], float]) -> float:
        """Seconds before the next try after so many: anything up to the backoff, which doubles (full jitter)."""
        return random() * min(self.backoff * (1 << (attempts - 1)), LONGEST_PAUSE)


def retry_after(value: bytes | None, wall_clock: float) -> float:
    """Seconds that a Retry-After field asks for (RFC 9110 10.2.3); 0.0 where there is none or it says nothing."""
    if value is None:
        return 0.0
    text = value.decode("latin-1").strip()
    if text.isascii() and text.isdigit():
        return float(text[:12])
    try:
        moment = parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    return max(moment.timestamp() - wall_clock, 0.0)
