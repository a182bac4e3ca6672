"""Statuses that are answers to the request, and no failure of who answered it."""

from typing import Final

from gatewayctl.config.kinds.http import Statuses

OVERLOADED: Final = frozenset({408, 425, 429})
"""Below 500, and still about the moment: a timeout, too early, too many (RFC 9110 15.5.9, RFC 8470, RFC 6585)."""


def answers(statuses: Statuses, lowest: int = 200) -> int | None:
    """The first status from ``lowest`` to 499 in a range that says something about the request; None where none does.
    404 stands for a range that holds it."""
    found = [n for n in range(max(statuses.first, lowest), min(statuses.last, 499) + 1) if n not in OVERLOADED]
    return None if not found else 404 if 404 in found else found[0]
