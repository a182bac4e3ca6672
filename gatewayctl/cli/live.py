"""The parts of the live path that ``route-test`` runs offline; the one place where that ring meets those above it."""

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from gatewayctl.plan.policies import LimitsPlan
from gatewayctl.proxy.send_path import path_maker
from gatewayctl.routetest.walk import Live
from gatewayctl.state.records import LocalKeeper
from gatewayctl.steps import ADMIT_STEPS
from gatewayctl.steps.parts import Parts


def live_parts() -> Live:
    """The steps and the path maker, as the exchange uses them. They open nothing and wait for nothing."""
    alone: dict[type, Callable[[Any], Any]] = {
        kind: partial(_alone, kind) for kind in ADMIT_STEPS if kind not in _COUNTS
    }
    return Live(admit=alone, send_path=path_maker)


_COUNTS: Final = frozenset({LimitsPlan})
"""Steps whose word depends on what happened before: offline they let everything pass."""


def _alone(kind: type, plan: Any) -> Any:
    return ADMIT_STEPS[kind](plan, Parts(LocalKeeper(), {}, {}, b""))
