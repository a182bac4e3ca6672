"""The root: everything a gateway is told."""

from typing import Literal

from pydantic import Field

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.names import Name
from gatewayctl.config.kinds.text import Text
from gatewayctl.config.models.admin import AdminConfig, LogConfig, MetricsConfig, TracingConfig
from gatewayctl.config.models.auth import AuthConfig, ConsumerConfig
from gatewayctl.config.models.base import Table
from gatewayctl.config.models.defaults import DefaultsConfig
from gatewayctl.config.models.limits import LimitConfig, StoreConfig
from gatewayctl.config.models.resilience import BreakerConfig, RetryConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.config.models.server import ServerConfig
from gatewayctl.config.models.services import ServiceConfig
from gatewayctl.config.models.web import AccessConfig, CacheConfig, CorsConfig, TransformConfig


class GatewayConfig(Table):
    """The configuration of a gateway. Objects are named tables; the order of tables and files never matters."""

    version: Literal[1] = Field(description="The version of this language: 1.", examples=[1])
    include: Many[Text] = Field(
        default=(),
        description="Further files, as patterns relative to this file; the order of files never matters.",
        examples=[["conf.d/*.toml"]],
    )
    server: ServerConfig = Field(
        default=ServerConfig.model_construct(), description="The public listeners and their bounds."
    )
    admin: AdminConfig = Field(default=AdminConfig.model_construct(), description="The admin listener.")
    log: LogConfig = Field(default=LogConfig.model_construct(), description="Logs.")
    metrics: MetricsConfig = Field(default=MetricsConfig.model_construct(), description="Prometheus metrics.")
    tracing: TracingConfig = Field(default=TracingConfig.model_construct(), description="OpenTelemetry traces.")
    defaults: DefaultsConfig = Field(
        default=DefaultsConfig.model_construct(), description="What a route or service does not say itself."
    )
    services: dict[Name, ServiceConfig] = Field(default={}, description="What requests are sent to, by name.")
    routes: dict[Name, RouteConfig] = Field(default={}, description="Which request goes where, by name.")
    limits: dict[Name, LimitConfig] = Field(default={}, description="Limits, by name.")
    stores: dict[Name, StoreConfig] = Field(default={}, description="Shared stores, by name.")
    breakers: dict[Name, BreakerConfig] = Field(default={}, description="Circuit breakers, by name.")
    retries: dict[Name, RetryConfig] = Field(default={}, description="Retry policies, by name.")
    auth: dict[Name, AuthConfig] = Field(default={}, description="Authentication schemes, by name.")
    consumers: dict[Name, ConsumerConfig] = Field(default={}, description="Consumers, by name.")
    access: dict[Name, AccessConfig] = Field(default={}, description="Access lists, by name.")
    caches: dict[Name, CacheConfig] = Field(default={}, description="Caches, by name.")
    cors: dict[Name, CorsConfig] = Field(default={}, description="CORS policies, by name.")
    transforms: dict[Name, TransformConfig] = Field(default={}, description="Transforms of headers and query, by name.")
