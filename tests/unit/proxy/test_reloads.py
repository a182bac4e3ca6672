"""Reloads while requests are on their way (behaviour: 22): each finishes on what it began with; what is gone is let go."""

from collections.abc import Collection
from dataclasses import replace

from gatewayctl.plan.feeds import FeedPlan, feeds_of
from gatewayctl.plan.model import InstancePlan
from gatewayctl.upstream.discovery.base import Snapshot
from tests.support.http1 import chunked, lines
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import SERVICE, ask, instance, plan, route, scene

SWITCH = lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: upgrade", b"Upgrade: websocket")


def test_a_request_on_a_route_that_is_removed_finishes() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.bind(plan([route("other", "/other")]))
        s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked"))
        s.bind(plan([]))
        s.upstream().send(chunked(b"hello"))

        assert client.response().body == b"hello"
        assert (s.log[0]["route"], s.log[0]["service"], s.log[0]["instance"]) == ("all", "up", "one")
        client.ask()
        assert client.problem() == (404, "no_route")


def test_an_upload_to_an_instance_that_is_removed_finishes_and_its_connection_ends() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 10", body=b"first")
        s.bind(plan(services=[replace(SERVICE, instances=(instance("new"),))]))
        client.send(b"there")
        assert s.upstream().request().body == b"firstthere"
        s.upstream().answer()

        assert client.response().status == 200
        assert s.upstream().closed
        client.ask()
        assert s.upstream().request().values(b"host") == [b"new.internal"]


def test_idle_connections_to_an_instance_that_is_removed_end_at_once() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer()
        s.bind(plan(services=[replace(SERVICE, instances=(instance("new"),))]))
        s.settle()

        assert s.upstream().closed
        assert not client.closed


def test_a_stale_connection_is_forgiven_across_a_reload() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer()
        client.got()
        client.ask(target=b"/again")
        s.bind(plan(services=[replace(SERVICE, instances=(instance("new"),))]))
        s.upstream().reset()
        s.upstream().got()
        s.upstream().answer()

        assert client.response().status == 200
        assert s.log[-1]["attempts"] == 2


def test_a_connection_that_is_being_made_during_a_reload_serves_its_request() -> None:
    with scene() as s:
        s.connects = False
        client = s.client()
        client.ask()
        s.bind(plan([route(timeout=1.0)]))
        s.connects = True
        s.advance(0.2)
        s.upstream().answer()

        assert client.response().status == 200


def test_a_tunnel_lives_on() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", b"Connection: upgrade", b"Upgrade: websocket")
        s.upstream().send(SWITCH)
        client.got()
        for _ in range(3):
            s.bind(plan(via=b"new"))
            s.upstream().got()
            client.send(b"ping")
            s.upstream().send(b"pong")
            assert s.upstream().got() == b"ping"
            assert client.got() == b"pong"


def test_requests_in_line_are_read_by_the_newest_rules() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(target=b"/1") + ask(target=b"/2"))
        s.bind(plan([route(path="/1")]))
        s.upstream().answer(b"1")

        assert client.response().body == b"1"
        assert client.problem() == (404, "no_route")


def test_a_head_that_came_half_before_a_reload_is_read_by_the_newest_rules() -> None:
    with scene() as s:
        client = s.client()
        client.send(ask(b"GET", b"/", b"x_y: z")[:-4])
        s.bind(plan(allowed_underscores=frozenset({b"x_y"})))
        client.send(b"\r\n\r\n")

        assert s.upstream().request().values(b"x_y") == [b"z"]


def test_counters_of_a_route_go_on() -> None:
    with scene() as s:
        client = s.client()
        for _ in range(3):
            client.ask()
            s.upstream().answer()
            s.bind(plan(via=b"new"))

        assert s.bound.routes[0].series.requests == {(b"GET", 2): 3}


def test_twenty_reloads_while_requests_run_fail_none() -> None:
    with scene() as s:
        clients = [s.client() for _ in range(5)]
        for number in range(20):
            for client in clients:
                client.ask(target=b"/%d" % number)
            s.bind(plan([route(), route(f"more-{number}", f"/more-{number}")], via=b"v%d" % number))
            for up in s.ups:
                if up.got():
                    up.answer(b"%d" % number)
            assert [client.response().body for client in clients] == [b"%d" % number] * 5

        assert {line["status"] for line in s.log} == {200}
        assert len(s.log) == 100


FOUND = '[services.found]\ndiscovery = { type = "file", path = "found.json" }\n[routes.all]\npath = "/*"\nservice = "found"\n'


def test_an_instance_that_went_and_came_while_a_generation_was_made_is_the_one_in_force() -> None:
    with scene() as s:
        fleets = s.generations.fleets
        both, one = (instance("a"), instance("b")), (instance("a"),)

        def tell(feeds: Collection[FeedPlan], instances: tuple[InstancePlan, ...] = both) -> None:
            for feed in feeds:
                fleets.on_snapshot(Snapshot(feed, instances, {i.host: (i.host,) for i in instances}))

        fleets.want = tell
        s.bind(compiled(FOUND))
        fleets.want = lambda feeds: None
        feeds = feeds_of(s.bound.plan).values()
        swap = s.prepare(compiled(FOUND + 'timeout = "9s"\n'))
        tell(feeds, one)
        tell(feeds, both)
        swap.apply()

        assert [i.id for i in s.bound.services["found"].instances] == ["a", "b"]
        assert not any(i.retired for i in s.bound.services["found"].instances)
