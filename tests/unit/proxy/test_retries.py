"""Retries (behaviour: 2): another instance first, only what may be sent twice, and the service's own word at last."""

import pytest

from gatewayctl.server.policing import Policing
from tests.support.http1 import chunked
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.policies import hosts, policed, text
from tests.unit.proxy.scene import Scene, scene

RETRIES = """
[retries.safe]
attempts = 3
on = ["connect", "reset", "first_byte_timeout", "502-504"]
backoff = "0s"
"""
SAFE = 'retry = "safe"'
UNAVAILABLE = b"503 Service Unavailable"


def refuse(s: Scene, times: int) -> None:
    s.connect_errors = [ConnectionRefusedError(111, "refused")] * times


def test_a_connection_that_is_refused_is_tried_at_another_instance() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        refuse(s, 2)
        client.ask(b"POST", b"/x", b"Content-Length: 2", body=b"hi")
        s.settle()

        assert s.upstream().request().body == b"hi", "nothing had been handed to a socket"
        s.upstream().answer()
        assert client.response().status == 200
        (line,) = s.log
        assert (line["attempts"], line["instance"], line["tried"]) == (3, "c", ["a", "b", "c"])


def test_no_more_tries_than_there_are() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        refuse(s, 9)
        client.ask()
        s.settle()

        assert client.problem() == (502, "connect_failed")
        assert len(s.connect_errors) == 6
        assert s.log[0]["attempts"] == 3


@pytest.mark.parametrize("status", [b"502 Bad Gateway", b"503 Service Unavailable", b"504 Gateway Timeout"])
def test_a_response_that_is_not_good_enough_is_tried_at_another_instance(status: bytes) -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"no", status=status)
        s.settle()
        assert hosts(s) == ["a", "b"]
        s.upstream().answer(b"yes")

        response = client.response()
        assert (response.status, response.body) == (200, b"yes")
        assert s.log[0]["tried"] == ["a", "b"]
        assert [one.answers[5] for one in s.bound.services["api"].instances] == [1, 0, 0]


def test_after_the_last_try_the_client_gets_the_last_response_of_a_service() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        for number in range(3):
            s.upstream().answer(b"no %d" % number, b"X-Try: %d" % number, status=UNAVAILABLE)
            s.settle()

        response = client.response()
        assert (response.status, response.body, response.value(b"x-try")) == (503, b"no 2", b"2")
        assert "reason" not in s.log[0]


def test_a_response_that_was_held_back_is_the_answer_where_the_tries_after_it_bring_none() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        refuse(s, 2)
        s.upstream().answer(b"busy", status=UNAVAILABLE)
        s.settle()

        response = client.response()
        assert (response.status, response.body) == (503, b"busy")
        assert s.log[0]["attempts"] == 3


@pytest.mark.parametrize("body", [b"x" * 100, b"x" * 200_000])
@pytest.mark.parametrize("framing", ["length", "chunked"])
def test_a_long_response_is_held_back_too(framing: str, body: bytes) -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        refuse(s, 2)
        s.connects = False
        first = s.upstream()
        head = b"HTTP/1.1 503 Service Unavailable\r\n"
        if framing == "length":
            first.send(head + b"Content-Length: %d\r\n\r\n" % len(body) + body[:50])
            first.send(body[50:])
        else:
            first.send(head + b"Transfer-Encoding: chunked\r\n\r\n")
            first.send(chunked(body[:50], body[50:]))
        s.settle()
        s.connects = True
        s.advance(0.2)

        response = client.response()
        assert (response.status, response.body) == (503, body)


def test_a_held_response_that_breaks_is_told_as_broken() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        refuse(s, 0)
        s.connects = False
        first = s.upstream()
        first.send(b"HTTP/1.1 503 Service Unavailable\r\nContent-Length: 10\r\n\r\nabc")
        s.settle()
        first.reset()
        refuse(s, 2)
        s.connects = True
        s.advance(0.3)
        for up in s.ups[1:]:
            up.reset()
        s.advance(0.3)

        assert client.problem()[0] == 502


def test_a_post_is_never_sent_twice() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask(b"POST", b"/x", b"Content-Length: 2", body=b"hi")
        s.upstream().request()
        s.upstream().answer(b"no", status=UNAVAILABLE)
        assert client.response().status == 503
        client.ask(b"POST", b"/x", b"Content-Length: 2", body=b"hi")
        s.upstream().request()
        s.upstream().reset()

        assert client.problem() == (502, "upstream_reset")
        assert [line["attempts"] for line in s.log] == [1, 1]


@pytest.mark.parametrize("framing", [b"Content-Length: 10", b"Transfer-Encoding: chunked"])
def test_a_body_is_sent_again_whole(framing: bytes) -> None:
    whole = b"0123456789" if b"Length" in framing else chunked(b"01234", b"56789")
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask(b"PUT", b"/x", framing, body=whole)
        assert s.upstream().request().body == b"0123456789"
        s.upstream().answer(b"no", status=UNAVAILABLE)
        s.settle()

        assert s.upstream().request().body == b"0123456789"
        s.upstream().answer(b"yes")
        assert client.response().status == 200


def test_a_body_that_is_larger_than_what_is_kept_is_not_sent_again() -> None:
    with policed(route=SAFE, more=RETRIES.replace("attempts = 3", 'attempts = 3\nmax_body = "4B"')) as s:
        client = s.client()
        client.ask(b"PUT", b"/x", b"Content-Length: 10", body=b"0123456789")
        s.upstream().request()
        s.upstream().answer(b"no", status=UNAVAILABLE)

        assert client.response().status == 503
        assert s.log[0]["attempts"] == 1


def test_a_body_that_is_still_coming_goes_on_at_the_other_instance() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask(b"PUT", b"/x", b"Content-Length: 10", body=b"01234")
        s.upstream().reset()
        s.settle()
        client.send(b"56789")
        s.settle()

        assert hosts(s) == ["a", "b"]
        assert s.upstream().request().body == b"0123456789"
        s.upstream().answer(b"yes")
        assert client.response().status == 200


def test_an_instance_that_does_not_answer_in_time_is_left_for_another() -> None:
    with policed(route=SAFE, more=RETRIES.replace("attempts = 3", 'attempts = 3\nattempt_timeout = "200ms"')) as s:
        client = s.client()
        client.ask()
        s.advance(0.3)
        assert hosts(s) == ["a", "b"]
        s.upstream().answer(b"yes")

        assert client.response().status == 200


def test_the_time_of_the_route_bounds_all_tries() -> None:
    more = RETRIES.replace("attempts = 3", 'attempts = 10\nattempt_timeout = "400ms"')
    with policed(route=SAFE + '\ntimeout = "1s"', more=more) as s:
        client = s.client()
        client.ask()
        s.advance(1.1)

        assert client.problem() == (504, "upstream_timeout")
        assert s.log[0]["attempts"] == 3
        assert 1.0 <= s.log[0]["duration_us"] / 1e6 <= 1.1


def test_a_retry_after_of_the_service_is_honoured() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"no", b"Retry-After: 2", status=UNAVAILABLE)
        s.advance(1.9)
        assert len(s.ups) == 1
        s.advance(0.2)
        assert len(s.ups) == 2
        s.upstream().answer(b"yes")
        assert client.response().body == b"yes"


def test_a_retry_after_beyond_the_time_that_is_left_means_no_retry() -> None:
    with policed(route=SAFE + '\ntimeout = "2s"', more=RETRIES) as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"no", b"Retry-After: 3", status=UNAVAILABLE)

        response = client.response()
        assert (response.status, response.value(b"retry-after")) == (503, b"3")


def test_a_client_that_leaves_between_two_tries_ends_them() -> None:
    with policed(route=SAFE, more=RETRIES) as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"no", b"Retry-After: 2", status=UNAVAILABLE)
        client.reset()
        s.advance(3.0)

        assert len(s.ups) == 1
        assert s.log[0]["reason"] == "client_closed"


def test_the_budget_stops_a_storm() -> None:
    more = RETRIES.replace("attempts = 3", "attempts = 2\nbudget = 0.0\nmin_budget = 2")
    with policed(route=SAFE, more=more) as s:
        for _ in range(5):
            client = s.client()
            refuse(s, 9)
            client.ask()
            s.settle()
            assert client.response().status == 502

        assert [line["attempts"] for line in s.log] == [2, 2, 1, 1, 1]


def test_a_stale_connection_is_forgiven_without_a_try() -> None:
    with policed(
        route=SAFE,
        more=RETRIES.replace("attempts = 3", "attempts = 1"),
        instances='{ id = "a", url = "http://a.internal" }',
    ) as s:
        client = s.client()
        client.ask()
        s.upstream().answer()
        assert client.response().status == 200
        client.ask()
        s.upstream().reset()
        s.settle()
        s.upstream().answer(b"fresh")

        assert client.response().body == b"fresh"


def test_with_one_instance_it_is_tried_again() -> None:
    with policed(route=SAFE, more=RETRIES, instances='{ id = "a", url = "http://a.internal" }') as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"no", status=UNAVAILABLE)
        s.settle()
        s.upstream().answer(b"yes")

        assert client.response().body == b"yes"


def test_each_of_several_workers_has_its_share_of_the_budget() -> None:
    """Five a second are three for each of two workers: together they never have less than what was asked for."""
    plan = compiled(text(route=SAFE, more=RETRIES.replace("attempts = 3", "attempts = 2\nmin_budget = 5")))
    with scene(plan) as s:
        s.gateway.budgets.retire_others(set())
        s.gateway.workers = 2
        retry = Policing(s.gateway).retry(plan.routes[0], set())

        assert retry is not None
        assert retry.budget.least == 3
