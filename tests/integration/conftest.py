"""What the integration tests share: skips by name for what a machine may lack."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.consul import Consul
from tests.support.dns_server import DnsServer, find_dnsmasq
from tests.support.zookeeper import ZooKeeper, find_java


@pytest.fixture(scope="session")
def curl() -> str:
    """The path of curl, where there is one."""
    binary = shutil.which("curl")
    if binary is None:
        pytest.skip("curl is not installed")
    return binary


@pytest.fixture
def dns(tmp_path: Path) -> Iterator[DnsServer]:
    """A real DNS server that knows nothing yet, where there is dnsmasq."""
    binary = find_dnsmasq()
    if binary is None:
        pytest.skip("dnsmasq is not installed")
    server = DnsServer(tmp_path, binary)
    yield server
    server.close()


@pytest.fixture
def zookeeper(tmp_path: Path) -> Iterator[ZooKeeper]:
    """A real ZooKeeper without nodes, where there is one."""
    java = find_java()
    if java is None:
        pytest.skip("zookeeperd or java is not installed")
    server = ZooKeeper(tmp_path, java)
    yield server
    server.close()


@pytest.fixture
def consul() -> Iterator[Consul]:
    """A stand-in for Consul that knows no instance yet."""
    server = Consul()
    yield server
    server.close()
