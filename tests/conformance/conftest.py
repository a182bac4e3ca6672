"""The gateways that the conformance tables share: one process a session, so that a case costs a millisecond."""

from collections.abc import Iterator

import pytest

from tests.conftest import Gateways
from tests.support.client import Client
from tests.support.gateway import Gateway
from tests.support.pooling import POOLING
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for
from tests.support.wire import Wire

WIDE = """
version = 1
[server]
allow_underscore_headers = ["x_allowed"]
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[services.preserving]
host_header = "preserve"
instances = [{{ id = "one", url = "{url}" }}]
[services.named]
host_header = "backend.internal"
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
[routes.preserve]
path = "/preserve/*"
service = "preserving"
[routes.named]
path = "/named/*"
service = "named"
[routes.small]
path = "/small/*"
service = "up"
max_body_size = "10B"
[routes.unlimited]
path = "/unlimited/*"
service = "up"
max_body_size = "unlimited"
[routes.no-upgrades]
path = "/no-upgrades/*"
service = "up"
upgrades = []
[routes.echo-upgrades]
path = "/echo-upgrades/*"
service = "up"
upgrades = ["echo/1"]
[routes.hello]
path = "/hello"
respond = {{ status = 200, body = "hello", headers = {{ content-type = "text/plain" }} }}
[routes.client]
path = "/client/*"
service = "up"
transform = "client"
[transforms.client]
request = {{ set = {{ x-client = "{{client_ip}}" }} }}
"""


@pytest.fixture(scope="session")
def recorder() -> Iterator[RawUpstream]:
    """The upstream behind the shared gateways."""
    with RawUpstream() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def wide_gateway(shared_gateway: Gateways, recorder: RawUpstream) -> Gateway:
    """A gateway that sends every path and method to the recorder."""
    return shared_gateway(WIDE.format(url=recorder.url))


@pytest.fixture
def wire(wide_gateway: Gateway, recorder: RawUpstream) -> Iterator[Wire]:
    """The wide gateway and its upstream, with empty records; afterwards nothing must be left of what the test did."""
    assert wide_gateway.running, "the gateway has died"
    recorder.forget()
    yield Wire(wide_gateway, recorder)
    wide_gateway.come_to_rest()


@pytest.fixture(scope="session")
def pool_upstream() -> Iterator[RawUpstream]:
    """An upstream that only the pooling gateway uses, so that connections can be counted."""
    with RawUpstream() as upstream:
        yield upstream


@pytest.fixture(scope="session")
def pooling(shared_gateway: Gateways, pool_upstream: RawUpstream) -> Wire:
    """A gateway with a few ways to keep connections."""
    return Wire(shared_gateway(POOLING.format(url=pool_upstream.url)), pool_upstream)


@pytest.fixture
def pool(pooling: Wire) -> Iterator[Wire]:
    """The pooling gateway with empty records and an empty pool."""
    upstream = pooling.upstream
    wait_for(lambda: not any(c.busy for c in upstream.connections), "scripts of the test before have ended")
    upstream.drop_idle()
    upstream.forget()
    yield pooling
    pooling.gateway.come_to_rest()


@pytest.fixture
def pool_client(pool: Wire) -> Iterator[Client]:
    """A connection to the pooling gateway."""
    with pool.client() as client:
        yield client
