"""What each policy decides about the request at hand, in words, whether it is there or not: one entry a policy.

What is a step of its own (see ``plan.order``) has been put into words where the request met it, under the same name; the
entry here then only says what it means that a route has none.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from gatewayctl.core.units import format_duration
from gatewayctl.plan.model import KeyPath, RoutePlan
from gatewayctl.plan.order import step_of
from gatewayctl.routetest.limitwords import breaker_words, retry_words
from gatewayctl.routetest.places import place
from gatewayctl.routetest.report import Policy, StepLine
from gatewayctl.routetest.stepwords import Passage, Words

_STEPS_OF: Final[Mapping[str, tuple[str, ...]]] = {"limits": ("limits", "identity_limits")}
"""Policies that are more than one step."""

PolicyWords = Callable[[Passage, RoutePlan], Words]


def policies(passage: Passage, route: RoutePlan, steps: Sequence[StepLine]) -> tuple[Policy, ...]:
    """All policies, in the order in which a request meets them; ``steps`` are those that it met."""
    met = {line.name: line for line in steps}
    found = []
    for name, words in POLICY_WORDS.items():
        lines = [met[step] for step in _STEPS_OF.get(name, (name,)) if step in met]
        if lines and lines[0].at is not None:
            found.append(Policy(name, tuple(does for line in lines for does in line.does), lines[0].at))
        else:
            does, key = words(passage, route)
            found.append(Policy(name, tuple(does), place(passage.loaded, key)))
    return tuple(found)


def _none(key: str, meaning: str) -> PolicyWords:
    """A policy that a route does not have: ``key`` is where it would be named, by the route or in [defaults]."""

    def words(passage: Passage, route: RoutePlan) -> Words:
        return [f"none: {meaning}"], _said(passage, (("routes", route.name, key), ("defaults", key)))

    return words


def _none_of_forwarding(key: str, meaning: str, *, of_service: bool = False) -> PolicyWords:
    """The same for what only concerns requests that are sent on; ``of_service``: a service may name it too."""

    def words(passage: Passage, route: RoutePlan) -> Words:
        forward = route.forward
        if forward is None:
            return _not_sent(route)
        own: KeyPath = ("services", forward.service, key) if of_service else ("routes", route.name, key)
        return [f"none: {meaning}"], _said(passage, (own, ("defaults", key)))

    return words


def _breaker(passage: Passage, route: RoutePlan) -> Words:
    breaker = None if route.forward is None else passage.plan.services[route.forward.service].breaker
    if breaker is not None:
        return [breaker_words(breaker)], breaker.said_at
    return _no_breaker(passage, route)


def _retries(passage: Passage, route: RoutePlan) -> Words:
    retry = None if route.forward is None else route.forward.retry
    return _no_retries(passage, route) if retry is None else ([retry_words(retry)], retry.said_at)


def _balancing(passage: Passage, route: RoutePlan) -> Words:
    if route.forward is None:
        return _not_sent(route)
    service = passage.plan.services[route.forward.service]
    usable = sum(1 for instance in service.instances if instance.status == "up" and instance.weight)
    does = [f"{service.load_balancer}, {usable} of {len(service.instances)} instances in use"]
    return does, ("services", service.name, "load_balancer")


def _timeout(passage: Passage, route: RoutePlan) -> Words:
    forward = route.forward
    if forward is None:
        return _not_sent(route)
    service = passage.plan.services[forward.service]
    total = "no bound" if forward.timeout is None else format_duration(forward.timeout)
    each = f"{format_duration(service.connect_timeout)} to connect, {format_duration(service.first_byte_timeout)} to answer"
    return [f"{total} over all attempts; each has {each}"], forward.timeout_said_at


def _not_sent(route: RoutePlan) -> Words:
    ends = next(step for step in route.steps if step_of(step).name in ("respond", "redirect"))
    return ["no service is asked: the gateway answers itself"], ends.said_at


def _said(passage: Passage, keys: tuple[KeyPath, ...]) -> KeyPath:
    """The first key that is written anywhere."""
    return next((key for key in keys if passage.loaded.origin(*key) != "default"), keys[0])


_no_breaker: Final = _none_of_forwarding("breaker", "a failing service is asked again each time", of_service=True)
_no_retries: Final = _none_of_forwarding("retry", "one attempt")

POLICY_WORDS: Final[Mapping[str, PolicyWords]] = {
    "cors": _none("cors", "preflights are requests like any other"),
    "access": _none("access", "every address may ask"),
    "auth": _none("auth", "everybody may ask"),
    "limits": _none("limits", "as many requests as they like"),
    "cache": _none("cache", "every answer is fresh"),
    "breaker": _breaker,
    "balancing": _balancing,
    "timeout": _timeout,
    "retries": _retries,
}
"""By name, in the order in which a request meets them."""
