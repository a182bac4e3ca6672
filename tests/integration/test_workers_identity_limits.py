"""Limits by consumer and claim over four workers: exact for each of them, and what they refuse takes from no other."""

import hashlib
import threading
from collections import Counter

import pytest

from tests.conftest import Gateways
from tests.integration.test_workers_policies import start
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.gateway import Gateway
from tests.support.tokens import SECRET, token
from tests.support.upstream import RawUpstream

CLIENTS = 8
"""Threads that ask at the same time, each request on a connection of its own: a worker by chance."""
NAMES = ("ann", "bob", "cid")


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


POLICIES = f"""
[auth.keys]
type = "api_key"
header = "X-API-Key"
[auth.tokens]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
consumer_claim = "sub"
[limits.all]
algorithm = "ALGORITHM"
limit = 80
window = "1h"
key = "global"
[limits.own]
algorithm = "ALGORITHM"
limit = 30
window = "1h"
key = "consumer"
[limits.tenant]
algorithm = "ALGORITHM"
limit = 25
window = "1h"
key = "claim:org.tenant"
""" + "".join(f'[consumers.{name}]\napi_keys = ["sha256:{_digest(name)}"]\n' for name in NAMES)


def _many(front: Gateway, count: int, *fields: tuple[bytes, ...]) -> dict[tuple[bytes, ...], Counter[int]]:
    """So many requests with each of these sets of fields, all mixed and at the same time; their statuses by set."""
    waiting = [one for _ in range(count) for one in fields]
    said: dict[tuple[bytes, ...], Counter[int]] = {one: Counter() for one in fields}
    lock = threading.Lock()

    def ask() -> None:
        while True:
            with lock:
                if not waiting:
                    return
                one = waiting.pop()
            status = exchange(front.address, get(b"Connection: close", *one)).status
            with lock:
                said[one][status] += 1

    threads = [threading.Thread(target=ask) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return said


def _key(name: str) -> tuple[bytes, ...]:
    return (b"X-API-Key: " + name.encode(),)


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_each_consumer_gets_exactly_its_share(gateway: Gateways, upstream: RawUpstream, algorithm: str) -> None:
    policies = POLICIES.replace("ALGORITHM", algorithm)
    front = start(gateway, upstream, route='auth = "keys"\nlimits = ["own"]', more=policies)

    said = _many(front, 50, *map(_key, NAMES))

    assert said == {_key(name): {200: 30, 429: 20} for name in NAMES}


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_each_value_of_a_claim_gets_exactly_its_share(gateway: Gateways, upstream: RawUpstream, algorithm: str) -> None:
    policies = POLICIES.replace("ALGORITHM", algorithm)
    front = start(gateway, upstream, route='auth = "tokens"\nlimits = ["tenant"]', more=policies)
    users = [  # two of one tenant share
        (b"Authorization: Bearer " + token(sub=sub, exp=None, org={"tenant": tenant}),)
        for sub, tenant in (("u1", "red"), ("u2", "red"), ("u3", "blue"))
    ]

    said = _many(front, 40, *users)

    assert said[users[0]][200] + said[users[1]][200] == 25
    assert said[users[2]] == {200: 25, 429: 15}


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_what_they_refuse_takes_from_no_limit_before_authentication(
    gateway: Gateways, upstream: RawUpstream, algorithm: str
) -> None:
    """Of 80 for all, two consumers may use 30 each; the twenty that are left are the third's, however often the others
    were refused in any worker."""
    policies = POLICIES.replace("ALGORITHM", algorithm)
    front = start(gateway, upstream, route='auth = "keys"\nlimits = ["all", "own"]', more=policies)

    assert _many(front, 60, _key("ann"), _key("bob")) == {_key(name): {200: 30, 429: 30} for name in ("ann", "bob")}
    assert _many(front, 30, _key("cid")) == {_key("cid"): {200: 20, 429: 10}}
