"""What is kept of a client that says the same again: each request is still told as if it were the first."""

from gatewayctl.plan.model import BodyLimitPlan, FieldEdits, RequestEditPlan
from gatewayctl.routing.templates import TemplateNames, parse_template
from tests.support.http1 import Request
from tests.unit.proxy.scene import Client, Scene, ask, plan, route, scene

TRACE = b"0af7651916cd43dd8448eb211c80319c"
FIELDS = (
    b"Authorization: Bearer secret",
    b"traceparent: 00-" + TRACE + b"-b7ad6b7169203331-01",
    b"X-Forwarded-For: 198.51.100.7",
    b"X-Request-ID: mine",
)


def told(s: Scene, client: Client, *fields: bytes, target: bytes = b"/") -> Request:
    """What the service is told of a request with those fields."""
    client.ask(b"GET", target, *fields)
    request = s.upstream().request()
    s.upstream().answer()
    client.response()
    return request


def trace_of(request: Request) -> bytes:
    (value,) = request.values(b"traceparent")
    return value.split(b"-")[1]


def test_the_same_fields_are_told_the_same_again_but_for_the_ids() -> None:
    with scene() as s:
        client = s.client()
        first, second, third = (told(s, client, *FIELDS) for _ in range(3))

        def steady(request: Request) -> list[bytes]:
            return [
                line for line in request.raw.split(b"\r\n") if not line.startswith((b"X-Request-ID", b"traceparent"))
            ]

        assert steady(first) == steady(second) == steady(third)
        assert len({request.value(b"x-request-id") for request in (first, second, third)}) == 3
        assert len({request.value(b"traceparent") for request in (first, second, third)}) == 3
        assert all(trace_of(request) == TRACE for request in (first, second, third))
        assert all(request.values(b"x-forwarded-for") == [b"203.0.113.9"] for request in (first, second, third))


def test_other_fields_in_between_are_told_as_they_are() -> None:
    with scene() as s:
        client = s.client()
        told(s, client, *FIELDS)
        told(s, client, *FIELDS)
        other = told(s, client, b"X-Other: 1")

        assert other.values(b"authorization") == []
        assert other.values(b"x-other") == [b"1"]
        assert trace_of(other) != TRACE
        assert told(s, client, *FIELDS).values(b"authorization") == [b"Bearer secret"]


def test_edits_of_one_route_do_not_reach_another() -> None:
    one = parse_template("1", "header", TemplateNames())
    fields = FieldEdits(remove=frozenset({b"authorization"}), add=((b"X-Added", one),))
    edit = RequestEditPlan(fields, (), frozenset(), ("transforms", "x"))
    with scene(plan([route("edited", "/edited", steps=[edit]), route("plain", "/plain")])) as s:
        client = s.client()
        for _ in range(2):
            edited = told(s, client, *FIELDS, target=b"/edited")
            assert (edited.values(b"authorization"), edited.values(b"x-added")) == ([], [b"1"])
            plain = told(s, client, *FIELDS, target=b"/plain")
            assert (plain.values(b"authorization"), plain.values(b"x-added")) == ([b"Bearer secret"], [])


def test_a_reload_is_believed_at_once() -> None:
    with scene() as s:
        client = s.client()
        assert [told(s, client, *FIELDS).values(b"x-forwarded-for") for _ in range(2)] == [[b"203.0.113.9"]] * 2
        s.bind(plan(trusted_proxies=("203.0.113.0/24",)))

        for _ in range(2):
            request = told(s, client, *FIELDS)
            assert request.values(b"x-forwarded-for") == [b"198.51.100.7, 203.0.113.9"]
            assert request.value(b"x-request-id") == b"mine"


def test_connections_know_nothing_of_each_other() -> None:
    with scene() as s:
        first, second = s.client(), s.client(("192.0.2.1", 1))
        told(s, first, *FIELDS)
        told(s, first, *FIELDS)

        assert told(s, second, *FIELDS).values(b"x-forwarded-for") == [b"192.0.2.1"]
        assert told(s, second).values(b"authorization") == []


def test_a_declared_length_is_checked_each_time() -> None:
    with scene(plan([route(steps=[BodyLimitPlan(3, ("routes", "all"))])])) as s:
        client = s.client()
        client.ask(b"POST", b"/", b"Content-Length: 3", body=b"abc")
        assert s.upstream().request().body == b"abc"
        s.upstream().answer()
        client.response()
        client.send(ask(b"POST", b"/", b"Content-Length: 3") + b"de")
        client.send(b"f")

        assert s.upstream().request().body == b"def"
        s.upstream().answer()
