"""Limits on the live path: who is refused, what is told, and that what is held comes back however a request ends."""

import json

import pytest

from tests.unit.plan.compiling import compiled
from tests.unit.proxy.policies import policed, text
from tests.unit.proxy.scene import Client, Scene

USE = 'limits = ["few"]'


def limit(algorithm: str = "sliding_window", much: int = 2, **more: str) -> str:
    window = "" if algorithm == "concurrency" else 'window = "1m"'
    lines = "\n".join(f"{key} = {value}" for key, value in more.items())
    return f'[limits.few]\nalgorithm = "{algorithm}"\nlimit = {much}\n{window}\n{lines}'


def ask(s: Scene, client: Client, *fields: bytes, target: bytes = b"/") -> int:
    """One request and the status of its answer; the service answers 200."""
    client.ask(b"GET", target, *fields)
    s.settle()
    for up in s.ups:
        if up.transport.got:
            up.request()
            up.answer()
    return client.response().status


@pytest.mark.parametrize("algorithm", ["fixed_window", "sliding_window", "token_bucket"])
def test_what_is_over_the_limit_is_refused_until_its_time_is_up(algorithm: str) -> None:
    with policed(route=USE, more=limit(algorithm)) as s:
        client = s.client()
        assert [ask(s, client) for _ in range(2)] == [200, 200]
        client.ask()
        response = client.response()
        problem = json.loads(response.body)

        assert response.status == 429
        assert problem["type"] == "https://iana.org/assignments/http-problem-types#quota-exceeded"
        assert problem["violated-policies"] == ["few"]
        assert problem["reason"] == "rate_limited"
        assert s.log[-1]["reason"] == "rate_limited"
        wait = int(response.value(b"retry-after") or b"")
        assert 1 <= wait <= 68
        s.advance(wait, step=1.0)
        assert ask(s, s.client()) == 200


def test_what_is_left_is_told_on_every_answer() -> None:
    with policed(route=USE, more=limit("fixed_window")) as s:
        client, told = s.client(), []
        for _ in range(3):
            client.ask()
            s.settle()
            for up in s.ups:
                if up.transport.got:
                    up.request()
                    up.answer()
            response = client.response()
            told.append((response.status, response.value(b"ratelimit-policy"), response.value(b"ratelimit")))

        policy = b'"few";q=2;w=60'
        assert told == [
            (200, policy, b'"few";r=1;t=60'),
            (200, policy, b'"few";r=0;t=60'),
            (429, policy, b'"few";r=0;t=60'),
        ]


def test_what_a_service_tells_of_its_own_limits_stays_beside_it() -> None:
    with policed(route=USE, more=limit("fixed_window")) as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"", b'RateLimit: "theirs";r=1')

        assert client.response().value(b"ratelimit") == b'"few";r=1;t=60, "theirs";r=1'


def test_an_error_of_the_gateway_tells_it_too() -> None:
    with policed(route=USE, more=limit()) as s:
        client = s.client()
        s.connect_errors = [ConnectionRefusedError(111, "refused")]
        client.ask()
        s.settle()
        response = client.response()

        assert (response.status, response.value(b"ratelimit")) == (502, b'"few";r=1;t=65')


def test_a_limit_may_tell_nothing() -> None:
    with policed(route=USE, more=limit(headers="false")) as s:
        client = s.client()
        client.ask()
        s.upstream().answer()

        assert client.response().value(b"ratelimit") is None


def test_a_limit_that_only_reports_refuses_nothing() -> None:
    with policed(route=USE, more=limit(mode='"report"')) as s:
        client = s.client()

        assert [ask(s, client) for _ in range(4)] == [200] * 4
        assert [line.get("limits_reported") for line in s.log] == [None, None, ["few"], ["few"]]
        (count,) = s.gateway.limits.values()
        assert (count.allowed, count.reported, count.refused) == (2, 2, 0)


def test_one_request_may_cost_more() -> None:
    with policed(route=USE, more=limit(much=5, cost="2")) as s:
        client = s.client()

        assert [ask(s, client) for _ in range(3)] == [200, 200, 429]


@pytest.mark.parametrize(
    ("key", "one", "other"),
    [
        ('"header:x-tenant"', (b"X-Tenant: a",), (b"X-Tenant: b",)),
        ('"cookie:session"', (b"Cookie: x=1; session=a",), (b"Cookie: session=b",)),
        (
            '["header:x-tenant", "cookie:session"]',
            (b"X-Tenant: a", b"Cookie: session=a"),
            (b"X-Tenant: a", b"Cookie: session=b"),
        ),
    ],
)
def test_each_key_is_counted_apart(key: str, one: tuple[bytes, ...], other: tuple[bytes, ...]) -> None:
    with policed(route=USE, more=limit(much=1, key=key)) as s:
        client = s.client()

        assert [ask(s, client, *one), ask(s, client, *one), ask(s, client, *other)] == [200, 429, 200]


def test_a_parameter_of_the_path_may_be_the_key() -> None:
    more = limit(much=1, key='"param:id"') + '\n[routes.item]\npath = "/items/{id}"\nservice = "api"\nlimits = ["few"]'
    with policed(more=more) as s:
        client = s.client()

        assert [ask(s, client, target=b"/items/%b" % id) for id in (b"1", b"1", b"2")] == [200, 429, 200]


def test_the_address_stands_in_for_what_a_request_lacks() -> None:
    with policed(route=USE, more=limit(much=1, key='"header:x-tenant"')) as s:
        one, other = s.client(("203.0.113.1", 1)), s.client(("203.0.113.2", 1))

        assert [ask(s, one), ask(s, one), ask(s, other)] == [200, 429, 200]
        assert ask(s, one, b"X-Tenant: 203.0.113.2") == 200, "a value is not an address"


@pytest.mark.parametrize(
    ("other", "status"), [("2001:db8:1:2:ffff::1", 429), ("2001:db8:1:3::1", 200), ("203.0.113.1", 200)]
)
def test_addresses_of_one_ipv6_network_are_one_client(other: str, status: int) -> None:
    with policed(route=USE, more=limit(much=1)) as s:
        assert ask(s, s.client(("2001:db8:1:2::1", 1))) == 200
        assert ask(s, s.client((other, 1))) == status


def test_routes_share_a_limit_unless_its_key_has_the_route() -> None:
    more = '\n[routes.other]\npath = "/other"\nservice = "api"\nlimits = ["few"]'
    for key, status in (('"client_ip"', 429), ('["client_ip", "route"]', 200)):
        with policed(route=USE, more=limit(much=1, key=key) + more) as s:
            client = s.client()
            assert [ask(s, client), ask(s, client, target=b"/other")] == [200, status]


def test_a_request_that_one_limit_refuses_takes_from_none() -> None:
    more = limit(much=1) + '\n[limits.all]\nalgorithm = "fixed_window"\nlimit = 3\nwindow = "1m"\nkey = "global"'
    with policed(route='limits = ["all", "few"]', more=more) as s:
        one = s.client(("203.0.113.1", 1))
        assert [ask(s, one) for _ in range(5)] == [200, 429, 429, 429, 429]
        others = [ask(s, s.client((f"203.0.113.{number}", 1))) for number in range(2, 5)]

        assert others == [200, 200, 429]


def test_several_limits_are_told_as_one_list() -> None:
    more = limit("fixed_window", 1) + '\n[limits.all]\nalgorithm = "concurrency"\nlimit = 3\nkey = "global"'
    with policed(route='limits = ["few", "all"]', more=more) as s:
        client = s.client()
        client.ask()
        s.upstream().answer()
        response = client.response()

        assert response.value(b"ratelimit-policy") == b'"few";q=1;w=60, "all";q=3;qu="concurrent-requests"'
        assert response.value(b"ratelimit") == b'"few";r=0;t=60, "all";r=2'


@pytest.mark.parametrize("end", ["answered", "client", "upstream", "refused", "body"])
def test_what_is_held_comes_back_however_the_request_ends(end: str) -> None:
    with policed(route=USE, more=limit("concurrency", 1)) as s:
        client, other = s.client(), s.client()
        if end == "refused":
            s.connect_errors = [ConnectionRefusedError(111, "refused")]
        client.ask()
        s.settle()
        if end != "refused":
            assert ask(s, other) == 429 if not s.ups[0].transport.got else True
        if end == "answered":
            s.upstream().answer()
        elif end == "client":
            client.reset()
        elif end == "upstream":
            s.upstream().reset()
        elif end == "body":
            s.upstream().send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
            s.upstream().reset()
        s.settle()
        for up in s.ups:
            up.got()

        assert len(s.gateway.keeper.records("limit/few/concurrency", 1, 10, owned=True)) == 0


def test_what_is_counted_outlives_a_reload() -> None:
    with policed(route=USE, more=limit()) as s:
        client = s.client()
        assert [ask(s, client) for _ in range(2)] == [200, 200]
        s.bind(compiled(text(route=USE, more=limit(much=3))))

        assert [ask(s, client) for _ in range(2)] == [200, 429]


def test_a_limit_stands_before_an_answer_of_the_gateway_too() -> None:
    more = limit(much=1) + '\n[routes.home]\npath = "/home"\nlimits = ["few"]\nrespond = { status = 200, body = "hi" }'
    with policed(more=more) as s:
        client = s.client()
        client.ask(b"GET", b"/home")
        first = client.response()
        client.ask(b"GET", b"/home")

        assert (first.status, first.value(b"ratelimit")) == (200, b'"few";r=0;t=65')
        assert client.response().status == 429
