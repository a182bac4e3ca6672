"""Headers of requests that the gateway writes itself, whatever else puts them there."""

from typing import Final

from gatewayctl.config import GatewayConfig
from gatewayctl.core.fields import KINDS, Kind
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.model import KeyPath

_ALWAYS: Final = frozenset(name.decode() for name, kind in KINDS.items() if kind & (Kind.FORWARDED | Kind.TRACEPARENT))


def own_of_requests(config: GatewayConfig) -> frozenset[str]:
    """Their lower-case names."""
    return _ALWAYS | {config.server.request_id_header.lower()}


def warn_of_own(header: str, at: KeyPath, findings: Findings) -> None:
    """Says that what is at that key does nothing."""
    findings.warning(
        "W320",
        f"{header} is written by the gateway itself: this edit has no effect",
        at,
        help="leave it out, or use a header of another name",
    )
