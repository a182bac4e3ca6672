"""A request on its way to a service and its response on the way back, byte for byte."""

import socket
from dataclasses import replace

import pytest

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import HOST, SERVICE, answer, ask, instance, plan, route, scene


def test_a_request_and_its_response_byte_for_byte() -> None:
    with scene() as s:
        client = s.client()
        client.send(b"GET /a/b?c=d HTTP/1.1\r\nHost: Example.com\r\nAccept: */*\r\nUser-Agent: test\r\n\r\n")
        upstream = s.upstream()
        sent = upstream.got()
        request_id = sent.partition(b"X-Request-ID: ")[2][:32]
        head, ours = sent[: sent.index(b"X-Forwarded")], sent[sent.index(b"X-Forwarded") :]
        assert head == (b"GET /a/b?c=d HTTP/1.1\r\nHost: 10.0.0.1:8001\r\nAccept: */*\r\nUser-Agent: test\r\n")
        assert sorted(ours.split(b"\r\n")) == sorted(
            [
                b"X-Forwarded-For: 203.0.113.9",
                b"X-Forwarded-Proto: http",
                b"X-Forwarded-Host: Example.com",
                b"X-Request-ID: " + request_id,
                b"traceparent: 00-" + request_id + b"-" + sent.partition(request_id + b"-")[2][:16] + b"-02",
                b"Via: 1.1 gatewayctl",
                b"",
                b"",
            ]
        )

        upstream.send(b"HTTP/1.1 201 Made\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n\r\nhello")

        got = client.got()
        assert got.startswith(b"HTTP/1.1 201 Made\r\nContent-Length: 5\r\nContent-Type: text/plain\r\n")
        assert got.endswith(b"\r\n\r\nhello")
        assert sorted(got.split(b"\r\n")[3:-2]) == sorted(
            [b"Date: Thu, 01 Jan 1970 00:16:40 GMT", b"X-Request-ID: " + request_id, b"Via: 1.1 gatewayctl"]
        )
        (line,) = s.log
        assert line["status"] == 201
        assert (line["route"], line["service"], line["instance"], line["attempts"]) == ("all", "up", "one", 1)
        assert (line["request_id"], line["client_ip"], line["bytes_out"]) == (request_id.decode(), "203.0.113.9", 5)
        assert "reason" not in line


def test_a_connection_serves_one_request_after_another_over_one_upstream_connection() -> None:
    with scene() as s:
        client = s.client()
        for number in range(5):
            client.ask(target=b"/%d" % number)
            assert s.upstream().request().target == b"/%d" % number
            s.upstream().answer(b"%d" % number)
            assert client.response().body == b"%d" % number

        assert len(s.ups) == 1
        assert not client.closed


def test_clients_share_warm_connections() -> None:
    with scene() as s:
        for _ in range(3):
            client = s.client()
            client.ask()
            s.upstream().answer()
            assert client.response().status == 200

        assert len(s.ups) == 1


def test_requests_at_the_same_time_have_connections_of_their_own() -> None:
    with scene() as s:
        clients = [s.client() for _ in range(3)]
        for number, client in enumerate(clients):
            client.ask(target=b"/%d" % number)
        for number in (1, 0, 2):
            s.upstream(number).answer(b"%d" % number)

        assert [client.response().body for client in clients] == [b"0", b"1", b"2"]
        assert len(s.ups) == 3


@pytest.mark.parametrize("cut", range(1, len(ask()) + 1, 5))
def test_a_head_may_arrive_in_any_two_pieces(cut: int) -> None:
    with scene() as s:
        client = s.client()
        client.send(ask()[:cut], ask()[cut:]) if cut < len(ask()) else client.send(ask())
        s.upstream().answer()

        assert client.response().body == b"hello"


def test_a_head_may_arrive_byte_by_byte() -> None:
    with scene() as s:
        client = s.client()
        client.send(*[bytes([byte]) for byte in ask(b"POST", b"/x?y", b"Content-Length: 2", body=b"hi")])
        request = s.upstream().request()
        s.upstream().answer()

        assert (request.target, request.body) == (b"/x?y", b"hi")
        assert client.response().body == b"hello"


@pytest.mark.parametrize(
    "said",
    [
        answer(b"hello"),
        answer(b""),
        lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + chunked(b"he", b"llo"),
        lines(b"HTTP/1.1 204 No Content"),
    ],
)
def test_a_response_may_arrive_byte_by_byte(said: bytes) -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().send(*[bytes([byte]) for byte in said])

        response = client.response()
        assert (response.status, response.body, response.cut) in {
            (200, b"hello", False),
            (200, b"", False),
            (204, b"", False),
        }
        client.ask()
        assert len(s.ups) == 1, "the connection is clean"
        assert not s.upstream().closed


def test_a_date_of_the_services_own_is_kept() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"", b"Date: Fri, 02 Jan 1970 00:00:00 GMT")

        assert client.response().values(b"date") == [b"Fri, 02 Jan 1970 00:00:00 GMT"]


def test_the_query_goes_on_byte_for_byte() -> None:
    with scene() as s:
        client = s.client()
        for query in (b"?", b"?a=%2f%2F&&=;b", b"??", b"?a#"[:2], b"?%zz\\"):
            client.ask(target=b"/a" + query)
            assert s.upstream().request().target == b"/a" + query
            s.upstream().answer()
            client.response()


def test_a_query_is_not_made_up() -> None:
    with scene() as s:
        s.client().ask(target=b"/a")

        assert s.upstream().request().target == b"/a"


def test_the_path_goes_on_in_its_canonical_form() -> None:
    with scene() as s:
        s.client().ask(target=b"/%61/./b/../c%c3%a9")

        assert s.upstream().request().target == b"/a/c%C3%A9"


def test_an_absolute_target_goes_on_as_a_path() -> None:
    with scene() as s:
        s.client().ask(target=b"http://example.com/a?b")

        assert s.upstream().request().target == b"/a?b"


@pytest.mark.parametrize(
    ("header", "host"),
    [("instance", b"10.0.0.1:8001"), ("preserve", b"example.com"), ("inside.example", b"inside.example")],
)
def test_the_service_gets_the_host_that_is_configured(header: str, host: bytes) -> None:
    with scene(plan(services=[replace(SERVICE, host_header=header)])) as s:
        s.client().ask()

        assert s.upstream().request().values(b"host") == [host]


def test_instances_take_turns() -> None:
    service = replace(SERVICE, instances=(instance("a"), instance("b"), instance("c")))
    with scene(plan(services=[service])) as s:
        client = s.client()
        for _ in range(6):
            client.ask()
            next(up for up in reversed(s.ups) if up.transport.got).answer()
            for up in s.ups:
                up.got()
            assert client.response().status == 200

        assert [line["instance"] for line in s.log] == ["a", "b", "c", "a", "b", "c"]


def test_a_service_without_an_instance_that_takes_requests_is_a_503() -> None:
    service = replace(SERVICE, instances=(instance("a", status="draining"), instance("b", weight=0)))
    with scene(plan(services=[service])) as s:
        client = s.client()
        client.ask()

        assert client.problem() == (503, "no_healthy_instance")
        assert s.ups == []
        client.ask()
        assert client.problem() == (503, "no_healthy_instance")


def test_each_request_id_is_its_own() -> None:
    with scene() as s:
        client = s.client()
        for _ in range(20):
            client.ask()
            s.upstream().answer()

        assert len({line["request_id"] for line in s.log}) == 20


def test_a_request_id_is_kept_from_a_trusted_peer_only() -> None:
    with scene(plan(trusted_proxies=("10.0.0.0/8",))) as s:
        for peer, kept in (("203.0.113.9", False), ("10.0.0.5", True)):
            client = s.client((peer, 1))
            client.ask(b"GET", b"/", b"X-Request-ID: mine")
            sent = s.upstream().request().values(b"x-request-id")
            s.upstream().answer(b"", b"X-Request-ID: forged")
            got = client.response().values(b"x-request-id")

            assert (sent == [b"mine"]) is kept
            assert len(sent) == 1
            assert got == sent


def test_a_trace_is_continued_and_a_new_span_is_ours() -> None:
    trace, span = b"0af7651916cd43dd8448eb211c80319c", b"b7ad6b7169203331"
    with scene() as s:
        s.client().ask(b"GET", b"/", b"traceparent: 00-%b-%b-01" % (trace, span), b"tracestate: a=b")
        request = s.upstream().request()

        (parent,) = request.values(b"traceparent")
        assert parent.startswith(b"00-%b-" % trace)
        assert parent.endswith(b"-01")
        assert span not in parent
        assert request.values(b"tracestate") == [b"a=b"]


@pytest.mark.parametrize(
    "fields", [(), (b"traceparent: nonsense",), (b"traceparent: 00-" + b"0" * 32 + b"-" + b"1" * 16 + b"-01",)]
)
def test_the_state_of_a_trace_that_is_not_continued_is_dropped(fields: tuple[bytes, ...]) -> None:
    with scene() as s:
        s.client().ask(b"GET", b"/", *fields, b"tracestate: a=b")
        request = s.upstream().request()

        assert request.values(b"tracestate") == []
        assert len(request.values(b"traceparent")) == 1


def test_via_is_added_to_what_is_there() -> None:
    with scene() as s:
        client = s.client()
        client.ask(b"GET", b"/", b"Via: 1.0 first")
        assert s.upstream().request().values(b"via") == [b"1.0 first", b"1.1 gatewayctl"]
        s.upstream().answer(b"", b"Via: 1.1 behind")
        assert client.response().values(b"via") == [b"1.1 behind", b"1.1 gatewayctl"]


def test_without_a_name_there_is_no_via() -> None:
    with scene(plan(via=b"")) as s:
        client = s.client()
        client.ask()
        assert s.upstream().request().values(b"via") == []
        s.upstream().answer()
        assert client.response().values(b"via") == []


def test_a_route_of_its_own_has_its_own_service() -> None:
    other = replace(SERVICE, name="other", instances=(instance("x"),))
    with scene(plan([route(), route("special", "/special", service="other")], [SERVICE, other])) as s:
        client = s.client()
        client.ask(target=b"/special")
        assert s.upstream().request().values(b"host") == [b"x.internal"]
        s.upstream().answer()
        client.response()

        assert (s.log[0]["route"], s.log[0]["service"], s.log[0]["instance"]) == ("special", "other", "x")


def test_a_connection_that_cannot_be_made_is_a_502() -> None:
    with scene() as s:
        s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        client = s.client()
        client.ask()

        assert client.problem() == (502, "connect_failed")
        client.ask()
        s.upstream().answer()
        assert client.response().status == 200
        assert (s.log[0]["reason"], s.log[0]["instance"], s.log[0]["attempts"]) == ("connect_failed", "one", 1)


def test_a_name_that_does_not_resolve_is_a_503() -> None:
    with scene() as s:
        s.connect_errors.append(socket.gaierror(-2, "Name or service not known"))
        client = s.client()
        client.ask()

        assert client.problem() == (503, "dns_failed")


def test_a_problem_tells_no_address() -> None:
    with scene() as s:
        s.connect_errors.append(ConnectionRefusedError(111, "Connect call failed ('10.0.0.1', 8001)"))
        client = s.client()
        client.ask()

        assert b"10.0.0.1" not in client.got()


def test_a_request_that_came_before_a_reload_finishes_on_what_it_began_with() -> None:
    with scene(plan(via=b"before")) as s:
        client = s.client()
        client.ask()
        s.bind(plan(via=b"after"))
        s.upstream().answer()
        assert client.response().values(b"via") == [b"1.1 before"]
        client.ask()
        s.upstream().answer()
        assert client.response().values(b"via") == [b"1.1 after"]
        assert len(s.ups) == 1, "the pool lives on"


def test_the_host_of_the_request_is_never_where_it_is_sent() -> None:
    addresses: list[object] = []
    with scene() as s:
        connect = s.loop.connect

        async def watched(make: object, host: str, port: int) -> object:
            addresses.append((host, port))
            return await connect(make, host, port)  # type: ignore[arg-type]

        s.loop.connect = watched
        s.client().send(lines(b"GET http://evil.com:1/ HTTP/1.1", b"Host: evil.com:1", b"X-Forwarded-Host: evil.com"))

        assert addresses == [("10.0.0.1", 8001)]
        assert HOST not in s.upstream().got()
