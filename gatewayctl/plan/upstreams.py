"""How a service's instances are reached, found and checked, compiled: the parts of a ``ServicePlan`` that are about that.

Times are seconds. Everything compares by value: what is equal is the same thing over a reload.
"""

from gatewayctl.core.frozen import frozen


@frozen
class TlsPlan:
    """``[services.NAME.tls]``. Empty strings stand for "not set"; the files are named by absolute paths."""

    verify: bool = True
    ca: str = ""
    cert: str = ""
    key: str = ""
    server_name: str = ""
    stamp: str = ""
    """Changes with the contents of the files."""


@frozen
class DnsPlan:
    """Instances by the records of a name. ``nameservers`` are ``address:port``; none: those of the server's plan."""

    name: str
    port: int
    record: str
    scheme: str
    nameservers: tuple[str, ...]


@frozen
class FilePlan:
    """Instances by a JSON or TOML file. ``scheme`` is for those that do not say theirs."""

    path: str
    scheme: str


@frozen
class ConsulPlan:
    """Instances that pass their checks in Consul."""

    address: str
    name: str
    tag: str
    datacenter: str
    token: str
    scheme: str


@frozen
class ZookeeperPlan:
    """Instances that are the children of a node."""

    hosts: str
    path: str
    scheme: str


DiscoveryPlan = DnsPlan | FilePlan | ConsulPlan | ZookeeperPlan


@frozen
class HealthPlan:
    """``[services.NAME.health]``. ``port`` 0 is the instance's; ``statuses`` are pairs of the lowest and highest."""

    type: str
    path: str
    port: int
    interval: float
    timeout: float
    jitter: float
    healthy_after: int
    unhealthy_after: int
    statuses: tuple[tuple[int, int], ...]
    headers: tuple[tuple[str, str], ...]
