"""The compiled configuration: what will happen, immutable, replaced as a whole.

Made by ``compile_plan`` from a validated configuration, used by the live proxy and by every offline command alike.
All of it can be pickled: a large configuration is compiled in a child process and handed over in pieces.
Times are seconds, sizes bytes; what is sent on the wire is ``bytes``.
"""

from collections.abc import Mapping
from dataclasses import field
from ipaddress import ip_address

from gatewayctl.core.frozen import frozen
from gatewayctl.plan.identity import AccessPlan, AuthPlan, CorsPlan, IdentityPlan, PreflightPlan, RequirePlan
from gatewayctl.plan.policies import (
    NO_POLICIES,
    BreakerPlan,
    IdentityLimitsPlan,
    LimitFieldsPlan,
    LimitsPlan,
    OutlierPlan,
    PoliciesPlan,
    RetryPlan,
    StickyFieldPlan,
    StickyPlan,
)
from gatewayctl.plan.policies import KeyPath as KeyPath
from gatewayctl.plan.tls import ServerTlsPlan
from gatewayctl.plan.upstreams import DiscoveryPlan, HealthPlan, TlsPlan
from gatewayctl.routing import CompiledRoute, Template


@frozen
class Listen:
    """One address to listen on: ``host`` and ``port`` (``tls`` for https), or the path of a unix socket."""

    host: str = ""
    port: int = 0
    path: str = ""
    tls: bool = False

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        scheme = "https" if self.tls else "http"
        return f"{scheme}://[{self.host}]:{self.port}" if ":" in self.host else f"{scheme}://{self.host}:{self.port}"


@frozen
class ServerPlan:
    """``[server]``. ``None`` stands for "unlimited"."""

    listen: tuple[Listen, ...]
    workers: int
    """Processes that serve; 0 for as many as the machine allows."""
    trusted_proxies: tuple[str, ...]
    trust_unix: bool
    client_ip_header: str
    send_x_forwarded: bool
    send_forwarded: bool
    request_id_header: bytes
    via: bytes
    """The pseudonym in Via; empty for off."""
    allowed_underscores: frozenset[bytes]
    encoded_slashes: str
    merge_slashes: bool
    health_path: bytes
    max_header_size: int
    max_headers: int
    header_timeout: float
    body_timeout: float
    min_body_rate: int
    keepalive_timeout: float
    max_connections: int
    shutdown_delay: float
    shutdown_grace: float
    nameservers: tuple[str, ...] = ()
    """``address:port`` of the DNS servers that names of instances are asked of; none: the system's."""
    proxy_protocol: bool = False
    tls: ServerTlsPlan | None = None


@frozen
class AdminPlan:
    """``[admin]``. ``listen`` None means off; ``beyond_loopback`` that more than this machine can reach it."""

    listen: Listen | None
    token: str
    hosts: frozenset[str]
    socket_mode: int
    beyond_loopback: bool


@frozen
class LogPlan:
    """``[log]``. ``access`` is stdout, stderr, off or a path."""

    level: str
    format: str
    access: str
    access_format: str
    query: str
    sample: float


@frozen
class MetricsPlan:
    enabled: bool
    buckets: tuple[float, ...]


@frozen
class InstancePlan:
    """One instance of a service. ``builtin``: served by the gateway itself on a loopback port chosen at start.

    The scheme is http, https, or unix with the ``path`` of a socket on which plain HTTP is spoken.
    """

    id: str
    scheme: str
    host: str
    port: int
    weight: int
    status: str
    builtin: bool = False
    path: str = ""
    priority: int = 0
    """The lower the number the better: others are taken only while no better one is fit (RFC 2782)."""

    @property
    def by_name(self) -> bool:
        """Whether its host is a name, so that somebody has to say where it is."""
        if self.path:
            return False
        try:
            ip_address(self.host)
        except ValueError:
            return True
        return False

    @property
    def authority(self) -> str:
        """Host and port as they stand in a Host field; the port is left out where it is the scheme's own."""
        if self.path:
            return "localhost"  # a socket has no name, and HTTP/1.1 wants one (RFC 9112 3.2)
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == {"http": 80, "https": 443}[self.scheme] else f"{host}:{self.port}"

    @property
    def url(self) -> str:
        return f"unix:{self.path}" if self.path else f"{self.scheme}://{self.authority}"


@frozen
class ServicePlan:
    """``[services.NAME]``."""

    name: str
    load_balancer: str
    instances: tuple[InstancePlan, ...]
    host_header: str
    """``instance``, ``preserve`` or the literal to send."""
    connect_timeout: float
    first_byte_timeout: float
    idle_timeout: float
    tunnel_idle_timeout: float
    keepalive_idle: float
    keepalive_max_idle: int
    keepalive_max_requests: int
    tls: TlsPlan = field(default_factory=TlsPlan)
    discovery: DiscoveryPlan | None = None
    """Where the instances are found, if they are not written out; ``instances`` is then empty."""
    health: HealthPlan | None = None
    hash_key: str = "client_ip"
    sticky: StickyPlan | None = None
    breaker: BreakerPlan | None = None
    outlier: OutlierPlan | None = None
    max_in_flight: int | None = None


@frozen
class FieldEdits:
    """Header edits in the order they are made: remove, rename, set, add. Names keep their case for the wire."""

    rename: tuple[tuple[bytes, bytes], ...] = ()
    remove: frozenset[bytes] = frozenset()
    set: tuple[tuple[bytes, Template], ...] = ()
    add: tuple[tuple[bytes, Template], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rename or self.remove or self.set or self.add)


@frozen
class BodyLimitPlan:
    """Refuses a body whose declared or counted length is above ``limit`` bytes."""

    limit: int
    said_at: KeyPath


@frozen
class RespondPlan:
    """Answers without an upstream."""

    status: int
    fields: tuple[tuple[bytes, Template], ...]
    body: Template
    said_at: KeyPath


@frozen
class RedirectPlan:
    """Answers with a Location; the request's query is kept."""

    status: int
    to: Template
    said_at: KeyPath


@frozen
class RequestEditPlan:
    """``[transforms.NAME]`` request and query: what the upstream sees changed."""

    fields: FieldEdits
    query_set: tuple[tuple[bytes, Template], ...]
    query_remove: frozenset[bytes]
    said_at: KeyPath


@frozen
class ResponseEditPlan:
    """``[transforms.NAME]`` response: what the client sees changed. ``missing``: lower-case names of the headers of
    ``plan.security_headers`` that an answer gets where it has none after the edits."""

    fields: FieldEdits
    said_at: KeyPath
    missing: tuple[bytes, ...] = ()


@frozen
class DeprecatedPlan:
    """Adds Deprecation (RFC 9745), Sunset (RFC 8594) and Link to the answers; ready to send."""

    fields: tuple[tuple[bytes, bytes], ...]
    said_at: KeyPath


@frozen
class PathPlan:
    """The path sent on: ``strip`` bytes of the matched path cut off the front, or ``rewrite`` instead; neither: unchanged."""

    strip: int = 0
    rewrite: Template | None = None
    said_at: KeyPath = ()


@frozen
class ForwardPlan:
    """Sends the request to an instance of ``service``. ``timeout`` None means none."""

    service: str
    path: PathPlan
    timeout: float | None
    upgrades: frozenset[bytes]
    said_at: KeyPath
    timeout_said_at: KeyPath
    retry: RetryPlan | None = None


GuardPlan = PreflightPlan | AccessPlan | AuthPlan | RequirePlan | CorsPlan
"""See ``plan.identity``."""

StepPlan = (
    BodyLimitPlan
    | LimitsPlan
    | IdentityLimitsPlan
    | RespondPlan
    | RedirectPlan
    | RequestEditPlan
    | ResponseEditPlan
    | DeprecatedPlan
    | LimitFieldsPlan
    | StickyFieldPlan
    | ForwardPlan
    | GuardPlan
)


@frozen
class RoutePlan:
    """``[routes.NAME]``: what it matches and, in the order of ``order.STEPS``, what a request meets."""

    name: str
    match: CompiledRoute
    steps: tuple[StepPlan, ...]
    tags: tuple[str, ...] = ()

    @property
    def forward(self) -> ForwardPlan | None:
        """Where it sends requests, None if it answers them itself."""
        return next((step for step in self.steps if isinstance(step, ForwardPlan)), None)


@frozen
class Plan:
    """The whole gateway. ``routes`` are the enabled ones, in the order of their names; a match gives an index into them."""

    digest: str
    server: ServerPlan
    admin: AdminPlan
    log: LogPlan
    metrics: MetricsPlan
    trace_sample_ratio: float
    services: Mapping[str, ServicePlan]
    routes: tuple[RoutePlan, ...]
    policies: PoliciesPlan = NO_POLICIES
    identity: IdentityPlan = field(default_factory=IdentityPlan)
    missing: tuple[bytes, ...] = ()
    """See ``ResponseEditPlan``: of answers to what no route takes."""
