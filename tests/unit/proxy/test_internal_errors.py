"""A fault of the gateway's own is a 500 and a line in the operational log, never a client that waits or a stack trace."""

import json
from collections.abc import Callable

import pytest

from gatewayctl.core.failures import failure
from gatewayctl.core.fields import Field, field
from gatewayctl.core.reply import Reply
from gatewayctl.steps.base import Traffic
from tests.support.http1 import lines
from tests.unit.proxy.scene import Client, Scene, answer, ask, scene

SECRET = "a secret in a traceback"


class Failing:
    """A step with a fault."""

    def admit(self, traffic: Traffic) -> None:
        raise ValueError(SECRET)

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        raise ValueError(SECRET)


class Answering:
    """A step that answers."""

    def __init__(self, reply: object) -> None:
        self._reply = reply

    def admit(self, traffic: Traffic) -> object:
        return self._reply


class Marking:
    """A step that marks what goes by."""

    def __init__(self, name: bytes) -> None:
        self._name = name

    def admit(self, traffic: Traffic) -> None:
        traffic.fields = [*traffic.fields, field(self._name, b"in")]

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        return [*fields, field(self._name, b"out")]


def check_500(s: Scene, client: Client) -> None:
    """The client has a problem, and the service and the log are as they have to be."""
    response = client.response()
    assert response.status == 500
    assert not response.cut
    assert json.loads(response.body)["reason"] == "internal_error"
    assert SECRET.encode() not in response.raw
    assert client.ended, "nothing after this can be trusted"
    assert [(line["status"], line["reason"]) for line in s.log] == [(500, "internal_error")]
    assert s.gateway.internal_errors == 1
    (event,) = s.reporter.events
    assert event[0] == "error"


def test_a_fault_while_admitting_is_a_500() -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].admit = (Failing(),)
        client = s.client()
        client.ask()

        check_500(s, client)
        assert s.ups == []


def test_a_fault_while_admitting_a_request_with_a_body_is_a_500() -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].admit = (Failing(),)
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 100", body=b"abc")

        check_500(s, client)


@pytest.mark.parametrize(
    "said",
    [
        answer(b"hello"),
        answer(b""),
        lines(b"HTTP/1.1 204 No Content"),
        lines(b"HTTP/1.1 200 OK", b"Content-Length: 10") + b"begin",
        lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + b"3\r\nabc\r\n",
    ],
    ids=["complete", "empty", "without a body", "begun", "chunked"],
)
def test_a_fault_while_shaping_a_response_is_a_500(said: bytes) -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].shape = (Failing(),)
        client = s.client()
        client.ask()
        s.upstream().send(said)

        check_500(s, client)
        assert s.upstream().closed or s.instance().idle == 1


def test_a_fault_while_shaping_an_answer_of_the_gateways_own_ends_the_connection_and_is_logged_once() -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].admit = (Answering(Reply(200, (), b"fine")),)
        s.bound.routes[0].shape = (Failing(),)
        client = s.client()
        client.ask()

        assert client.ended
        assert SECRET.encode() not in client.got()
        assert [line["status"] for line in s.log] == [500]


def test_a_fault_in_every_step_there_is_leaves_nobody_waiting() -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].admit = (Failing(),)
        s.bound.routes[0].shape = (Failing(),)
        client = s.client()
        client.ask()

        assert client.ended
        assert len(s.log) == 1


def test_a_fault_while_shaping_a_problem_about_the_service_leaves_nobody_waiting() -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].shape = (Failing(),)
        client = s.client()
        client.ask()
        s.upstream().send(b"nonsense\r\n\r\n")
        assert client.ended
        assert len(s.log) == 1


def test_a_fault_while_shaping_a_timeout_does_not_cost_others_their_timeouts() -> None:
    with scene(faults=True) as s:
        s.bound.routes[0].shape = (Failing(),)
        first, second = s.client(), s.client()
        first.ask()
        second.send(b"GET / HT")
        try:
            s.advance(20)
        except ValueError:
            s.advance(20)

        assert second.problem() == (408, "request_timeout")
        assert first.ended


def test_a_fault_while_connecting_is_a_500() -> None:
    with scene(faults=True) as s:
        s.connect_errors.append(ValueError(SECRET))
        client = s.client()
        client.ask()

        check_500(s, client)


def test_a_fault_of_one_request_is_none_of_the_others() -> None:
    with scene(faults=True) as s:
        other = s.client()
        other.ask()
        s.bound.routes[0].shape = (Failing(),)
        client = s.client()
        client.ask()
        s.upstream(1).answer()
        s.bound.routes[0].shape = ()
        s.upstream(0).answer()

        assert other.response().body == b"hello"


# ── what steps may do ─────────────────────────────────────────────────


def test_steps_admit_in_order_and_the_first_that_answers_ends_the_walk() -> None:
    with scene() as s:
        reply = Reply(429, (field(b"Retry-After", b"1"),), b"slow down")
        s.bound.routes[0].admit = (Answering(None), Answering(reply), Failing())
        client = s.client()
        client.ask()
        response = client.response()

        assert (response.status, response.body, response.values(b"retry-after")) == (429, b"slow down", [b"1"])
        assert s.ups == []
        assert not client.ended


def test_a_step_may_answer_with_a_failure() -> None:
    with scene() as s:
        s.bound.routes[0].admit = (Answering(failure("no_healthy_instance", "none")),)
        client = s.client()
        client.ask()

        assert client.problem() == (503, "no_healthy_instance")


def test_a_step_may_change_what_the_service_sees_and_what_the_client_sees() -> None:
    with scene() as s:
        s.bound.routes[0].admit = (Marking(b"X-One"), Marking(b"X-Two"))
        s.bound.routes[0].shape = (Marking(b"X-One"), Marking(b"X-Two"))
        client = s.client()
        client.ask()
        request = s.upstream().request()
        s.upstream().answer()
        response = client.response()

        assert [n for n, _ in request.fields if n.startswith(b"x-") and n in (b"x-one", b"x-two")] == [
            b"x-one",
            b"x-two",
        ]
        assert [n for n, _ in response.fields if n in (b"x-one", b"x-two")] == [b"x-one", b"x-two"]


def test_no_step_can_forge_the_request_id_or_the_framing() -> None:
    class Forging:
        def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
            return [f for f in fields if f.name not in (b"date", b"via")]

    with scene() as s:
        s.bound.routes[0].shape = (Forging(),)
        client = s.client()
        client.ask()
        s.upstream().answer()
        response = client.response()

        assert len(response.values(b"x-request-id")) == 1
        assert response.values(b"via") == [b"1.1 gatewayctl"]


def test_a_problem_is_shaped_too_so_that_it_carries_what_every_answer_of_the_route_does() -> None:
    with scene() as s:
        s.bound.routes[0].shape = (Marking(b"X-One"),)
        s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        client = s.client()
        client.ask()

        assert client.response().values(b"x-one") == [b"out"]


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_of_a_status_without_a_body_has_none(status: int) -> None:
    with scene() as s:
        s.bound.routes[0].admit = (Answering(Reply(status, (), b"not sent")),)
        client = s.client()
        client.send(ask() * 2)

        for _ in range(2):
            response = client.response()
            assert (response.status, response.body, response.values(b"content-length")) == (status, b"", [])


@pytest.mark.parametrize("make", [lambda: Reply(200, (), b"bye", closes=True)])
def test_an_answer_may_close_the_connection(make: Callable[[], Reply]) -> None:
    with scene() as s:
        s.bound.routes[0].admit = (Answering(make()),)
        client = s.client()
        client.ask()

        assert client.response().values(b"connection") == [b"close"]
        assert client.closed
