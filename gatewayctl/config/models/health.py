"""[services.*.health] and [services.*.outlier]: which instances are fit for traffic."""

from typing import Annotated, Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.http import HeaderName, HeaderValue, Statuses, StatusRange
from gatewayctl.config.kinds.units import PositiveDuration
from gatewayctl.config.kinds.words import Count, Port, Share
from gatewayctl.config.models.base import Table


class HealthConfig(Table):
    """Active checks: the gateway asks each instance on its own."""

    type: Literal["http", "tcp"] = Field(
        default="http", description="A request, or just a connection.", examples=["tcp"]
    )
    path: Annotated[str, Field(pattern=r"^/")] = Field(
        default="/", description="The path that is asked for.", examples=["/healthz"]
    )
    port: Port | None = Field(default=None, description="Another port than the instance's.", examples=[9101])
    interval: PositiveDuration = Field(default=10.0, description="Between two checks.", examples=["5s"])
    timeout: PositiveDuration = Field(default=2.0, description="How long a check may take.", examples=["1s"])
    jitter: Share = Field(
        default=0.1, description="The share of the interval by which checks are spread.", examples=[0.2]
    )
    healthy_after: Count = Field(default=2, description="Good checks in a row until it is fit.", examples=[1])
    unhealthy_after: Count = Field(default=3, description="Failed checks in a row until it is not.", examples=[2])
    statuses: Many[StatusRange] = Field(
        default=(Statuses(200, 399),), description="Statuses that are good.", examples=[["200-399"]], min_length=1
    )
    headers: dict[HeaderName, HeaderValue] = Field(
        default={}, description="Headers to send.", examples=[{"x-probe": "1"}]
    )


class OutlierConfig(Table):
    """Passive checks: ejects what fails under real traffic (what a breaker counts, and 500)."""

    consecutive_failures: Count = Field(default=5, description="Failures in a row until it is ejected.", examples=[3])
    ejection_time: PositiveDuration = Field(
        default=30.0, description="For how long, times the number of ejections, at most 5m.", examples=["10s"]
    )
    max_ejected: Share = Field(
        default=0.5, description="The share of instances that may be out; at least one of two or more.", examples=[0.3]
    )
