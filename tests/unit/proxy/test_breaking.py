"""Breakers, the bulkhead, outlier detection and sessions around the attempts of live requests."""

import json

import pytest

from gatewayctl.policy.breakers.memory import State
from tests.unit.proxy.policies import hosts, policed
from tests.unit.proxy.scene import Client, Scene, Upstream

BREAKER = """
[breakers.standard]
failure_threshold = 3
recovery_timeout = "2s"
half_open_requests = 1
"""
USE = 'breaker = "standard"'
ONE = '{ id = "a", url = "http://a.internal" }'
OUTLIER = 'outlier = { consecutive_failures = 2, ejection_time = "1s" }'
ERROR = b"500 Internal Server Error"
BAD = b"502 Bad Gateway"


def served(s: Scene, client: Client, status: bytes = b"200 OK", *fields: bytes) -> str:
    """One request that its instance answers so; the instance's id."""
    client.ask(b"GET", b"/", *fields)
    s.settle()
    up = asked(s)
    up.request()
    up.answer(status=status)
    return up.protocol.instance.id


def asked(s: Scene) -> Upstream:
    """The one connection on which a request waits to be read."""
    (up,) = [up for up in s.ups if up.transport.got]
    return up


def fail(s: Scene, times: int) -> None:
    for _ in range(times):
        client = s.client()
        served(s, client, BAD)
        assert client.response().status == 502


def test_a_breaker_that_is_open_answers_for_the_service() -> None:
    with policed(USE, more=BREAKER) as s:
        fail(s, 3)
        client = s.client()
        client.ask()
        response = client.response()

        assert (response.status, response.value(b"retry-after")) == (503, b"2")
        assert json.loads(response.body)["reason"] == "breaker_open"
        assert s.log[-1]["reason"] == "breaker_open"
        assert s.log[-1]["attempts"] == 0
        assert ("warning", "breaker standard of api is open") in [event[:2] for event in s.reporter.events]


def test_it_closes_when_its_trial_succeeds() -> None:
    with policed(USE, more=BREAKER) as s:
        fail(s, 3)
        s.advance(2.1)
        trial, other = s.client(), s.client()
        trial.ask()
        other.ask()
        assert other.problem() == (503, "breaker_open")
        up = asked(s)
        up.request()
        up.answer()
        assert trial.response().status == 200

        served(s, other)
        assert other.response().status == 200


def test_a_trial_whose_client_leaves_makes_room_for_another() -> None:
    with policed(USE, more=BREAKER) as s:
        fail(s, 3)
        s.advance(2.1)
        trial, other = s.client(), s.client()
        trial.ask()
        s.settle()
        asked(s).request()
        trial.reset()

        served(s, other)
        assert other.response().status == 200


@pytest.mark.parametrize("how", ["refused", "reset", "timeout"])
def test_attempts_without_a_response_count(how: str) -> None:
    with policed(USE + '\nfirst_byte_timeout = "100ms"', more=BREAKER) as s:
        for _ in range(3):
            client = s.client()
            if how == "refused":
                s.connect_errors = [ConnectionRefusedError(111, "refused")]
            client.ask()
            s.settle()
            if how == "reset":
                s.upstream().reset()
            s.advance(0.2)
            assert client.response().status in (502, 504)
        client.ask()

        assert client.problem() == (503, "breaker_open")


def test_a_slow_response_counts() -> None:
    with policed(USE, more=BREAKER + 'slow_call = "100ms"') as s:
        for _ in range(3):
            client = s.client()
            client.ask()
            s.advance(0.2)
            s.upstream().answer()
            assert client.response().status == 200
        client.ask()

        assert client.problem() == (503, "breaker_open")


def test_each_instance_may_have_a_breaker_of_its_own() -> None:
    with policed(USE, more=BREAKER + 'scope = "instance"') as s:
        used = []
        for _ in range(15):
            client = s.client()
            client.ask()
            s.settle()
            up = asked(s)
            up.request()
            id = up.protocol.instance.id
            up.answer(status=BAD if id == "a" else b"200 OK")
            client.response()
            used.append(id)

        assert used.count("a") == 3
        assert set(used[-4:]) == {"b", "c"}


def test_where_every_instance_is_refused_the_breaker_answers() -> None:
    with policed(USE, more=BREAKER + 'scope = "instance"', instances=ONE) as s:
        fail(s, 3)
        client = s.client()
        client.ask()

        assert client.problem() == (503, "breaker_open")


def test_each_route_may_have_a_breaker_of_its_own() -> None:
    more = BREAKER + 'scope = "route"\n[routes.other]\npath = "/other"\nservice = "api"'
    with policed(USE, more=more) as s:
        fail(s, 3)
        client = s.client()
        client.ask()
        assert client.problem()[0] == 503
        client.ask(b"GET", b"/other")
        s.settle()
        asked(s).answer()

        assert client.response().status == 200


def test_a_fallback_answers_in_its_place() -> None:
    more = BREAKER + 'fallback = { status = 200, body = "later", headers = { content-type = "text/plain" } }'
    with policed(USE, more=more) as s:
        fail(s, 3)
        client = s.client()
        client.ask()
        response = client.response()

        assert (response.status, response.body, response.value(b"content-type")) == (200, b"later", b"text/plain")
        assert s.log[-1]["reason"] == "breaker_open"


def test_a_fallback_service_takes_the_requests() -> None:
    more = BREAKER + 'fallback = { service = "up" }'
    with policed(USE, more=more) as s:
        fail(s, 3)
        client = s.client()
        client.ask()
        s.settle()
        assert s.upstream().protocol.instance.name == "up/one"
        s.upstream().answer(b"static")

        assert client.response().body == b"static"
        assert (s.log[-1]["service"], s.log[-1]["instance"]) == ("up", "one")


def test_a_fallback_is_for_a_service_without_instances_too() -> None:
    more = BREAKER + 'fallback = { status = 503, body = "closed" }'
    with policed(USE, more=more, instances=ONE.replace("}", ', status = "down" }')) as s:
        client = s.client()
        client.ask()

        assert client.response().body == b"closed"
        assert s.log[-1]["reason"] == "no_healthy_instance"


def test_a_reload_does_not_close_a_breaker() -> None:
    with policed(USE, more=BREAKER) as s:
        fail(s, 3)
        s.bind(s.bound.plan)
        client = s.client()
        client.ask()

        assert client.problem() == (503, "breaker_open")
        (shelf,) = s.gateway.breakers.values()
        assert [breaker.state for breaker in shelf.made.values()] == [State.OPEN]


def test_each_attempt_is_counted_once_by_its_breaker_over_new_connections_and_old_ones() -> None:
    with policed(USE, more=BREAKER) as s:
        for _ in range(7):
            assert served(s, s.client())
        assert len(s.ups) == 3, "one connection an instance, used again"
        fail(s, 1)

        (shelf,) = s.gateway.breakers.values()
        (breaker,) = shelf.made.values()
        assert (breaker.memory().total, breaker.memory().failures) == (8, 1)
        assert {i.in_flight for i in s.gateway.instances.values()} == {0}


def test_a_request_that_finds_all_instances_full_takes_one_turn() -> None:
    with policed("max_in_flight = 1") as s:
        clients = [s.client() for _ in range(4)]
        for client in clients:
            client.ask()
        s.settle()
        assert clients[3].problem() == (503, "no_healthy_instance")
        for up in s.ups:
            up.request()
            up.answer()

        assert served(s, s.client()) == "c", "b had the turn that the refused one took"


def test_an_instance_that_is_full_is_passed_over() -> None:
    with policed("max_in_flight = 1") as s:
        clients = [s.client() for _ in range(4)]
        for client in clients:
            client.ask()
        s.settle()
        assert sorted(hosts(s)) == ["a", "b", "c"]

        assert clients[3].problem() == (503, "no_healthy_instance")
        for up in s.ups:
            up.answer()
        clients[3].ask()
        s.settle()
        assert clients[3].response is not None
        assert s.log[-1]["status"] == 200


def test_an_instance_that_fails_in_a_row_gets_nothing_for_a_while() -> None:
    with policed(OUTLIER) as s:
        used = []
        for _ in range(14):
            client = s.client()
            client.ask()
            s.settle()
            up = asked(s)
            up.request()
            up.answer(status=ERROR if up.protocol.instance.id == "a" else b"200 OK")
            client.response()
            used.append(up.protocol.instance.id)
        assert used.count("a") == 2
        assert ("warning", "api/a is ejected") in [event[:2] for event in s.reporter.events]
        s.advance(1.1)

        assert "a" in {served(s, s.client()) for _ in range(3)}


def test_an_ejection_outlives_a_reload() -> None:
    with policed(OUTLIER) as s:
        for _ in range(5):
            client = s.client()
            client.ask()
            s.settle()
            up = asked(s)
            up.request()
            up.answer(status=ERROR if up.protocol.instance.id == "a" else b"200 OK")
        s.bind(s.bound.plan)

        assert "a" not in {served(s, s.client()) for _ in range(6)}


def test_a_session_stays_on_its_instance() -> None:
    with policed('sticky = { cookie = "gw", ttl = "1h" }') as s:
        client = s.client()
        first = served(s, client)
        cookie = client.response().value(b"set-cookie") or b""
        pair = cookie.partition(b";")[0]
        assert cookie.endswith(b"; Path=/; Max-Age=3600; HttpOnly; SameSite=Lax")

        for _ in range(4):
            assert served(s, client, b"200 OK", b"Cookie: a=b; " + pair) == first
            assert client.response().value(b"set-cookie") is None


@pytest.mark.parametrize(("scheme", "secure"), [(b"http", False), (b"https", True)])
def test_the_cookie_of_a_session_that_began_by_tls_is_sent_by_tls_only(scheme: bytes, secure: bool) -> None:
    with policed('sticky = { cookie = "gw" }') as s:
        client = s.client(scheme=scheme)
        served(s, client)

        assert (client.response().value(b"set-cookie") or b"").endswith(b"; Secure") == secure


def test_a_session_moves_where_its_instance_is_full() -> None:
    with policed('sticky = { cookie = "gw" }\nmax_in_flight = 1') as s:
        client = s.client()
        first = served(s, client)
        pair = (client.response().value(b"set-cookie") or b"").partition(b";")[0]
        busy, moved = s.client(), s.client()
        busy.ask(b"GET", b"/", b"Cookie: " + pair)
        s.settle()
        busy_up = next(up for up in s.ups if up.transport.got)
        assert busy_up.request() is not None
        second = served(s, moved, b"200 OK", b"Cookie: " + pair)

        assert second != first
        assert (moved.response().value(b"set-cookie") or b"").startswith(b"gw=")
        busy_up.answer()


def test_requests_with_the_same_key_go_to_the_same_instance() -> None:
    with policed('load_balancer = "hash"\nhash_key = "header:x-user"') as s:
        places = {
            user: {served(s, s.client(), b"200 OK", b"X-User: %d" % user) for _ in range(3)} for user in range(12)
        }

        assert all(len(where) == 1 for where in places.values())
        assert len(set.union(*places.values())) == 3


@pytest.mark.parametrize("balancer", ["random", "least_connections", "p2c", "ewma"])
def test_every_balancer_serves(balancer: str) -> None:
    with policed(f'load_balancer = "{balancer}"') as s:
        assert {served(s, s.client()) for _ in range(30)} == {"a", "b", "c"}
