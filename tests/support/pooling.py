"""A gateway whose pool of upstream connections is watched: its configuration and what the tests about it count."""

from tests.support.cases import get
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.waiting import wait_for
from tests.support.wire import Wire

POOLING = """
version = 1
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[services.tired]
keepalive = {{ max_requests = 3 }}
instances = [{{ id = "one", url = "{url}" }}]
[services.brief]
keepalive = {{ idle = "200ms" }}
instances = [{{ id = "one", url = "{url}" }}]
[services.narrow]
keepalive = {{ max_idle = 1 }}
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
[routes.tired]
path = "/tired/*"
service = "tired"
[routes.brief]
path = "/brief/*"
service = "brief"
[routes.narrow]
path = "/narrow/*"
service = "narrow"
"""


def used_connections(pool: Wire) -> int:
    pool.upstream.settle()
    return len([c for c in pool.upstream.connections if c.received])


def warm(pool: Wire, client: Client, target: bytes = b"/warm") -> Connection:
    assert client.send(get(target=target)).response().status == 200
    connection = pool.connection_for(target)
    wait_for(lambda: not connection.busy, "the connection is idle")
    return connection
