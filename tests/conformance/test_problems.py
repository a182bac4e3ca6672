"""Answers of the gateway's own making (RFC 9457, RFC 9209): as the client prefers, with an id, without inner detail."""

import json
import re
import socket

import pytest

from tests.conftest import Gateways
from tests.support.cases import get, post
from tests.support.client import exchange
from tests.support.gateway import Gateway
from tests.support.wire import Wire


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (None, b"application/problem+json"),
        (b"*/*", b"application/problem+json"),
        (b"application/json", b"application/problem+json"),
        (b"application/problem+json", b"application/problem+json"),
        (b"application/*", b"application/problem+json"),
        (b"text/plain", b"text/plain"),
        (b"text/html", b"text/html"),
        (b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", b"text/html"),
        (b"text/html;q=0.5, application/json", b"application/problem+json"),
        (b"text/plain;q=0.9, text/html;q=0.1", b"text/plain"),
        (b"image/png", b"application/problem+json"),
        (b"text/html;q=x", b"application/problem+json"),
        (b"", b"application/problem+json"),
        (b";;;,,,;q=", b"application/problem+json"),
        (b"a/b," * 500, b"application/problem+json"),
    ],
)
def test_a_problem_has_the_form_that_the_client_prefers(wire: Wire, accept: bytes | None, media: bytes) -> None:
    fields = [] if accept is None else [b"Accept: " + accept]
    response = exchange(wire.gateway.address, get(*fields, target=b"/.."))

    assert response.status == 400
    assert (response.value(b"content-type") or b"").split(b";")[0] == media
    assert b"bad_path" in response.body


def test_a_page_for_a_browser_holds_nothing_that_the_client_sent(wire: Wire) -> None:
    sent = get(b"Accept: text/html", b"X-A: <script>alert(1)</script>", target=b"/../<script>alert(1)")
    response = exchange(wire.gateway.address, sent)

    assert response.status == 400
    assert b"<script>" not in response.body


def test_the_request_id_is_in_the_answer_the_body_and_the_log(wire: Wire) -> None:
    response = exchange(wire.gateway.address, get(target=b"/.."))
    identity = response.value(b"x-request-id")

    assert identity
    assert json.loads(response.body)["request_id"] == identity.decode()
    wire.gateway.wait_for_access(lambda line: line["request_id"] == identity.decode())


def test_the_request_id_goes_to_the_service_and_to_the_client(wire: Wire) -> None:
    response = exchange(wire.gateway.address, get())

    assert wire.only_request().value(b"x-request-id") == response.value(b"x-request-id")


def test_every_request_has_an_id_of_its_own(wire: Wire) -> None:
    ids = {exchange(wire.gateway.address, get()).value(b"x-request-id") for _ in range(20)}

    assert len(ids) == 20


def test_the_id_of_an_untrusted_client_is_replaced(wire: Wire) -> None:
    response = exchange(wire.gateway.address, get(b"X-Request-ID: forged"))

    assert wire.only_request().values(b"x-request-id") == [response.value(b"x-request-id")]
    assert b"forged" not in wire.only_request().raw


def test_a_trace_is_continued(wire: Wire) -> None:
    exchange(wire.gateway.address, get(b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
    (found,) = wire.only_request().values(b"traceparent")

    assert re.fullmatch(rb"00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01", found)
    assert b"b7ad6b7169203331" not in found


@pytest.mark.parametrize(
    "given",
    [
        b"00-00000000000000000000000000000000-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        b"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        b"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331", b"nonsense", b"",
    ],
)  # fmt: skip
def test_a_malformed_trace_is_begun_anew(wire: Wire, given: bytes) -> None:
    exchange(wire.gateway.address, get(b"traceparent: " + given, b"tracestate: a=b"))
    request = wire.only_request()
    (found,) = request.values(b"traceparent")

    assert re.fullmatch(rb"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", found)
    assert found != given
    assert request.values(b"tracestate") == []


def test_via_tells_the_service_and_the_client_of_the_gateway(wire: Wire) -> None:
    response = exchange(wire.gateway.address, get(b"Via: 1.0 fred"))

    assert wire.only_request().value(b"via") == b"1.0 fred, 1.1 gatewayctl"
    assert b"gatewayctl" in (response.value(b"via") or b"")


@pytest.fixture(scope="module")
def unreachable(shared_gateway: Gateways) -> Gateway:
    """A gateway whose service listens nowhere."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    return shared_gateway(
        f"""
        version = 1
        [services.up]
        instances = [{{ id = "one", url = "http://127.0.0.1:{port}" }}]
        [services.down]
        instances = [{{ id = "one", url = "http://127.0.0.1:{port}", status = "down" }}]
        [services.nameless]
        instances = [{{ id = "one", url = "http://name-that-is-not.invalid:80" }}]
        [routes.all]
        path = "/*"
        service = "up"
        [routes.down]
        path = "/down"
        service = "down"
        [routes.nameless]
        path = "/nameless"
        service = "nameless"
        """
    )


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [(b"/", 502, "connect_failed"), (b"/down", 503, "no_healthy_instance"), (b"/nameless", 503, "dns_failed")],
)
@pytest.mark.parametrize("sent", [get, post], ids=["GET", "POST"])
def test_a_service_that_cannot_be_reached_is_told_without_its_address(
    unreachable: Gateway, wire: Wire, target: bytes, status: int, reason: str, sent: object
) -> None:
    with unreachable.client() as client:
        request = get(target=target) if sent is get else post(b"Content-Length: 5", target=target, body=b"hello")
        response = client.send(request).response()
        assert response.status == status
        wire.check_problem(response, reason)
        assert b"127.0.0.1" not in response.body
        assert b"invalid" not in response.body

        if b"close" in response.tokens(b"connection"):
            client.expect_end()
        else:
            assert client.send(get(target=target)).response().status == status, "the connection goes on"
