"""No request reaches this route.

Finds routes all of whose requests other routes take before it, by the exact order of matching: priority, host, path,
method, conditions. It names the fewest routes that together take all, and a request that this route alone would take.

Why: The route is dead: what it says about its service, authentication and limits holds for nobody. Most often another
route was given a priority, or was meant to be narrower than it is.

Example:

    [routes.everything]
    path     = "/api/*"
    priority = 10
    respond  = { status = 404 }

    [routes.users]
    path    = "/api/users"
    respond = { status = 200 }

Instead:

    [routes.everything]
    path    = "/api/*"
    respond = { status = 404 }

    [routes.users]
    path    = "/api/users"
    respond = { status = 200 }

Fix: Unsafe: the route is removed. No request notices, but it may be the other route that is wrong.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import matched_by, names
from gatewayctl.routing.exact import Covered

RULE = Rule("L101", "unreachable-route", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    compiled = subject.routes.compiled
    for index, route in enumerate(compiled):
        if subject.routes.first(index):
            continue
        answer = subject.routes.reach(index)
        if not isinstance(answer, Covered):
            continue
        by = [compiled[other].name for other in answer.by]
        together = " together" if len(by) > 1 else ""
        verb = "take" if len(by) > 1 else "takes"
        message = f'no request reaches the route "{route.name}"'
        if by:
            message += f": {names(by)}{together} {verb} all of them"
        if answer.witness is not None:
            message += f", such as {subject.shown(answer.witness)}"
        yield Found(
            ("routes", route.name, matched_by(route)),
            message,
            "never reached",
            "remove the route, or change priority, path or conditions of what goes before it",
            related=tuple(
                (("routes", other, matched_by(compiled[index])), f'"{other}" goes before it')
                for other, index in zip(by, answer.by, strict=True)
            ),
            fix=Fix(f'remove the route "{route.name}"', (Remove(("routes", route.name)),), safe=False),
        )
