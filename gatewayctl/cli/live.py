"""The parts of the live path that ``route-test`` runs offline; the one place where that ring meets those above it."""

from typing import Final

from gatewayctl.plan import Plan
from gatewayctl.plan.policies import IdentityLimitsPlan, LimitsPlan
from gatewayctl.policy.auth.assumed import Said, assumed_schemes
from gatewayctl.proxy.send_path import path_maker
from gatewayctl.routetest.request import Asked
from gatewayctl.routetest.walk import Live
from gatewayctl.state.records import LocalKeeper
from gatewayctl.steps import ADMIT_STEPS
from gatewayctl.steps.parts import Counting, Parts, parts_of

_COUNTS: Final = frozenset({LimitsPlan, IdentityLimitsPlan})
"""Steps whose word depends on what happened before: offline they let everything pass."""


def live_parts() -> Live:
    """The steps and the path maker, as the exchange uses them. They open nothing and wait for nothing."""
    admit = {kind: make for kind, make in ADMIT_STEPS.items() if kind not in _COUNTS}
    return Live(admit=admit, parts=_parts, send_path=path_maker)


def _parts(plan: Plan, request: Asked) -> Parts:
    schemes = assumed_schemes(plan.identity, Said(dict(request.claims), request.consumer))
    return parts_of(plan.identity, schemes, Counting(LocalKeeper()))
