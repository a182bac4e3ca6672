"""A priority decides nothing.

Finds routes with a `priority` for which every other route that could take the same request would stand on the same side
of them without it.

Why: A priority is read as a warning: "here the usual order does not hold". One that decides nothing sends the reader on a
search, and will decide something by accident once another route is added.

Example:

    [routes.users]
    path     = "/users"
    priority = 10
    respond  = { status = 200 }

    [routes.rest]
    path    = "/*"
    respond = { status = 404 }

Instead:

    [routes.users]
    path    = "/users"
    respond = { status = 200 }

    [routes.rest]
    path    = "/*"
    respond = { status = 404 }

Fix: Safe: the key is removed. Every request goes to the same route as before.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject
from gatewayctl.routing.compiled import CompiledRoute, Rank, rank

RULE = Rule("L109", "priority-without-effect")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    compiled = subject.routes.compiled
    for index, route in enumerate(compiled):
        if route.priority == 0:
            continue
        plain = route._replace(priority=0)
        if all(_same_order(route, plain, compiled[other]) for other in subject.routes.meeting(index)):
            at = ("routes", route.name, "priority")
            yield Found(
                at,
                f'the priority of "{route.name}" decides nothing',
                "the order is the same without it",
                "remove it",
                on_key=True,
                fix=Fix("remove the priority", (Remove(at),)),
            )


def _same_order(route: CompiledRoute, plain: CompiledRoute, other: CompiledRoute) -> bool:
    theirs = _ranks(other)
    before = [[mine < their for their in theirs] for mine in _ranks(route)]
    after = [[mine < their for their in theirs] for mine in _ranks(plain)]
    equal = any(mine == their for mine in _ranks(plain) for their in theirs)
    return before == after and not equal


def _ranks(route: CompiledRoute) -> list[tuple[object, ...]]:
    """By each host and each way of taking a method, without the name, which must decide nothing."""
    methods = (None, b"HEAD") if route.methods is not None and b"GET" in route.methods else (None,)
    return [_unnamed(rank(route, host, method)) for host in route.hosts or (None,) for method in methods]


def _unnamed(full: Rank) -> tuple[object, ...]:
    return full[:-1]
