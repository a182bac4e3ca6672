"""One generation of the configuration, bound to the states that live on: what a request finds when it arrives."""

from collections.abc import Callable
from typing import Final

from gatewayctl.core.head import HeadParser
from gatewayctl.core.units import format_duration
from gatewayctl.plan.identity import PreflightPlan
from gatewayctl.plan.model import BodyLimitPlan, ForwardPlan, Plan, RoutePlan
from gatewayctl.plan.policies import RetryPlan
from gatewayctl.plan.table import routing_options
from gatewayctl.policy.cors import Cors
from gatewayctl.policy.retries.budget import RetryBudget
from gatewayctl.policy.retries.rules import RetryRules
from gatewayctl.proxy.identity import sample_below
from gatewayctl.proxy.origin import OriginRules
from gatewayctl.proxy.send_path import PathMaker, path_maker
from gatewayctl.routing import RoutingOptions, Table
from gatewayctl.routing.spec import EncodedSlashes
from gatewayctl.state.certificates import Certificates
from gatewayctl.state.timer_wheel import NEVER
from gatewayctl.steps import ADD_STEPS, ADMIT_STEPS, SHAPE_STEPS
from gatewayctl.steps.missing_fields import MissingFields
from gatewayctl.steps.parts import Parts
from gatewayctl.telemetry.series import RouteSeries
from gatewayctl.upstream.service import Service

_UNLIMITED: Final = float("inf")


MAX_KEPT: Final = 64 * 1024
"""Bytes of a request's body kept in case a stale connection makes it necessary to send it again."""


class Retry:
    """The retries of a route: rules, budget (a state) and bounds. Times in seconds."""

    __slots__ = ("attempt_note", "attempt_timeout", "budget", "max_body", "rules")

    def __init__(self, plan: RetryPlan, budget: RetryBudget) -> None:
        self.rules = RetryRules(plan.attempts, plan.causes, plan.statuses, plan.methods, plan.backoff)
        self.budget = budget
        self.attempt_timeout = NEVER if plan.attempt_timeout is None else plan.attempt_timeout
        self.attempt_note = f"the attempt took longer than {format_duration(plan.attempt_timeout or 0.0)}"
        self.max_body = plan.max_body


class BoundRoute:
    """A route ready to run: its steps, its service, its counters and what is constant about forwarding."""

    __slots__ = (
        "add",
        "admit",
        "answers_preflights",
        "keep",
        "log_target",
        "max_body",
        "name",
        "policed",
        "retry",
        "send_path",
        "series",
        "service",
        "shape",
        "timeout",
        "upgrades",
        "wait",
        "wait_note",
    )

    send_path: PathMaker | None
    """Makes the path that is sent; None where it is the matched one."""

    def __init__(
        self,
        plan: RoutePlan,
        service: Service | None,
        series: RouteSeries,
        options: RoutingOptions,
        parts: Parts,
        retry: "Retry | None" = None,
    ) -> None:
        self.name = plan.name
        self.log_target = b'"route":"%b","service":"%b"' % (
            plan.name.encode(),
            b"" if service is None else service.name.encode(),
        )
        self.series = series
        self.service = service
        self.admit = tuple(ADMIT_STEPS[type(s)](s, parts) for s in plan.steps if type(s) in ADMIT_STEPS)
        self.shape = tuple(SHAPE_STEPS[type(s)](s, parts) for s in plan.steps if type(s) in SHAPE_STEPS)
        self.answers_preflights = any(isinstance(s, PreflightPlan) for s in plan.steps)
        self.add = tuple(ADD_STEPS[type(s)](s, parts) for s in reversed(plan.steps) if type(s) in ADD_STEPS)
        """Last first: each puts its lines before those that are there."""
        self.max_body: float = next((s.limit for s in plan.steps if isinstance(s, BodyLimitPlan)), _UNLIMITED)
        self.retry = retry
        self.policed = retry is not None or (service is not None and service.conduct is not None)
        """Whether its attempts are let through, judged or made again by anybody."""
        self.keep = MAX_KEPT if retry is None else retry.max_body
        """Bytes of a request's body that are kept to be sent again."""
        forward = plan.forward
        self.send_path = None if forward is None else path_maker(forward.path, options)
        self.timeout = NEVER
        self.upgrades: frozenset[bytes] = frozenset()
        self.wait = NEVER
        self.wait_note = ""
        if forward is not None and service is not None:
            self._bind_forward(forward, service, retry)

    def _bind_forward(self, forward: ForwardPlan, service: Service, retry: "Retry | None") -> None:
        """``wait`` is for the first attempt: whatever its answer must come within first."""
        self.timeout = NEVER if forward.timeout is None else forward.timeout
        self.upgrades = forward.upgrades
        first_byte = service.first_byte_timeout
        if first_byte < self.timeout:
            self.wait, self.wait_note = first_byte, service.first_byte_note
        elif self.timeout < NEVER:
            self.wait = self.timeout
            self.wait_note = f"no response within the route's timeout of {format_duration(self.timeout)}"
        if retry is not None and retry.attempt_timeout < self.wait:
            self.wait, self.wait_note = retry.attempt_timeout, retry.attempt_note


class Bound:
    """A plan with its table, routes and services. Replaced as a whole; requests finish on the one they began with."""

    __slots__ = (
        "answers_preflights",
        "body_timeout",
        "certificates",
        "default_cors",
        "encoded_slashes",
        "generation",
        "header_timeout",
        "health_path",
        "keepalive_timeout",
        "log_sample",
        "max_header_size",
        "merge_slashes",
        "min_body_rate",
        "missing",
        "origin",
        "parser",
        "passes_certificates",
        "plan",
        "pseudonym",
        "redirects",
        "request_end",
        "request_id_name",
        "request_id_prefix",
        "response_end",
        "routes",
        "sample_below",
        "services",
        "table",
        "unmatched",
    )

    def __init__(
        self,
        plan: Plan,
        *,
        generation: int,
        table: Table,
        routes: list[BoundRoute],
        services: dict[str, Service],
        unmatched: RouteSeries,
        default_cors: Cors | None = None,
        certificates: Certificates | None = None,
    ) -> None:
        server = plan.server
        self.plan = plan
        self.generation = generation
        self.table = table
        self.routes = routes
        self.services = services
        self.unmatched = unmatched
        self.certificates = certificates
        self.passes_certificates = server.tls is not None and server.tls.client_auth != "none"
        self.redirects = server.tls is not None and server.tls.redirect_http
        """Plain requests are sent to https."""
        self.default_cors = default_cors
        """Covers answers to what no route takes."""
        self.missing = MissingFields(plan.missing) if plan.missing else None
        """The same."""
        self.answers_preflights = default_cors is not None or any(route.answers_preflights for route in routes)
        self.parser = HeadParser(
            request_id_name=server.request_id_header.lower(),
            max_fields=server.max_headers,
            allowed_underscores=server.allowed_underscores,
        )
        self.origin = OriginRules(
            server.trusted_proxies,
            trust_unix=server.trust_unix,
            header=server.client_ip_header,
            send_x_forwarded=server.send_x_forwarded,
            send_forwarded=server.send_forwarded,
        )
        self.request_id_name = server.request_id_header.lower()
        self.request_id_prefix = server.request_id_header + b": "
        via = b"Via: 1.1 %b\r\n" % server.via if server.via else b""
        self.request_end = b"\r\n" + via + b"\r\n"
        """What follows the trace flags in a request's head: Via and the empty line."""
        self.response_end = b"\r\n" + via
        """What follows the request id in a response's head."""
        self.pseudonym = server.via or b"gatewayctl"
        self.encoded_slashes: EncodedSlashes = routing_options(server).encoded_slashes
        self.merge_slashes = server.merge_slashes
        self.health_path = server.health_path
        self.max_header_size = server.max_header_size
        self.header_timeout = server.header_timeout
        self.body_timeout = server.body_timeout
        self.min_body_rate = server.min_body_rate
        self.keepalive_timeout = server.keepalive_timeout
        self.sample_below = sample_below(plan.trace_sample_ratio)
        self.log_sample = plan.log.sample


Binder = Callable[[Plan], Bound]
