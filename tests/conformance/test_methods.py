"""Methods and routes: 405 with what is allowed, HEAD where there is GET, 404 where there is nothing."""

import pytest

from tests.conftest import Gateways
from tests.support.cases import HOST, get
from tests.support.client import exchange
from tests.support.http1 import lines
from tests.support.upstream import RawUpstream
from tests.support.wire import Wire

NARROW = """
version = 1
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[routes.read]
path = "/things/{{id:int}}"
methods = ["GET"]
service = "up"
[routes.write]
path = "/things/{{id:int}}"
methods = ["PUT", "DELETE"]
service = "up"
[routes.search]
path = "/search"
methods = ["SEARCH"]
service = "up"
[routes.hosted]
path = "/hosted"
hosts = ["api.example.com", "*.wild.example"]
service = "up"
[routes.any]
path = "/any"
service = "up"
"""


@pytest.fixture(scope="module")
def narrow(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway with a few narrow routes."""
    return Wire(shared_gateway(NARROW.format(url=recorder.url)), recorder)


@pytest.fixture(autouse=True)
def forgotten(recorder: RawUpstream) -> None:
    """Empty records for each test."""
    recorder.forget()


@pytest.mark.parametrize("method", [b"POST", b"PATCH", b"OPTIONS", b"get", b"Get", b"BREW", b"TRACE", b"GETS"])
def test_a_method_that_no_route_takes_is_a_405_with_those_that_do(narrow: Wire, method: bytes) -> None:
    response = exchange(narrow.gateway.address, lines(method + b" /things/1 HTTP/1.1", HOST))

    assert response.status == 405
    narrow.check_problem(response, "method_not_allowed")
    assert sorted(response.tokens(b"allow")) == [b"delete", b"get", b"head", b"put"]
    assert narrow.upstream.received() == []


@pytest.mark.parametrize("method", [b"GET", b"HEAD", b"PUT", b"DELETE"])
def test_a_method_that_a_route_takes_goes_on(narrow: Wire, method: bytes) -> None:
    response = exchange(narrow.gateway.address, lines(method + b" /things/1 HTTP/1.1", HOST), method=method)

    assert response.status == 200
    assert [r.method for r in narrow.upstream.requests] == [method]


def test_a_method_of_its_own_goes_on_where_a_route_names_it(narrow: Wire) -> None:
    response = exchange(narrow.gateway.address, lines(b"SEARCH /search HTTP/1.1", HOST))

    assert (response.status, narrow.upstream.requests[0].method) == (200, b"SEARCH")


def test_head_is_not_taken_where_get_is_not_named(narrow: Wire) -> None:
    response = exchange(narrow.gateway.address, lines(b"HEAD /search HTTP/1.1", HOST), method=b"HEAD")

    assert response.status == 405


@pytest.mark.parametrize("method", [b"TRACE", b"CONNECT"])
def test_a_route_that_names_no_methods_takes_neither_trace_nor_connect(narrow: Wire, method: bytes) -> None:
    response = exchange(narrow.gateway.address, lines(method + b" /any HTTP/1.1", HOST), method=method)

    assert response.status == 405
    assert narrow.upstream.received() == []


@pytest.mark.parametrize(
    "target", [b"/", b"/thing/1", b"/things", b"/things/", b"/things/1/", b"/things/x", b"/things/-1"]
)
def test_a_path_that_no_route_takes_is_a_404(narrow: Wire, target: bytes) -> None:
    response = exchange(narrow.gateway.address, get(target=target))

    assert response.status == 404
    narrow.check_problem(response, "no_route")
    assert narrow.upstream.received() == []


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (b"api.example.com", 200), (b"API.Example.COM", 200), (b"api.example.com:8080", 200),
        (b"api.example.com.", 200),
        (b"a.wild.example", 200), (b"a.b.wild.example", 200), (b"wild.example", 404), (b"xwild.example", 404),
        (b"api.example.com.evil.example", 404), (b"example.com", 404), (b"[::1]", 404),
    ],
)  # fmt: skip
def test_hosts_are_compared_without_port_and_case(narrow: Wire, host: bytes, status: int) -> None:
    assert exchange(narrow.gateway.address, get(target=b"/hosted", host=b"Host: " + host)).status == status


def test_an_absolute_target_names_the_host_too(narrow: Wire) -> None:
    sent = lines(b"GET http://api.example.com/hosted HTTP/1.0")

    assert exchange(narrow.gateway.address, sent).status == 200


def test_a_404_and_a_405_leave_the_connection_open(narrow: Wire) -> None:
    with narrow.client() as client:
        assert client.send(get(target=b"/none")).response().status == 404
        assert client.send(lines(b"POST /search HTTP/1.1", HOST, b"Content-Length: 0")).response().status == 405
        assert client.send(get(target=b"/any")).response().status == 200


def test_a_404_with_a_body_does_not_read_the_body_as_a_request(narrow: Wire) -> None:
    inner = get(target=b"/any")
    with narrow.client() as client:
        client.send(lines(b"POST /none HTTP/1.1", HOST, b"Content-Length: %d" % len(inner)) + inner)
        response = client.response()
        assert response.status == 404
        if b"close" in response.tokens(b"connection"):
            client.expect_end()
        else:
            assert client.send(get(target=b"/none")).response().status == 404
    assert narrow.upstream.received() == []


def test_a_404_does_not_wait_for_a_long_body(narrow: Wire) -> None:
    with narrow.client() as client:
        response = client.send(lines(b"POST /none HTTP/1.1", HOST, b"Content-Length: 900000") + b"begun").response()

    assert response.status == 404
