"""``compile_plan`` turns a validated configuration into the ``Plan`` that the live proxy and the offline commands share.

It is loaded when it is asked for: compiling needs the configuration's models, which a process that serves never imports.
"""

from typing import TYPE_CHECKING, Any

from gatewayctl.plan.model import Plan, RoutePlan, ServicePlan
from gatewayctl.plan.order import STEPS, Phase, step_of
from gatewayctl.plan.table import build_table

if TYPE_CHECKING:
    from gatewayctl.plan.compile import compile_plan

__all__ = ["STEPS", "Phase", "Plan", "RoutePlan", "ServicePlan", "build_table", "compile_plan", "step_of"]


def __getattr__(name: str) -> Any:
    if name != "compile_plan":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from gatewayctl.plan.compile import compile_plan

    return compile_plan
