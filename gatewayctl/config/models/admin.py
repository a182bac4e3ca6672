"""[admin], [log], [metrics] and [tracing]: the gateway's own side, for operators."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.net import Address, AdminAddress, Host
from gatewayctl.config.kinds.secrets import Secret
from gatewayctl.config.kinds.text import LogTarget, Text
from gatewayctl.config.kinds.urls import CollectorUrl
from gatewayctl.config.kinds.words import FileMode, Share
from gatewayctl.config.models.base import Table


class AdminConfig(Table):
    """The admin listener: health, metrics, status, reload. Beyond loopback it needs a token."""

    listen: AdminAddress = Field(
        default=Address("127.0.0.1", 9080),
        description='host:port, "unix:…" or "off".',
        examples=["127.0.0.1:9080", "unix:run/admin.sock", "off"],
    )
    token: Secret = Field(
        default=SecretStr(""),
        description="Whoever changes anything must show it; empty: changes are refused, except over a unix socket.",
        examples=["${secret:ADMIN_TOKEN}"],
    )
    hosts: Many[Host] = Field(
        default=(),
        description="Host names that may be asked for, beside IP literals and localhost.",
        examples=[["gateway.internal"]],
    )
    socket_mode: FileMode = Field(default=0o600, description="Permissions of the admin unix socket.", examples=["0660"])


class LogConfig(Table):
    """The log of the gateway itself and of the requests it serves."""

    level: Literal["debug", "info", "warning", "error"] = Field(
        default="info", description="What is worth a line in the gateway's own log.", examples=["debug"]
    )
    format: Literal["auto", "console", "json"] = Field(
        default="auto", description="auto: for people on a terminal, json elsewhere.", examples=["json"]
    )
    access: LogTarget = Field(
        default="stdout",
        description="Where access lines go: stdout, stderr, off or a file (opened again on SIGUSR1).",
        examples=["log/access.log"],
    )
    access_format: Literal["auto", "console", "json", "combined"] = Field(
        default="auto", description="How an access line looks; auto follows format.", examples=["combined"]
    )
    query: Literal["keys", "full", "off"] = Field(
        default="keys",
        description="Query strings in the log: names with masked values, all of it, or nothing.",
        examples=["full"],
    )
    sample: Share = Field(
        default=1.0,
        description="The share of good answers that is logged; errors and refusals always are.",
        examples=[0.1],
    )


class MetricsConfig(Table):
    """Prometheus metrics at /metrics of the admin listener."""

    enabled: bool = Field(default=True, description="Whether /metrics is there.", examples=[False])
    buckets: Many[Annotated[float, Field(gt=0, le=86400)]] = Field(
        default=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0),
        description="Upper bounds of the latency histograms, in seconds, rising.",
        examples=[[0.01, 0.1, 1, 10]],
        min_length=1,
        max_length=100,
    )


class TracingConfig(Table):
    """OpenTelemetry traces over OTLP/HTTP. The traceparent header is continued in any case."""

    endpoint: CollectorUrl = Field(
        default=None, description="The collector's URL; empty: no traces are sent.", examples=["http://127.0.0.1:4318"]
    )
    sample_ratio: Share = Field(default=0.1, description="The share of new traces that is sampled.", examples=[1.0])
    service_name: Text = Field(default="gatewayctl", description="service.name of the spans.", examples=["edge"])
