"""Bytes in give a 4xx or one well-formed request upstream for each valid one, never anything else.

Judged by two readers that are not the gateway's: the strict one of ``tests.support.http1``, and h11.
"""

from collections.abc import Iterator

import h11
import pytest
from hypothesis import HealthCheck, given, settings

from tests.conftest import Gateways
from tests.property.mutations import in_pieces, mutated, rows
from tests.support.cases import get
from tests.support.http1 import (
    IncompleteError,
    MalformedError,
    Request,
    Response,
    Source,
    read_request,
    read_response,
)
from tests.support.upstream import RawUpstream, answer_and_close
from tests.support.waiting import wait_for
from tests.support.wire import Wire, check_forwarded, check_response

CONFIG = """
version = 1
[server]
header_timeout = "2s"
body_timeout = "2s"
[services.up]
first_byte_timeout = "2s"
idle_timeout = "2s"
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
"""

REQUESTS = rows("sent")
RESPONSES = rows("said")

thorough = settings(
    max_examples=1000,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.fixture(scope="module")
def wire(shared_gateway: Gateways) -> Iterator[Wire]:
    """A gateway of the fuzzers' own, so that what they break is theirs."""
    with RawUpstream() as upstream:
        yield Wire(shared_gateway(CONFIG.format(url=upstream.url)), upstream)


def _valid_requests(data: bytes) -> list[Request]:
    """The requests that may be read from these bytes before anything is wrong with them."""
    source, found = Source(data), []
    try:
        while source.buffer:
            for _ in range(2):
                if source.buffer.startswith(b"\r\n"):
                    source.take(2)
            source.raw()
            found.append(read_request(source, extensions=True))
    except (MalformedError, IncompleteError):
        pass  # what follows is not to be read by anybody
    return found


def _responses(wire: Wire, parts: list[bytes], valid: list[Request]) -> list[Response]:
    """All that the gateway says to these bytes, until it closes."""
    found: list[Response] = []
    with wire.client() as client:
        client.send(*parts)
        if not valid:
            client.finish()
        while client.source.buffer or client.source.pull():
            method = valid[len(found)].method if len(found) < len(valid) else b"GET"
            found.append(client.response(method))
            if len(found) == len(valid):
                client.finish()
    return found


def _check_with_h11(raw: bytes) -> None:
    peer = h11.Connection(h11.SERVER)
    peer.receive_data(raw)
    events: list[object] = []
    while not events or not isinstance(events[-1], h11.EndOfMessage):
        event = peer.next_event()
        assert event is not h11.NEED_DATA, raw
        events.append(event)
    assert isinstance(events[0], h11.Request)
    assert peer.trailing_data[0] == b"", raw


def _query(target: bytes) -> bytes:
    return target.partition(b"?")[2]


@thorough
@given(parts=in_pieces(mutated(REQUESTS)))
def test_bytes_in_give_a_4xx_or_one_well_formed_request_upstream(wire: Wire, parts: list[bytes]) -> None:
    wire.upstream.forget()
    data = b"".join(parts)
    valid = _valid_requests(data)

    responses = _responses(wire, parts, valid)

    assert wire.gateway.running
    received = wire.upstream.received()
    assert wire.upstream.failures == [], (data, received)
    arrived = list(wire.upstream.requests)
    for response in responses:
        check_response(response)
        assert response.status == 200 or 400 <= response.status < 500, (data, response.raw)
    assert sum(response.status == 200 for response in responses) <= len(arrived), (data, received)
    candidates = iter(valid)
    for request in arrived:
        check_forwarded(request)
        _check_with_h11(request.raw)
        same = (request.method, _query(request.target), request.body)
        assert any((v.method, _query(v.target), v.body) == same for v in candidates), (data, request.raw)
    wire.still_serves()


def _expected(said: bytes) -> Response | None:
    """The response that these bytes and an end of the connection are, None where they are none."""
    try:
        response = read_response(Source(said), lenient=True)
    except (MalformedError, IncompleteError):
        return None
    return None if response.status == 101 or response.cut else response


@thorough
@given(parts=in_pieces(mutated(RESPONSES)))
def test_bytes_from_a_service_give_its_response_or_a_502_or_a_visible_cut(wire: Wire, parts: list[bytes]) -> None:
    wire.upstream.forget()
    wire.upstream.script = answer_and_close(*parts)
    said = b"".join(parts)
    expected = _expected(said)

    with wire.client() as client:
        response = client.send(get(b"TE: trailers", b"Connection: TE, close")).response()
        if not response.cut:
            client.expect_end()

    check_response(response)
    for interim in response.interim:
        check_response(interim)
    if expected is None:
        assert response.cut or response.status in (502, 504), (said, response.raw)
    elif not response.cut and response.status != 502:
        assert (response.status, response.body) == (expected.status, expected.body), (said, response.raw)
    wait_for(lambda: all(c.ended.is_set() for c in wire.upstream.connections), "the service has said all and closed")
    wire.upstream.requests.clear()
    wire.still_serves()
