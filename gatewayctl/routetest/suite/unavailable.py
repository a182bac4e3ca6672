"""What a case may say but nobody can know offline: headers that depend on the connection."""

from typing import Final

from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.core.fields import KINDS, Kind
from gatewayctl.routetest.suite.models import CaseConfig

_WRITTEN_BY_US: Final = Kind.HOST | Kind.FORWARDED | Kind.TRACEPARENT | Kind.VIA | Kind.REQUEST_ID
_REQUEST_ID: Final = "x-request-id"


def check(case: CaseConfig, at: KeyPath, findings: Findings) -> None:
    """An error for each thing that the case asks for and nobody can answer."""
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
