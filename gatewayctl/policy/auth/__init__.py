"""Authentication: who asks. One file a scheme, as ``base.py`` says; ``SCHEMES`` has them by the class of their plan."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gatewayctl.plan.identity import AnyPlan, ApiKeyPlan, BasicPlan, ConsumerPlan, ForwardAuthPlan, JwtPlan, MtlsPlan
from gatewayctl.policy.auth.any_of import AnyScheme
from gatewayctl.policy.auth.api_key import ApiKeyScheme
from gatewayctl.policy.auth.base import Scheme
from gatewayctl.policy.auth.basic import BasicScheme
from gatewayctl.policy.auth.forward import ForwardScheme
from gatewayctl.policy.auth.helpers import Helpers
from gatewayctl.policy.auth.jwt import JwtScheme
from gatewayctl.policy.auth.mtls import MtlsScheme

SCHEMES: Final[Mapping[type, Callable[[Any, Mapping[str, ConsumerPlan], Helpers], Scheme]]] = {
    JwtPlan: JwtScheme,
    ApiKeyPlan: ApiKeyScheme,
    BasicPlan: BasicScheme,
    ForwardAuthPlan: ForwardScheme,
    MtlsPlan: MtlsScheme,
}
"""What makes a scheme of its plan, the consumers and what is around it. ``AnyScheme`` is made of others (``choice``)."""


def choice(plan: AnyPlan, schemes: Mapping[str, Scheme]) -> AnyScheme:
    """The choice between schemes that are there."""
    return AnyScheme(plan, tuple(schemes[name] for name in plan.of))
