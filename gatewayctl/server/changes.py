"""What changed between two generations, in a few words for the log."""

from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from gatewayctl.plan.model import Plan, RoutePlan, ServicePlan
from gatewayctl.proxy.bound import Bound
from gatewayctl.server.turns import Turns

_SECTIONS: Final[tuple[tuple[str, Callable[[Plan], object]], ...]] = (
    ("server", lambda plan: plan.server),
    ("admin", lambda plan: plan.admin),
    ("limits", lambda plan: plan.policies.limits),
    ("auth", lambda plan: plan.identity.schemes),
    ("consumers", lambda plan: plan.identity.consumers),
    ("access", lambda plan: plan.identity.access),
    ("cors", lambda plan: (plan.identity.cors, plan.identity.default_cors)),
    ("defaults", lambda plan: plan.missing),
    ("log", lambda plan: plan.log),
    ("metrics", lambda plan: plan.metrics),
    ("tracing", lambda plan: plan.trace_sample_ratio),
)
"""The settings that are one object, and what of a plan comes from them."""
_Named = TypeVar("_Named", RoutePlan, ServicePlan)


async def changes(before: Bound | None, after: Bound) -> str:
    """What changed, counted: ``1 route changed, 2 services added``; empty if nothing did. Traffic goes on meanwhile."""
    if before is None:
        return f"{len(after.plan.routes)} routes, {len(after.plan.services)} services"
    parts = []
    old, new = before.plan, after.plan
    for noun, pairs in (
        ("route", _paired(old.routes, new.routes)),
        ("service", _paired(tuple(old.services.values()), tuple(new.services.values()))),
    ):
        turns = Turns()
        added = changed = removed = 0
        for was, now in pairs:
            if was is None:
                added += 1
            elif now is None:
                removed += 1
            else:
                changed += was != now
            if turns.over():
                await turns.rest()
        for count, verb in ((changed, "changed"), (added, "added"), (removed, "removed")):
            if count:
                parts.append(f"{count} {noun}{'s' if count > 1 else ''} {verb}")
    parts += [f"[{section}] changed" for section, of in _SECTIONS if of(old) != of(new)]
    return ", ".join(parts)


def _paired(old: tuple[_Named, ...], new: tuple[_Named, ...]) -> Iterator[tuple[_Named | None, _Named | None]]:
    """What has the same name, together. Both are in the order of their names."""
    at = 0
    for now in new:
        while at < len(old) and old[at].name < now.name:
            yield old[at], None
            at += 1
        if at < len(old) and old[at].name == now.name:
            yield old[at], now
            at += 1
        else:
            yield None, now
    for was in old[at:]:
        yield was, None
