"""What the one who asks must have: scopes (all), of each claim, of consumers and of tags one."""

from typing import Any, NamedTuple

from gatewayctl.plan.identity import RequirePlan
from gatewayctl.policy.auth.identity import Identity, text_of


class Lack(NamedTuple):
    """What is missing, in words; ``scopes`` those that would help (RFC 6750 3.1)."""

    detail: str
    scopes: tuple[str, ...] = ()


def lack(plan: RequirePlan, identity: Identity) -> Lack | None:
    """The first thing that is missing; None where nothing is. Names are told, accepted values are not."""
    missing = [scope for scope in plan.scopes if scope not in identity.scopes]
    if missing:
        words = ", ".join(missing)
        return Lack(f"the scope{'s' if len(missing) > 1 else ''} {words} would be needed", plan.scopes)
    for name, accepted in plan.claims:
        if not _holds(identity.claim(name), accepted):
            return Lack(f"the claim {name} does not say what would be needed")
    if plan.consumers and identity.consumer not in plan.consumers:
        return Lack("this is for other consumers")
    if plan.tags and plan.tags.isdisjoint(identity.tags):
        return Lack("this is for consumers of another kind")
    return None


def _holds(value: Any, accepted: tuple[str, ...]) -> bool:
    """Equal to one of the values, or a list that contains one."""
    if isinstance(value, list):
        return any(_holds(item, accepted) for item in value if not isinstance(item, list))
    return value is not None and text_of(value) in accepted
