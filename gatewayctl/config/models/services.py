"""[services.*]: what requests are sent to, and how."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.http import HeaderName
from gatewayctl.config.kinds.names import BreakerRef
from gatewayctl.config.kinds.text import FilePath, Text
from gatewayctl.config.kinds.units import Duration, PositiveDuration
from gatewayctl.config.kinds.urls import UpstreamUrl
from gatewayctl.config.kinds.words import Count, HashKey, HostHeader
from gatewayctl.config.models.base import Table
from gatewayctl.config.models.discovery import DiscoveryConfig
from gatewayctl.config.models.health import HealthConfig, OutlierConfig


class InstanceConfig(Table):
    """One instance of a service."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=128)] | None = Field(
        default=None, description="Its name in logs and metrics; host:port where it has none.", examples=["users-1"]
    )
    url: UpstreamUrl = Field(
        description="Scheme, host and port, or unix: and the path of a socket; no path or query.",
        examples=["http://127.0.0.1:9001", "https://users.internal", "unix:run/users.sock"],
    )
    weight: int = Field(
        default=1, ge=0, le=65535, description="Its share of the requests; 0: nothing new.", examples=[2]
    )
    status: Literal["up", "down", "draining"] = Field(
        default="up",
        description="down: not used; draining: finishes what it has, gets nothing new.",
        examples=["draining"],
    )
    metadata: dict[str, Text] = Field(default={}, description="Labels of your own.", examples=[{"zone": "a"}])

    @property
    def name(self) -> str:
        """What it is called: its id, else ``host:port``."""
        return self.id or self.url.authority


class StickyConfig(Table):
    """Sends a client to the instance that it met first, by a cookie."""

    cookie: HeaderName = Field(description="The cookie's name.", examples=["gw"])
    ttl: Duration = Field(default=3600.0, description="How long the cookie lives.", examples=["1h"])


class KeepaliveConfig(Table):
    """Idle upstream connections, per instance and worker."""

    idle: Duration = Field(
        default=4.0,
        description="How long an idle connection is kept; below what upstreams keep (most: 5s).",
        examples=["4s"],
    )
    max_idle: int = Field(
        default=128, ge=0, le=100_000, description="Idle connections that are kept; 0: none.", examples=[32]
    )
    max_requests: Count = Field(
        default=1000, description="Requests on one connection before it is closed.", examples=[100]
    )


class ServiceTlsConfig(Table):
    """TLS to https instances. Changed files are reloaded. Instances that discovery finds without a scheme get TLS with it."""

    verify: bool = Field(default=True, description="Whether the instance's certificate is checked.", examples=[True])
    ca: FilePath = Field(
        default="",
        description="The authorities that are trusted; else the system's.",
        examples=["certs/internal-ca.pem"],
    )
    cert: FilePath = Field(
        default="", description="The gateway's own certificate, for mutual TLS.", examples=["certs/gw.pem"]
    )
    key: FilePath = Field(default="", description="Its private key.", examples=["certs/gw.key"])
    server_name: Text = Field(
        default="",
        description="The name that is asked for and checked; else the instance's host.",
        examples=["users.internal"],
    )


class ServiceConfig(Table):
    """A service: instances (or where to find them), how they are chosen, and how long they may take."""

    description: Text = Field(default="", description="What it is, for people.", examples=["User accounts"])
    tags: Many[Text] = Field(default=(), description="Labels of your own.", examples=[["core"]])
    load_balancer: Literal["round_robin", "weighted", "random", "least_connections", "p2c", "ewma", "hash"] = Field(
        default="round_robin",
        description='How an instance is chosen; round_robin is smooth and weighted, "weighted" is the same.',
        examples=["least_connections"],
    )
    hash_key: HashKey | None = Field(
        default=None,
        description="What the hash balancer hashes.",
        examples=["client_ip", "header:X-User", "cookie:session", "path"],
    )
    sticky: StickyConfig | None = Field(
        default=None, description="Sessions that stay on one instance.", examples=[{"cookie": "gw", "ttl": "1h"}]
    )
    instances: Many[InstanceConfig] | None = Field(
        default=None,
        description="The instances, written out.",
        examples=[[{"id": "users-1", "url": "http://127.0.0.1:9001"}]],
        min_length=1,
    )
    discovery: DiscoveryConfig | None = Field(
        default=None, description="Where to find the instances, instead of writing them out."
    )
    builtin: Literal["echo"] | None = Field(
        default=None,
        description="An upstream inside the gateway that answers JSON about the request: for first runs and demos.",
        examples=["echo"],
    )
    builtin_instances: int | None = Field(
        default=None,
        ge=1,
        le=64,
        description="With builtin: how many instances there are; 2 where it is unset.",
        examples=[3],
    )
    breaker: BreakerRef | None = Field(
        default=None, description='A circuit breaker by name; "none" for none.', examples=["standard"]
    )
    max_in_flight: Count | None = Field(
        default=None, description="Requests at once, per instance and host; 503 when all are full.", examples=[256]
    )
    host_header: HostHeader = Field(
        default="instance",
        description="The Host that is sent: the instance's, the client's (preserve), or a literal.",
        examples=["preserve"],
    )
    connect_timeout: PositiveDuration | None = Field(
        default=None, description="To open a connection. Unset: that of [defaults], 3s.", examples=["1s"]
    )
    first_byte_timeout: PositiveDuration | None = Field(
        default=None,
        description="From the request sent to the response head, each attempt. Unset: that of [defaults], 15s.",
        examples=["5s"],
    )
    idle_timeout: PositiveDuration | None = Field(
        default=None, description="Between two pieces of a response. Unset: that of [defaults], 30s.", examples=["1m"]
    )
    tunnel_idle_timeout: PositiveDuration | None = Field(
        default=None, description="For WebSockets and event streams. Unset: that of [defaults], 5m.", examples=["1h"]
    )
    keepalive: KeepaliveConfig = Field(
        default_factory=KeepaliveConfig.model_construct,
        description="Idle connections to instances.",
        examples=[{"idle": "4s", "max_idle": 128}],
    )
    health: HealthConfig | None = Field(default=None, description="Active checks of the instances.")
    outlier: OutlierConfig | None = Field(default=None, description="Ejects instances by what real traffic shows.")
    tls: ServiceTlsConfig | None = Field(default=None, description="TLS to https instances.")
