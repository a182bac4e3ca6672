"""A request's way through the gateway, without a network: read, decide, the route's steps in their order, what is sent.

The head is read, the route found and the values put in by the parts that do it live; ``Live`` brings those that stand
in a ring above this one. Nothing is opened and nobody is asked.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Final

from gatewayctl.config import Loaded
from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import Field
from gatewayctl.core.framing import BadMessage
from gatewayctl.core.frozen import frozen, mutable
from gatewayctl.core.messages import RequestHead
from gatewayctl.plan import STEPS, Plan, RoutePlan, build_table
from gatewayctl.plan.findings import secret_parts
from gatewayctl.plan.identity import AuthPlan, RequirePlan
from gatewayctl.plan.model import ForwardPlan, PathPlan
from gatewayctl.plan.policies import IdentityLimitsPlan, LimitsPlan
from gatewayctl.plan.table import routing_options
from gatewayctl.routetest.decide import Decision, decide
from gatewayctl.routetest.hidden import Hidden
from gatewayctl.routetest.limitwords import own_limits
from gatewayctl.routetest.matched import matched
from gatewayctl.routetest.near import ambiguous_readings, beaten, came_near, near_misses
from gatewayctl.routetest.places import Place, place
from gatewayctl.routetest.policywords import policies
from gatewayctl.routetest.report import GATEWAY, REFUSED, SERVICE, Report, StepLine
from gatewayctl.routetest.request import Asked, encoded, head_parser, read_head
from gatewayctl.routetest.sent import answered, sent
from gatewayctl.routetest.stepwords import STEP_WORDS, Passage
from gatewayctl.routing import CompiledRoute, PathError, RoutingOptions, Table

REQUEST_ID = b"REQUEST-ID"
"""Stands for the id that a live request gets; fit for every place that a template may put it in."""


_OWN: Final = {
    "health": (200, "it is the health path"),
    "options": (204, "it is about the server"),
    "preflight": (204, "it is a CORS preflight that no route takes, answered by the default policy"),
    "closed_preflight": (204, "it is a CORS preflight for a route without CORS: nothing is allowed"),
}


@frozen
class Live:
    """The live parts of rings above: ``admit`` makes the step of a plan, by the plan's class, from it and the ``parts``
    that steps share; ``send_path`` what makes the path that is sent, None where it is the matched one; ``key`` what a
    request is counted as by a limit, of the parts of its key and the request."""

    admit: Mapping[type, Callable[[Any, Any], Any]]
    parts: Callable[[Plan, Asked], Any]
    send_path: Callable[[PathPlan, RoutingOptions], Callable[[Any], bytes] | None]
    key: Callable[[Sequence[str], Any], str]


@mutable
class Traffic:
    """A request on its way, as ``steps.base.Traffic`` describes it."""

    head: RequestHead
    fields: list[Field]
    query: bytes | None
    path: bytes
    params: Mapping[str, bytes]
    client_ip: bytes
    route_name: str
    service_name: str
    request_id: bytes = field(default=REQUEST_ID)
    identity: Any = None
    certificate: Any = None
    by_tls: bool = False


def examine(request: Asked, loaded: Loaded, plan: Plan, live: Live) -> Report:
    """What becomes of that request under this configuration."""
    return Examiner(loaded, plan, live).examine(request)


class Examiner:
    """Examines any number of requests under one configuration; its table is built once."""

    def __init__(self, loaded: Loaded, plan: Plan, live: Live) -> None:
        self._loaded, self._plan, self._live = loaded, plan, live
        self._hidden = Hidden(loaded)
        self._parser = head_parser(plan.server)
        self._table = build_table(plan)

    @property
    def matches(self) -> tuple[CompiledRoute, ...]:
        """What its routes match by."""
        return tuple(route.match for route in self._plan.routes)

    @property
    def secret_parts(self) -> frozenset[tuple[str, str]]:
        """What of requests is secret: see ``plan.findings.secret_parts``."""
        return secret_parts(self._loaded)

    def examine(self, request: Asked, *, others: bool = True) -> Report:
        """What becomes of that request. ``others`` False leaves out the routes that do not take it, which takes most of
        the time where there are many."""
        plan = self._plan
        try:
            head = read_head(request.raw(), self._parser, plan.server)
        except BadMessage as error:
            hint = encoded(request.target)
            hints = (f"a client sends it percent-encoded: gatewayctl route-test '{hint}'",) if hint else ()
            return _refused(request, request.target, failure(error.reason, error.detail), hints=hints)
        decision = decide(head, self._table, plan)
        path = decision.path.decode("latin-1")
        passage = Passage(self._loaded, self._hidden, plan, head, request.client_ip, path)
        if decision.match is None:
            return _not_routed(request, decision, passage, self._table, others)
        return _Walk(request, decision, passage, plan.routes[decision.match.route], self._live).report(others)


def _refused(request: Asked, path: str, what: Failure, **more: Any) -> Report:
    kind = what.kind
    return Report(request, REFUSED, path, kind.status, kind.reason, what.detail, **more)


def _not_routed(request: Asked, decision: Decision, passage: Passage, table: Table, others: bool) -> Report:
    """An answer of the gateway's own, or a refusal with the routes that came near."""
    steps = tuple(_lines(passage, ("request_id", "client_address", "canonical_path")))
    if decision.refusal is None:
        status, detail = _OWN[decision.own]
        return Report(request, GATEWAY, passage.path, status, detail=detail, steps=steps)
    near, hints = near_misses(decision, passage) if others else ((), ())
    if others and decision.refusal.kind.reason == "ambiguous_path":
        near = ambiguous_readings(passage, table)
    allow = tuple(method.decode("latin-1") for method in decision.allow)
    return _refused(request, passage.path, decision.refusal, allow=allow, near=near, hints=hints, steps=steps)


class _Walk:
    """One request through the steps of the route that takes it."""

    def __init__(self, request: Asked, decision: Decision, passage: Passage, route: RoutePlan, live: Live) -> None:
        self.request = request
        self.passage = passage
        self.route = passage.route = route
        self.live = live
        self.parts = live.parts(passage.plan, request)
        self.refusal: Failure | None = None
        self.stopped_by: type | None = None
        self.does: dict[type, tuple[tuple[str, ...], Place | None]] = {}
        self.passed: set[type] = set()
        self.limit_keys: list[tuple[str, str]] = []
        forward, params = route.forward, {} if decision.match is None else decision.match.params
        self.params = params
        named = passage.head.dropped_names  # what Connection names ends here, before any step sees it
        self.traffic = Traffic(
            passage.head,
            [f for f in passage.head.fields if f.kind or f.name not in named],
            passage.head.query,
            decision.path,
            params,
            request.client_ip.encode(),
            route.name,
            "" if forward is None else forward.service,
        )

    def report(self, others: bool) -> Report:
        """Runs the steps and puts together what was found."""
        self._admit()
        passage, route = self.passage, self.route
        if self.refusal is None and passage.answered is None and route.forward is not None:
            self._forward(route.forward)
        loaded, steps = passage.loaded, tuple(self._steps())
        common: dict[str, Any] = {
            "route": route.name,
            "route_at": place(loaded, ("routes", route.name)),
            "matched": matched(loaded, passage.hidden, route, passage.head, self.params),
            "steps": steps,
            "policies": policies(passage, route, steps),
            "beaten": beaten(passage) if others else (),
            "near": came_near(passage) if others else (),
            "hints": _unread_claims(self.request, route),
            "auth": _scheme(route),
            "let_in": {AuthPlan, RequirePlan}.isdisjoint({type(step) for step in route.steps} - self.passed),
            "limits": _limits(passage, route),
            "limit_keys": tuple(self.limit_keys),
        }
        if self.refusal is not None:
            return _refused(self.request, passage.path, self.refusal, **common)
        if passage.answered is not None:
            status = passage.answered.status
            return Report(self.request, GATEWAY, passage.path, status, answered=passage.answered, **common)
        return Report(self.request, SERVICE, passage.path, sent=passage.sent, **common)

    def _admit(self) -> None:
        """The admitting steps, until one of them answers: as the exchange does it (journey step 6)."""
        passage, traffic = self.passage, self.traffic
        for plan in self.route.steps:
            make = self.live.admit.get(type(plan))
            if make is None:
                self._count(plan)
                continue
            passage.fields_before, passage.query_before = tuple(traffic.fields), _text(traffic.query)
            outcome = make(plan, self.parts).admit(traffic)
            passage.identity = traffic.identity
            passage.fields_after, passage.query_after = tuple(traffic.fields), _text(traffic.query)
            if isinstance(outcome, Failure):
                self.refusal = outcome
            elif outcome is not None:
                passage.answered = answered(passage.hidden, self.route, outcome)
            self._note(plan)
            if outcome is not None:
                self.stopped_by = type(plan)
                return
            self.passed.add(type(plan))

    def _count(self, plan: Any) -> None:
        """What the request is counted as, where the step is one that counts."""
        limits = self.passage.plan.policies.limits
        for name in _counted(self.passage, plan):
            self.limit_keys.append((name, self.live.key(limits[name].key, self.traffic)))

    def _forward(self, forward: ForwardPlan) -> None:
        passage, traffic = self.passage, self.traffic
        make = self.live.send_path(forward.path, routing_options(passage.plan.server))
        try:
            path = traffic.path if make is None else make(traffic)
        except PathError as error:
            self.refusal, self.stopped_by = failure("bad_path", str(error)), ForwardPlan
            return
        passage.sent = sent(passage, self.route, forward, path.decode("latin-1"), _text(traffic.query), traffic.fields)

    def _note(self, plan: Any) -> None:
        words, key = STEP_WORDS[_NAMES[type(plan)]](self.passage, plan)
        self.does[type(plan)] = (tuple(words), place(self.passage.loaded, key))

    def _steps(self) -> list[StepLine]:
        """The lines of the order that concern this route."""
        lines = []
        plans = {type(plan): plan for plan in self.route.steps}
        reached = True
        for step in STEPS:
            if step.plan is None:
                lines += _lines(self.passage, (step.name,))
                continue
            plan = plans.get(step.plan)
            if plan is None:
                continue
            admits = step.phase.value in ("admit", "forward")
            if step.plan not in self.does:
                self._note(plan)
            does, at = self.does[step.plan]
            if self.refusal is not None and step.plan is self.stopped_by:
                does = (*does, f"refuses it: {self.refusal.detail}")
            lines.append(StepLine(step.name, step.phase.value, does, step.why_here, at, reached or not admits))
            if step.plan is self.stopped_by:
                reached = False
        return lines


_NAMES = {step.plan: step.name for step in STEPS if step.plan is not None}


def _lines(passage: Passage, names: tuple[str, ...]) -> list[StepLine]:
    """The lines of steps that every request meets."""
    lines = []
    for step in STEPS:
        if step.name in names:
            words, key = STEP_WORDS[step.name](passage, None)
            at = place(passage.loaded, key) if key else None
            lines.append(StepLine(step.name, step.phase.value, tuple(words), step.why_here, at))
    return lines


def _unread_claims(request: Asked, route: RoutePlan) -> tuple[str, ...]:
    """A word about claims that nobody reads, where the route has no auth."""
    unread = request.claims and not _scheme(route)
    return (f"nobody reads the claims: route {route.name} has no auth",) if unread else ()


def _limits(passage: Passage, route: RoutePlan) -> tuple[str, ...]:
    """The names of the limits that the request counts against, once it is known who asks."""
    return tuple(name for step in route.steps for name in _counted(passage, step))


def _counted(passage: Passage, step: Any) -> tuple[str, ...]:
    """The names of the limits that a step takes from."""
    if isinstance(step, LimitsPlan):
        return step.limits
    return step.of(own_limits(passage)) if isinstance(step, IdentityLimitsPlan) else ()


def _scheme(route: RoutePlan) -> str:
    """The name of the route's authentication scheme; empty if there is none."""
    return next((step.scheme for step in route.steps if isinstance(step, AuthPlan)), "")


def _text(raw: bytes | None) -> str | None:
    return None if raw is None else raw.decode("latin-1")
