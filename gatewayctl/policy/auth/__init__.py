"""Authentication: who asks. One file a scheme, as ``base.py`` says; ``SCHEMES`` has them by the class of their plan."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gatewayctl.plan.identity import AnyPlan, ApiKeyPlan, ConsumerPlan, JwtPlan
from gatewayctl.policy.auth.any_of import AnyScheme
from gatewayctl.policy.auth.api_key import ApiKeyScheme
from gatewayctl.policy.auth.base import Scheme
from gatewayctl.policy.auth.jwt import JwtScheme

SCHEMES: Final[Mapping[type, Callable[[Any, Mapping[str, ConsumerPlan]], Scheme]]] = {
    JwtPlan: JwtScheme,
    ApiKeyPlan: ApiKeyScheme,
}
"""What makes a scheme of its plan and the consumers. ``AnyScheme`` is made of others (``choice``)."""


def choice(plan: AnyPlan, schemes: Mapping[str, Scheme]) -> AnyScheme:
    """The choice between schemes that are there."""
    return AnyScheme(plan, tuple(schemes[name] for name in plan.of))
