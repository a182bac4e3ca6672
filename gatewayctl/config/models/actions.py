"""The tables inside a route: what it answers, where it splits, what it adds."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from gatewayctl.config.kinds.http import ChangedHeader, HeaderValue
from gatewayctl.config.kinds.names import ServiceRef
from gatewayctl.config.kinds.text import Text
from gatewayctl.config.kinds.units import PositiveDuration
from gatewayctl.config.kinds.urls import Url
from gatewayctl.config.kinds.words import Percent
from gatewayctl.config.models.base import Table

TemplatePath = Annotated[str, Field(pattern=r"^/")]


class SplitConfig(Table):
    """One side of a split."""

    service: ServiceRef = Field(description="The service.", examples=["orders"])
    weight: int = Field(default=1, ge=0, le=1_000_000, description="Its share of the requests.", examples=[95])


class MirrorConfig(Table):
    """A copy of some requests to another service."""

    service: ServiceRef = Field(description="The service that gets the copies.", examples=["orders-shadow"])
    percent: Percent = Field(default=100.0, description="The share of requests, in percent.", examples=[10])


class DelayConfig(Table):
    """Waits before a request goes on."""

    duration: PositiveDuration = Field(description="For how long.", examples=["200ms"])
    percent: Percent = Field(default=100.0, description="The share of requests, in percent.", examples=[1])


class AbortConfig(Table):
    """Answers instead of forwarding."""

    status: int = Field(ge=400, le=599, description="With which status.", examples=[503])
    percent: Percent = Field(default=100.0, description="The share of requests, in percent.", examples=[0.1])


class FaultConfig(Table):
    """Faults on purpose."""

    delay: DelayConfig | None = Field(
        default=None, description="Delays.", examples=[{"duration": "200ms", "percent": 1}]
    )
    abort: AbortConfig | None = Field(default=None, description="Errors.", examples=[{"status": 503, "percent": 0.1}])


class RespondConfig(Table):
    """An answer that the gateway gives itself. Values may hold templates."""

    status: int = Field(default=200, ge=200, le=599, description="The status.", examples=[200])
    body: Text = Field(default="", description="The body, UTF-8.", examples=["hello"])
    headers: dict[ChangedHeader, HeaderValue] = Field(
        default={},
        description="Headers. A body without a content-type is ``text/plain; charset=utf-8``.",
        examples=[{"content-type": "text/plain"}],
    )


class RedirectConfig(Table):
    """A redirect. The query is kept; the target may hold templates and never begins with ``//``."""

    to: Annotated[str, Field(min_length=1)] = Field(description="Where to: a path or a URL.", examples=["/v2/{rest}"])
    status: Literal[301, 302, 303, 307, 308] = Field(
        default=308, description="The status; 307 and 308 keep the method.", examples=[302]
    )


class AggregatePartConfig(Table):
    """One part of an aggregated answer; its table's name is the key in the JSON object."""

    service: ServiceRef = Field(description="The service that is asked.", examples=["users"])
    path: TemplatePath = Field(description="For which path; may hold templates.", examples=["/users/{id}"])
    optional: bool = Field(
        default=False, description="true: null where it fails, instead of an error.", examples=[True]
    )


class DeprecatedConfig(Table):
    """When a route was deprecated, when it ends, and where to read about it."""

    since: date | None = Field(default=None, description="Deprecated since (a date).", examples=["2026-06-01"])
    sunset: date | None = Field(default=None, description="Ends on (a date).", examples=["2027-01-01"])
    link: Url | None = Field(default=None, description="Where it is explained.", examples=["https://example.com/v2"])
