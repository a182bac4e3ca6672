"""The parts of the live path that ``route-test`` runs offline; the one place where that ring meets those above it."""

from gatewayctl.plan import Plan
from gatewayctl.policy.auth.assumed import Said, assumed_schemes
from gatewayctl.proxy.send_path import path_maker
from gatewayctl.routetest.request import Asked
from gatewayctl.routetest.walk import Live
from gatewayctl.steps import ADMIT_STEPS
from gatewayctl.steps.parts import Parts, parts_of


def live_parts() -> Live:
    """The steps and the path maker, as the exchange uses them. They open nothing and wait for nothing."""
    return Live(admit=ADMIT_STEPS, parts=_parts, send_path=path_maker)


def _parts(plan: Plan, request: Asked) -> Parts:
    return parts_of(plan.identity, assumed_schemes(plan.identity, Said(dict(request.claims), request.consumer)))
