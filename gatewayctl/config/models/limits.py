"""[limits.*] and [stores.*]: how much of something a client may have, and where it is counted."""

from typing import Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Some
from gatewayctl.config.kinds.names import StoreRef
from gatewayctl.config.kinds.units import PositiveDuration
from gatewayctl.config.kinds.urls import RedisUrl
from gatewayctl.config.kinds.words import Count, KeyPart
from gatewayctl.config.models.base import Table


class LimitConfig(Table):
    """A limit. Its counters are per (limit, key): routes that name the same limit share them."""

    algorithm: Literal["fixed_window", "sliding_window", "token_bucket", "concurrency"] = Field(
        description="How it counts.", examples=["sliding_window"]
    )
    limit: Count = Field(description="How many in a window; for concurrency, how many at once.", examples=[100])
    window: PositiveDuration | None = Field(
        default=None, description="Over which time; not for concurrency.", examples=["1m"]
    )
    burst: Count | None = Field(
        default=None,
        description="token_bucket: the bucket's size, refilled at limit/window; unset: limit.",
        examples=[20],
    )
    key: Some[KeyPart] = Field(
        default=("client_ip",), description="What is counted apart; a list is the combination of its parts.",
        examples=["client_ip", ["route", "consumer"], "header:X-Tenant"], min_length=1,
    )  # fmt: skip
    mode: Literal["enforce", "report"] = Field(
        default="enforce",
        description="report: count and log what would be refused; refuse nothing.",
        examples=["report"],
    )
    store: StoreRef = Field(
        default="memory",
        description="memory: one host, exact over its workers; or the name of a store: all hosts.",
        examples=["shared"],
    )
    on_store_error: Literal["allow", "deny", "local"] = Field(
        default="allow", description="What happens while the store cannot be reached.", examples=["local"]
    )
    cost: Count = Field(default=1, description="What one request takes.", examples=[5])
    headers: bool = Field(
        default=True, description="Whether answers carry RateLimit and RateLimit-Policy.", examples=[False]
    )
    max_keys: Count = Field(
        default=100_000, description="The most keys that are kept; the least recent go first.", examples=[10_000]
    )


class StoreConfig(Table):
    """A store that several hosts share."""

    url: RedisUrl = Field(description="A Redis server's URL.", examples=["${REDIS_URL:-redis://127.0.0.1:6379/0}"])
