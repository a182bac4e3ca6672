"""What a case may say but this version cannot know: one table. A line goes when its feature is built."""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.core.fields import KINDS, Kind
from gatewayctl.routetest.suite.models import CaseConfig


class Unknown(NamedTuple):
    """Where it stands in a case, and what of the gateway it is about."""

    path: KeyPath
    what: str
    asks: Callable[[CaseConfig], Any]


UNKNOWN: Final[tuple[Unknown, ...]] = (
    Unknown(("expect", "limit_keys"), "what a limit counts by", lambda case: case.expect.limit_keys),
)
"""That nothing is limited can be known; so that may be expected."""


_WRITTEN_BY_US: Final = Kind.HOST | Kind.FORWARDED | Kind.TRACEPARENT | Kind.VIA | Kind.REQUEST_ID
_REQUEST_ID: Final = "x-request-id"


def check(case: CaseConfig, at: KeyPath, findings: Findings) -> None:
    """An error for each thing that the case asks for and nobody can answer."""
    for unknown in UNKNOWN:
        if unknown.asks(case):
            findings.error(
                "E901",
                (*at, *unknown.path),
                f"{unknown.what} is not available in this version, so nothing can be expected of it",
                label="cannot be known",
                help="remove it until it is",
            )
    for name in case.expect.headers or ():
        if name.lower() == _REQUEST_ID or KINDS.get(name.lower().encode(), 0) & _WRITTEN_BY_US:
            findings.error(
                "E602",
                (*at, "expect", "headers", name),
                f"the gateway writes {name} itself, and what it says depends on the connection",
                label="cannot be known",
                help="remove it; docs/wire.md says what is sent",
                on_key=True,
            )
