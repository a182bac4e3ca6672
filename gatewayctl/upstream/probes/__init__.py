"""Probes by the type that the configuration gives them: how the gateway asks an instance on its own whether it is fit."""

from collections.abc import Callable
from typing import Final

from gatewayctl.plan.feeds import ChecksPlan
from gatewayctl.upstream.probes.base import Probe
from gatewayctl.upstream.probes.http import HttpProbe
from gatewayctl.upstream.probes.tcp import TcpProbe

PROBES: Final[dict[str, Callable[[ChecksPlan], Probe]]] = {"http": HttpProbe, "tcp": TcpProbe}
