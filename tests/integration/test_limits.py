"""Limits under parallel clients: of 200 at once exactly 100 pass, for every algorithm."""

import threading
from contextlib import ExitStack

import pytest

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

CONFIG = """
version = 1
[server]
workers = {workers}
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[limits.few]
algorithm = "{algorithm}"
limit = 100
{window}
key = "global"
[routes.all]
path = "/*"
service = "up"
limits = ["few"]
"""


@pytest.mark.parametrize("workers", [1, 4])
@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket", "concurrency"])
def test_of_200_parallel_clients_exactly_100_pass(
    upstream: RawUpstream, gateway: Gateways, algorithm: str, workers: int
) -> None:
    decided = threading.Event()

    def wait_and_answer(connection: Connection) -> None:
        connection.read_request()
        connection.wait(decided)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")

    upstream.script = wait_and_answer
    window = "" if algorithm == "concurrency" else 'window = "1h"'
    front = gateway(CONFIG.format(url=upstream.url, algorithm=algorithm, window=window, workers=workers))
    with ExitStack() as stack:
        stack.callback(decided.set)
        clients = [stack.enter_context(Client(front.address)) for _ in range(200)]
        for client in clients:
            client.send(get())

        def all_decided() -> bool:
            taken = front.metric('gatewayctl_limit_requests_total{limit="few",outcome="allowed"}')
            refused = front.metric('gatewayctl_limit_requests_total{limit="few",outcome="refused"}')
            return taken + refused == 200

        wait_for(all_decided, "all were decided")
        decided.set()
        statuses = [client.response().status for client in clients]

    assert (statuses.count(200), statuses.count(429)) == (100, 100)
