"""[services.*.discovery]: where instances are found when they are not written out."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from gatewayctl.config.kinds.base import Many
from gatewayctl.config.kinds.net import Nameserver
from gatewayctl.config.kinds.secrets import Secret
from gatewayctl.config.kinds.text import SourcePath, Text
from gatewayctl.config.kinds.urls import Url
from gatewayctl.config.kinds.words import Port
from gatewayctl.config.models.base import Table

NonEmpty = Annotated[str, Field(min_length=1)]


class DnsDiscoveryConfig(Table):
    """Instances by DNS; the time to live is honoured, 5 s to 60 s."""

    type: Literal["dns"] = Field(description="The kind of source.", examples=["dns"])
    name: NonEmpty = Field(description="The name that is resolved.", examples=["orders.internal"])
    port: Port | None = Field(
        default=None, description="The instances' port; not with SRV, which has its own.", examples=[9000]
    )
    record: Literal["A", "AAAA", "SRV"] = Field(default="A", description="The kind of record.", examples=["SRV"])
    nameservers: Many[Nameserver] = Field(
        default=(), description="DNS servers to ask; none: those of [server].", examples=[["127.0.0.1:8600"]]
    )


class FileDiscoveryConfig(Table):
    """Instances from a JSON or TOML file, which is watched."""

    type: Literal["file"] = Field(description="The kind of source.", examples=["file"])
    path: SourcePath = Field(description="The file.", examples=["endpoints/orders.json"])


class ConsulDiscoveryConfig(Table):
    """Instances that pass their checks in a Consul catalogue."""

    type: Literal["consul"] = Field(description="The kind of source.", examples=["consul"])
    address: Url = Field(
        default="http://127.0.0.1:8500", description="The agent's URL.", examples=["http://127.0.0.1:8500"]
    )
    name: NonEmpty = Field(description="The service's name there.", examples=["orders"])
    tag: Text = Field(default="", description="Only instances with this tag.", examples=["v1"])
    datacenter: Text = Field(default="", description="The datacenter; empty: the agent's.", examples=["dc1"])
    token: Secret = Field(default=SecretStr(""), description="The access token.", examples=["${secret:CONSUL_TOKEN:-}"])


class ZookeeperDiscoveryConfig(Table):
    """Instances that are registered as nodes in ZooKeeper."""

    type: Literal["zookeeper"] = Field(description="The kind of source.", examples=["zookeeper"])
    hosts: NonEmpty = Field(description="host:port of the ensemble, comma separated.", examples=["127.0.0.1:2181"])
    path: Annotated[str, Field(pattern=r"^/")] = Field(
        description="The node whose children are instances.", examples=["/services/orders"]
    )


DiscoveryConfig = Annotated[
    DnsDiscoveryConfig | FileDiscoveryConfig | ConsulDiscoveryConfig | ZookeeperDiscoveryConfig,
    Field(discriminator="type"),
]
