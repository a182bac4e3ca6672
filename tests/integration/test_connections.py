"""How many clients may be connected at once: further ones wait, unaccepted, until there is room."""

import pytest

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import Client
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for


@pytest.fixture
def front(gateway: Gateways, upstream: RawUpstream) -> Gateway:
    """A gateway that takes three connections."""
    return gateway(
        f"""
        version = 1
        [server]
        max_connections = 3
        [services.up]
        instances = [{{ id = "one", url = "{upstream.url}" }}]
        [routes.all]
        path = "/*"
        service = "up"
        """
    )


def _crowd(front: Gateway, count: int) -> list[Client]:
    clients = [front.client() for _ in range(count)]
    for client in clients:
        assert client.send(get()).response().status == 200
    return clients


def test_a_connection_beyond_the_bound_is_served_when_another_ends(front: Gateway) -> None:
    clients = _crowd(front, 3)
    with front.client() as waiting:
        waiting.send(get(target=b"/waits"))
        waiting.socket.settimeout(0.3)
        with pytest.raises(TimeoutError):
            waiting.response()
        clients[0].socket.close()

        waiting.socket.settimeout(15)
        assert waiting.response().status == 200
    for client in clients[1:]:
        client.socket.close()


def test_those_within_the_bound_are_served_while_others_wait(front: Gateway) -> None:
    clients = _crowd(front, 3)
    with front.client() as waiting:
        waiting.send(get())
        for client in clients:
            assert client.send(get()).response().status == 200
        for client in clients:
            client.socket.close()

        assert waiting.response().status == 200


def test_connections_that_ended_are_counted_down(front: Gateway) -> None:
    for _ in range(5):
        for client in _crowd(front, 3):
            client.socket.close()
        wait_for(lambda: front.metric("gatewayctl_client_connections") == 0, "nobody is connected any more")
