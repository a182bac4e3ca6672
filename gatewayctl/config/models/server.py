"""[server]: the listeners, what is believed about clients, and the bounds on what they may send."""

from typing import Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Many, Some
from gatewayctl.config.kinds.http import HeaderName
from gatewayctl.config.kinds.names import Name
from gatewayctl.config.kinds.net import Address, ListenAddress, Nameserver, Peer
from gatewayctl.config.kinds.text import FilePath
from gatewayctl.config.kinds.units import Duration, HeaderSize, PositiveDuration, Size, SizeOrUnlimited
from gatewayctl.config.kinds.words import Count, HealthPath, ViaName, Workers
from gatewayctl.config.models.base import Table


class CertificateConfig(Table):
    """A certificate chain and its key. It is served for the names in it (SNI)."""

    cert: FilePath = Field(description="The certificate chain, PEM.", examples=["certs/api.pem"])
    key: FilePath = Field(description="Its private key, PEM.", examples=["certs/api.key"])


class ServerTlsConfig(Table):
    """TLS for the https listeners. Changed files are read again."""

    min_version: Literal["1.2", "1.3"] = Field(
        default="1.2", description="The lowest TLS version that is spoken.", examples=["1.3"]
    )
    client_auth: Literal["none", "request", "require"] = Field(
        default="none", description="Whether clients are asked for a certificate.", examples=["require"]
    )
    client_ca: FilePath = Field(
        default="",
        description="The authorities that client certificates must come from, PEM.",
        examples=["certs/clients.pem"],
    )
    redirect_http: bool = Field(default=False, description="Plain listeners answer 308 to https.", examples=[True])
    certificates: dict[Name, CertificateConfig] = Field(
        default={}, description="Certificates by name; the first by name is served where no other fits.",
        examples=[{"main": {"cert": "certs/api.pem", "key": "certs/api.key"}}],
    )  # fmt: skip


class ServerConfig(Table):
    """The public side: listeners, trust, bounds and timeouts towards clients."""

    listen: Some[ListenAddress] = Field(
        default=(Address("127.0.0.1", 8080),),
        description='Where to listen, one or a list: host:port, "https://[::]:443" or "unix:run/gateway.sock".',
        examples=["127.0.0.1:8080", ["0.0.0.0:8080", "[::]:8080"]],
        min_length=1,
    )
    workers: Workers = Field(
        default=1,
        description='Worker processes; "auto" is what processor affinity and cgroup allow.',
        examples=[1, "auto"],
    )
    trusted_proxies: Many[Peer] = Field(
        default=(),
        description='Address blocks (or "unix") of proxies that may say who the client is.',
        examples=[["10.0.0.0/8"]],
    )
    client_ip_header: Literal["x-forwarded-for", "forwarded", "x-real-ip"] = Field(
        default="x-forwarded-for",
        description="The one header that is read from trusted proxies; the others are rewritten.",
        examples=["forwarded"],
    )
    proxy_protocol: bool = Field(
        default=False, description="Expect the PROXY protocol (v1 and v2) from trusted proxies.", examples=[True]
    )
    forwarded_headers: Literal["x-forwarded", "forwarded", "both"] = Field(
        default="x-forwarded",
        description="Which family of headers tells upstreams about the client.",
        examples=["both"],
    )
    request_id_header: HeaderName = Field(
        default="X-Request-ID",
        description="The header that carries the request id; from an untrusted peer it is replaced.",
        examples=["X-Correlation-ID"],
    )
    via: ViaName = Field(
        default="gatewayctl", description='The name in the Via header, or "off".', examples=["edge", "off"]
    )
    allow_underscore_headers: Many[HeaderName] = Field(
        default=(), description='Header names with "_" that may pass; others are dropped.', examples=[["client_id"]]
    )
    encoded_slashes: Literal["reject", "keep"] = Field(
        default="reject",
        description="What happens to %2F in a path: reject it, or keep it as part of its segment (never a separator).",
        examples=["keep"],
    )
    merge_slashes: bool = Field(
        default=False, description='"//" in a path becomes "/" before matching.', examples=[True]
    )
    health_path: HealthPath = Field(
        default="",
        description="A path that is answered on the public listener, for load balancers.",
        examples=["/health"],
    )
    max_header_size: HeaderSize = Field(
        default=16 << 10,
        description="The largest request head; above it 431, or 414 for the request line.",
        examples=["32KiB"],
    )
    max_headers: int = Field(
        default=100, ge=1, le=10_000, description="The most header fields; above it 431.", examples=[200]
    )
    max_body_size: SizeOrUnlimited = Field(
        default=1 << 20,
        description='The largest request body, or "unlimited"; above it 413.',
        examples=["10MiB", "unlimited"],
    )
    header_timeout: PositiveDuration = Field(
        default=10.0, description="How long a request head may take; then 408.", examples=["5s"]
    )
    body_timeout: PositiveDuration = Field(
        default=30.0, description="The longest pause between two pieces of a request body.", examples=["1m"]
    )
    min_body_rate: Size = Field(
        default=1 << 10,
        description='The slowest request body, in bytes a second over 30 s, after the first 30 s; "0B" is off.',
        examples=["4KiB", "0B"],
    )
    keepalive_timeout: PositiveDuration = Field(
        default=65.0, description="How long an idle client connection is kept open.", examples=["30s"]
    )
    max_connections: Count = Field(
        default=10_000,
        description="Client connections at once, per host; further ones wait unaccepted.",
        examples=[50_000],
    )
    shutdown_delay: Duration = Field(
        default=0.0, description="How long readiness says 503 before the listeners close.", examples=["5s"]
    )
    shutdown_grace: Duration = Field(
        default=25.0,
        description="How long requests in flight may take at shutdown; then they are cut.",
        examples=["1m"],
    )
    nameservers: Many[Nameserver] = Field(
        default=(),
        description="DNS servers that names of instances are asked of; none: those of the system.",
        examples=[["127.0.0.1:5353"]],
    )
    tls: ServerTlsConfig | None = Field(default=None, description="TLS for the https listeners.")
