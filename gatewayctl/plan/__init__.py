"""``compile_plan`` turns a validated configuration into the ``Plan`` that the live proxy and the offline commands share."""

from gatewayctl.plan.compile import compile_plan
from gatewayctl.plan.model import Plan, RoutePlan, ServicePlan
from gatewayctl.plan.order import STEPS, Phase, step_of
from gatewayctl.plan.table import build_table

__all__ = ["STEPS", "Phase", "Plan", "RoutePlan", "ServicePlan", "build_table", "compile_plan", "step_of"]
