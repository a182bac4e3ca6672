"""Limits by consumer and claim: who is counted apart, whose own limits hold, and that a refusal takes from none."""

import hashlib

import pytest

from tests.support.tokens import CLAIMS, SECRET, token
from tests.unit.proxy.policies import policed
from tests.unit.proxy.scene import Client, Scene
from tests.unit.proxy.test_limiting import ask


def digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


KEYS = f"""
[auth.keys]
type = "api_key"
header = "X-API-Key"
optional = true
[auth.jwt]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = "any"
consumer_claim = "sub"
[consumers.acme]
api_keys = ["sha256:{digest("acme")}"]
limits = ["gold"]
tags = ["gold"]
[consumers.free]
api_keys = ["sha256:{digest("free")}"]
[consumers.endless]
api_keys = ["sha256:{digest("endless")}"]
limits = []
[limits.gold]
algorithm = "fixed_window"
limit = 3
window = "1m"
key = "consumer"
[limits.plain]
algorithm = "fixed_window"
limit = 1
window = "1m"
key = "consumer"
[limits.tier]
algorithm = "fixed_window"
limit = 1
window = "1m"
key = "claim:org.tier"
[limits.all]
algorithm = "ALGORITHM"
limit = 4
window = "1m"
key = "global"
"""
ALL = KEYS.replace("ALGORITHM", "fixed_window")
BY_KEY = 'auth = "keys"\nlimits = ["plain"]'


def key(name: bytes) -> bytes:
    return b"X-API-Key: " + name


def bearer(**changed: object) -> bytes:
    return b"Authorization: Bearer " + token(claims=CLAIMS | changed)


def answers(s: Scene, client: Client, *fields: bytes, times: int = 2) -> list[int]:
    return [ask(s, client, *fields) for _ in range(times)]


def test_consumers_are_counted_apart_wherever_they_ask_from() -> None:
    with policed(route='auth = "jwt"\nlimits = ["plain"]', more=ALL) as s:
        one, other = s.client(("203.0.113.1", 1)), s.client(("203.0.113.2", 1))

        assert [ask(s, one, bearer(sub="a")), ask(s, other, bearer(sub="a")), ask(s, one, bearer(sub="b"))] == [
            200,
            429,
            200,
        ]


def test_a_consumers_own_limits_stand_in_place_of_the_routes() -> None:
    with policed(route=BY_KEY, more=ALL) as s:
        client = s.client()

        assert answers(s, client, key(b"acme"), times=4) == [200, 200, 200, 429]
        assert answers(s, client, key(b"free")) == [200, 429]
        assert answers(s, client, key(b"endless"), times=5) == [200] * 5


def test_a_route_without_a_limit_by_consumer_has_nothing_to_replace() -> None:
    with policed(route='auth = "keys"\nlimits = ["all"]', more=ALL) as s:
        assert answers(s, s.client(), key(b"acme"), times=5) == [200] * 4 + [429]


def test_nobody_in_particular_is_counted_by_the_address() -> None:
    with policed(route=BY_KEY, more=ALL) as s:
        one, other = s.client(("203.0.113.1", 1)), s.client(("203.0.113.2", 1))

        assert [ask(s, one), ask(s, one), ask(s, other)] == [200, 429, 200]


def test_a_claim_may_be_the_key() -> None:
    with policed(route='auth = "jwt"\nlimits = ["tier"]', more=ALL) as s:
        client = s.client()

        assert answers(s, client, bearer(org={"tier": "gold"})) == [200, 429]
        assert answers(s, client, bearer(org={"tier": "silver"})) == [200, 429]
        assert answers(s, client, bearer(org={})) == [200, 429], "by the address"


def test_no_claim_passes_for_an_address() -> None:
    with policed(route='auth = "jwt"\nlimits = ["tier"]', more=ALL) as s:
        client = s.client(("203.0.113.1", 1))
        other = s.client(("203.0.113.2", 1))

        assert ask(s, other, bearer(org={"tier": "\x01203.0.113.1"})) == 200
        assert ask(s, client, bearer(org={})) == 200


def test_parts_of_a_key_cannot_be_moved_by_what_a_claim_says() -> None:
    both = 'key = ["claim:a", "claim:b"]'
    with policed(route='auth = "jwt"\nlimits = ["tier"]', more=ALL.replace('key = "claim:org.tier"', both)) as s:
        client = s.client()

        assert [ask(s, client, bearer(a="x\0y", b="z")), ask(s, client, bearer(a="x", b="y\0z"))] == [200, 200]


@pytest.mark.parametrize("early", ['["all", "plain"]', '["plain", "all", "even"]'])
def test_what_is_refused_after_authentication_takes_from_none_before_it(early: str) -> None:
    even = '\n[limits.even]\nalgorithm = "token_bucket"\nlimit = 9\nwindow = "1m"\nkey = "client_ip"'
    with policed(route=f'auth = "keys"\nlimits = {early}', more=ALL + even) as s:
        client = s.client()

        assert answers(s, client, key(b"free"), times=5) == [200, 429, 429, 429, 429]
        assert answers(s, client, key(b"endless"), times=4) == [200, 200, 200, 429]


def test_what_is_held_before_authentication_comes_back_once() -> None:
    held = ALL.replace(
        '[limits.all]\nalgorithm = "fixed_window"\nlimit = 4\nwindow = "1m"',
        '[limits.all]\nalgorithm = "concurrency"\nlimit = 1',
    )
    with policed(route='auth = "keys"\nlimits = ["all", "plain"]', more=held) as s:
        client = s.client()

        assert answers(s, client, key(b"free"), times=3) == [200, 429, 429]
        assert ask(s, client, key(b"endless")) == 200
        assert len(s.gateway.keeper.records("limit/all/concurrency", 1, 10, owned=True)) == 0


def test_who_may_not_come_in_uses_up_nobodys_share() -> None:
    route = 'auth = "keys"\nlimits = ["plain"]\nrequire = { tags = ["gold"] }'
    with policed(route=route, more=ALL) as s:
        client = s.client()

        assert answers(s, client, key(b"free"), times=3) == [403, 403, 403]
        (plain,) = [count for count in s.gateway.limits.values() if count.name == "plain"]
        assert plain.allowed == plain.refused == 0


def test_guessing_credentials_uses_up_what_is_counted_before() -> None:
    with policed(route='auth = "keys"\nlimits = ["all", "plain"]', more=ALL) as s:
        assert answers(s, s.client(), key(b"guess"), times=5) == [401] * 4 + [429]


@pytest.mark.parametrize(
    ("who", "policy", "left"),
    [
        (b"acme", b'"all";q=4;w=60, "gold";q=3;w=60', b'"all";r=3;t=60, "gold";r=2;t=60'),
        (b"free", b'"all";q=4;w=60, "plain";q=1;w=60', b'"all";r=3;t=60, "plain";r=0;t=60'),
        (b"endless", b'"all";q=4;w=60', b'"all";r=3;t=60'),
    ],
)
def test_everybody_is_told_the_limits_that_hold_for_them(who: bytes, policy: bytes, left: bytes) -> None:
    with policed(route='auth = "keys"\nlimits = ["plain", "all"]', more=ALL) as s:
        client = s.client()
        client.ask(b"GET", b"/", key(who))
        s.upstream().answer()
        response = client.response()

        assert (response.value(b"ratelimit-policy"), response.value(b"ratelimit")) == (policy, left)


def test_a_limit_that_was_counted_before_is_not_counted_twice() -> None:
    more = ALL.replace('limits = ["gold"]', 'limits = ["all"]')
    with policed(route='auth = "keys"\nlimits = ["all", "plain"]', more=more) as s:
        assert answers(s, s.client(), key(b"acme"), times=5) == [200] * 4 + [429]
