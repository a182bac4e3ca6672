"""A route does nothing that another one would not do.

Finds routes whose every request would, without them, go to another route that treats it in the same way: same service,
same policies, same path sent on.

Why: Two routes must be kept alike by hand. The next change is made in one of them, and from then on some requests
are treated in a way that nobody meant. It is a matter of taste, since each route has a name of its own in logs and metrics.

Example:

    [services.users]
    builtin = "echo"

    [routes.users]
    path    = "/users/*"
    service = "users"

    [routes.one-user]
    path    = "/users/{id}"
    service = "users"

Instead:

    [services.users]
    builtin = "echo"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: Unsafe: the route is removed. Requests are handled alike; its name disappears from logs and metrics.
"""

from collections.abc import Iterator
from typing import Any, Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import matched_by
from gatewayctl.routing.exact import Reached

RULE = Rule("L103", "redundant-route", Severity.NOTE, taste=True)

_MATCHING: Final = frozenset(
    ("path", "path_regex", "methods", "hosts", "headers", "query", "priority", "description", "tags", "enabled")
)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    facts = subject.routes
    by_treatment: dict[str, list[int]] = {}
    for index, route in enumerate(facts.compiled):
        treatment = _treatment(subject, route.name)
        if treatment is not None:
            by_treatment.setdefault(treatment, []).append(index)
    alike = {index: members for members in by_treatment.values() if len(members) > 1 for index in members}
    for index in sorted(alike):
        route = facts.compiled[index]
        meeting = facts.meeting(index)
        others = [other for other in meeting if other in alike[index] and _later(subject, index, other)]
        outer = next((other for other in others if facts.outside(index, other) is None), None)
        if outer is None or not isinstance(facts.reach(index), Reached):
            continue
        if any(facts.taken(other, index) is not None for other in meeting if other != outer):
            continue
        name = facts.compiled[outer].name
        yield Found(
            ("routes", route.name, matched_by(route)),
            f'"{name}" would treat every request of "{route.name}" alike',
            "nothing of its own",
            f'remove "{route.name}", or give it what it is there for',
            related=((("routes", name, matched_by(facts.compiled[outer])), "this one takes them too"),),
            fix=Fix(f'remove the route "{route.name}"', (Remove(("routes", route.name)),), safe=False),
        )


def _later(subject: Subject, index: int, other: int) -> bool:
    """Whether ``other`` matches requests that the route takes."""
    return subject.routes.taken(other, index) is not None


def _treatment(subject: Subject, name: str) -> str | None:
    """What a route does with its requests; None where that depends on the route itself."""
    route = subject.config.routes[name]
    if route.service is None or route.rewrite is not None or route.strip_prefix is True:
        return None
    limits = subject.config.defaults.limits if route.limits is None else route.limits
    if any("route" in subject.config.limits[limit].key for limit in limits):
        return None
    said: dict[str, Any] = {key: getattr(route, key) for key in route.model_fields_set - _MATCHING}
    transform = subject.config.defaults.transform if route.transform is None else route.transform
    if transform is not None and "{" in repr(subject.text("transforms", transform)):
        return None
    return repr(sorted(said.items(), key=lambda item: item[0]))
