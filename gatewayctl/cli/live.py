"""The parts of the live path that ``route-test`` runs offline; the one place where that ring meets those above it."""

from gatewayctl.proxy.send_path import path_maker
from gatewayctl.routetest.walk import Live
from gatewayctl.steps import ADMIT_STEPS


def live_parts() -> Live:
    """The steps and the path maker, as the exchange uses them. They open nothing and wait for nothing."""
    return Live(admit=ADMIT_STEPS, send_path=path_maker)
