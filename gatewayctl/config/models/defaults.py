"""[defaults]: what a route or service does not say itself."""

from pydantic import Field

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.names import (
    AccessRef,
    AuthRef,
    BreakerRef,
    CacheRef,
    CorsRef,
    LimitRef,
    RetryRef,
    TransformRef,
)
from gatewayctl.config.kinds.units import PositiveDuration, TimeoutOrNever
from gatewayctl.config.models.base import Table


class DefaultsConfig(Table):
    """Policies and timeouts of routes and services that do not have their own; a route's value replaces the default."""

    timeout: TimeoutOrNever = Field(
        default=30.0,
        description='From the end of a request to the response head, over all attempts; "none" for none.',
        examples=["10s"],
    )
    connect_timeout: PositiveDuration = Field(
        default=3.0, description="To open a connection to an instance.", examples=["1s"]
    )
    first_byte_timeout: PositiveDuration = Field(
        default=15.0, description="From the request sent to the response head, each attempt.", examples=["5s"]
    )
    idle_timeout: PositiveDuration = Field(
        default=30.0, description="Between two pieces of a response.", examples=["1m"]
    )
    tunnel_idle_timeout: PositiveDuration = Field(
        default=300.0, description="For WebSockets and event streams.", examples=["1h"]
    )
    limits: Many[LimitRef] = Field(default=(), description="Limits by name.", examples=[["per-client"]])
    retry: RetryRef | None = Field(default=None, description="A retry policy by name.", examples=["safe"])
    breaker: BreakerRef | None = Field(
        default=None, description="A circuit breaker by name, for services.", examples=["standard"]
    )
    auth: AuthRef | None = Field(
        default=None,
        description='An authentication scheme by name; a public route writes auth = "none".',
        examples=["jwt"],
    )
    access: AccessRef | None = Field(default=None, description="An access list by name.", examples=["office"])
    cache: CacheRef | None = Field(default=None, description="A cache by name.", examples=["hot"])
    cors: CorsRef | None = Field(
        default=None,
        description="A CORS policy by name; it also covers answers to unmatched requests.",
        examples=["web"],
    )
    transform: TransformRef | None = Field(default=None, description="A transform by name.", examples=["public"])
