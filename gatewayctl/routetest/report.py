"""What ``route-test`` found out about a request, as data. ``text.py`` puts it into words, ``document.py`` into JSON."""

from typing import Final, NamedTuple

from gatewayctl.routetest.places import Place
from gatewayctl.routetest.request import Asked

SERVICE: Final = "service"
GATEWAY: Final = "gateway"
REFUSED: Final = "refused"

TAKES: Final = "takes it"
LATER: Final = "comes later"
MISSES: Final = "does not match"
OTHERWISE: Final = "could be read"


class Matched(NamedTuple):
    """Why the route took the request: what of it fits, and where that is said."""

    pattern: str
    pattern_at: Place
    host: str | None
    """The host pattern that fits, None where the route takes any."""
    host_at: Place
    methods: str
    how: str
    """How the method fits: named, HEAD by GET, or any."""
    methods_at: Place
    conditions: tuple[str, ...]
    priority: int
    priority_at: Place
    params: tuple[tuple[str, str], ...]


class SentInstance(NamedTuple):
    """An instance that may get the request. ``url`` None: the built-in echo."""

    id: str
    url: str | None
    weight: int
    status: str


class Sent(NamedTuple):
    """What the service is asked."""

    service: str
    service_at: Place
    load_balancer: str
    instances: tuple[SentInstance, ...]
    method: str
    path: str
    query: str | None
    path_at: Place
    host: str
    host_at: Place
    timeout: float | None
    timeout_at: Place
    service_timeouts: tuple[tuple[str, float, Place], ...]
    upgrades: tuple[str, ...]
    upgrades_at: Place
    fields: tuple[tuple[str, str], ...] = ()
    """Header fields of the client's that go on, edited; those that the gateway writes itself are not among them."""

    @property
    def target(self) -> str:
        """Path and query as they stand in the request line."""
        return self.path if self.query is None else f"{self.path}?{self.query}"


class Answered(NamedTuple):
    """What the gateway answers itself."""

    status: int
    fields: tuple[tuple[str, str], ...] = ()
    body: str = ""


class StepLine(NamedTuple):
    """A step of the order: what it does to this request, where that is said, whether the request gets there."""

    name: str
    phase: str
    does: tuple[str, ...]
    why_here: str
    at: Place | None
    reached: bool = True


class Near(NamedTuple):
    """Another route: one that came near, or matches but comes later; ``at`` is what decided against it, ``reason`` why."""

    route: str
    pattern: str
    at: Place
    reason: str


class Policy(NamedTuple):
    """What is decided about a request beside its route: by a policy that is there, or by none being there."""

    name: str
    does: tuple[str, ...]
    at: Place


class Report(NamedTuple):
    """The whole. ``outcome``: who answers, the service, the gateway itself, or nobody, since the request is refused."""

    asked: Asked
    outcome: str
    path: str
    """The canonical path, or the path as it came where it has none."""
    status: int | None = None
    """What the client gets; None where the service decides."""
    reason: str = ""
    detail: str = ""
    allow: tuple[str, ...] = ()
    route: str = ""
    route_at: Place = Place()
    matched: Matched | None = None
    sent: Sent | None = None
    answered: Answered | None = None
    steps: tuple[StepLine, ...] = ()
    policies: tuple[Policy, ...] = ()
    beaten: tuple[Near, ...] = ()
    """Routes that match too, but come later in the order; the reasons say why."""
    near: tuple[Near, ...] = ()
    hints: tuple[str, ...] = ()
    auth: str = ""
    """The route's authentication scheme by name."""
    let_in: bool = True
    """Whether it got past authentication and what the route requires of who asks; a route may ask for neither."""
    limits: tuple[str, ...] = ()
    """The route's limits by name."""
    limit_keys: tuple[tuple[str, str], ...] = ()
    """By the name of a limit that is reached: what the request is counted as."""

    @property
    def taken(self) -> bool:
        """Whether the request is served: taken by a route, or by the gateway itself, and not refused on its way."""
        return self.outcome != REFUSED


class Candidate(NamedTuple):
    """A route that could take the request. ``verdict``: it takes it, comes later, or does not match; and why."""

    route: str
    pattern: str
    verdict: str
    reason: str
    at: Place


def candidates(report: Report) -> list[Candidate]:
    """All candidates: the route that takes the request, those that match too in their order, those that came near."""
    found = []
    if report.matched is not None:
        found.append(Candidate(report.route, report.matched.pattern, TAKES, "", report.route_at))
    found += [Candidate(near.route, near.pattern, LATER, near.reason, near.at) for near in report.beaten]
    ambiguous = report.reason == "ambiguous_path" and not report.route
    verdict = OTHERWISE if ambiguous else MISSES
    return found + [Candidate(near.route, near.pattern, verdict, near.reason, near.at) for near in report.near]
