"""[breakers.*] and [retries.*]: what happens when upstreams fail."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.http import ChangedHeader, HeaderValue, Method, RetryCause, Statuses, StatusRange
from gatewayctl.config.kinds.names import ServiceRef
from gatewayctl.config.kinds.text import Text
from gatewayctl.config.kinds.units import Duration, PositiveDuration, Size
from gatewayctl.config.kinds.words import Count, Share
from gatewayctl.config.models.base import Table


class FallbackConfig(Table):
    """What a client gets while the breaker is open, or when no instance is left."""

    status: int | None = Field(
        default=None, ge=200, le=599, description="An answer's status; 503 where it is unset.", examples=[503]
    )
    body: Text | None = Field(default=None, description="An answer's body.", examples=["back soon"])
    headers: dict[ChangedHeader, HeaderValue] = Field(
        default={}, description="An answer's headers.", examples=[{"content-type": "text/plain"}]
    )
    service: ServiceRef | None = Field(
        default=None, description="Instead of an answer: another service.", examples=["orders-static"]
    )


class BreakerConfig(Table):
    """A circuit breaker. It counts attempts."""

    failure_threshold: Count = Field(default=5, description="Failures in a row that open it …", examples=[10])
    failure_rate: Share = Field(default=0.5, description="… or this share of failures in the window.", examples=[0.3])
    min_requests: Count = Field(
        default=20, description="Attempts in the window before the share counts.", examples=[50]
    )
    window: PositiveDuration = Field(default=10.0, description="The window.", examples=["30s"])
    recovery_timeout: PositiveDuration = Field(
        default=10.0,
        description="How long it stays open; doubled on each relapse, at most 2m. Also bounds half-open.",
        examples=["5s"],
    )
    half_open_requests: Count = Field(
        default=3, description="Trials at once in half-open; all must succeed.", examples=[1]
    )
    failure_statuses: Many[StatusRange] = Field(
        default=(Statuses(502, 504),),
        description="Statuses that are failures, beside connect errors, resets and timeouts.",
        examples=[["500-504"]],
    )
    slow_call: Duration = Field(default=0.0, description="Slower than this is a failure; 0s is off.", examples=["2s"])
    scope: Literal["service", "instance", "route"] = Field(
        default="service", description="What has a breaker of its own.", examples=["instance"]
    )
    fallback: FallbackConfig | None = Field(
        default=None, description="What a client gets meanwhile.", examples=[{"status": 503, "body": "back soon"}]
    )


class RetryConfig(Table):
    """When a request is tried again, and how often."""

    attempts: int = Field(
        default=2, ge=1, le=10, description="Tries in all, each on another instance where there is one.", examples=[3]
    )
    on: Many[RetryCause] = Field(
        default=("connect", "reset", Statuses(502, 504)), description="What is tried again.",
        examples=[["connect", "reset", "first_byte_timeout", "502-504"]],
    )  # fmt: skip
    methods: Many[Method] = Field(
        default=("GET", "HEAD", "OPTIONS", "PUT", "DELETE"),
        description="Methods that are tried again; others only if nothing was handed to the socket.",
        examples=[["GET", "HEAD"]],
    )
    attempt_timeout: PositiveDuration | None = Field(
        default=None, description="How long one try may take to its response head.", examples=["2s"]
    )
    max_body: Size = Field(
        default=64 << 10, description="How much of a body is kept to be sent again.", examples=["64KiB"]
    )
    backoff: Duration = Field(
        default=0.025, description="The first pause, with full jitter; at most 250ms.", examples=["25ms"]
    )
    budget: Share = Field(default=0.2, description="Retries over requests in 10 s …", examples=[0.1])
    min_budget: Annotated[int, Field(ge=0, le=1_000_000)] = Field(
        default=3, description="… but this many a second always.", examples=[10]
    )
