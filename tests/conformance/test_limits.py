"""Bounds on what a client may send: request line 414, header section 431, body 413. One byte less is served."""

import pytest

from tests.conftest import Gateways
from tests.support.cases import HOST, Forwarded, Refused, get, post, table
from tests.support.http1 import chunked, lines
from tests.support.upstream import RawUpstream
from tests.support.wire import Wire

BOUNDED = """
version = 1
[server]
max_header_size = "2KiB"
max_headers = 10
max_body_size = "100B"
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
"""


@pytest.fixture(scope="module")
def bounded(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway with small bounds."""
    return Wire(shared_gateway(BOUNDED.format(url=recorder.url)), recorder)


@pytest.fixture(autouse=True)
def forgotten(recorder: RawUpstream) -> None:
    """Empty records for each row."""
    recorder.forget()


@table(
    Refused("a request line of 3 KiB", get(target=b"/" + b"a" * 3000), 414, "uri_too_long"),
    Refused("a query of 3 KiB", get(target=b"/?" + b"a" * 3000), 414, "uri_too_long"),
    Refused("a request line that has not ended after 3 KiB", b"GET /" + b"a" * 3000, 414, "uri_too_long"),
    Refused("a request line that has not ended after 100 KiB", b"GET /" + b"a" * 100_000, 414, "uri_too_long"),
    Refused("one field of 3 KiB", get(b"X-A: " + b"a" * 3000), 431, "headers_too_large"),
    Refused("one field of 100 KiB", get(b"X-A: " + b"a" * 100_000), 431, "headers_too_large"),
    Refused("one name of 3 KiB", get(b"a" * 3000 + b": b"), 431, "headers_too_large"),
    Refused("fields that have not ended after 3 KiB", get(b"X-A: " + b"a" * 3000)[:-4], 431, "headers_too_large"),
    Refused("nine fields of 300 bytes", get(*(b"X-%d: " % i + b"a" * 300 for i in range(9))), 431, "headers_too_large"),
    Refused("eleven fields", get(*(b"X-%d: a" % i for i in range(10))), 431, "headers_too_large"),
    Refused("a hundred fields", get(*(b"X-%d: a" % i for i in range(99))), 431, "headers_too_large"),
    Refused("a cookie of 3 KiB", get(b"Cookie: a=" + b"a" * 3000), 431, "headers_too_large"),
)
def test_a_head_that_is_too_large_is_refused(bounded: Wire, case: Refused) -> None:
    bounded.refuses(case)


@table(
    Forwarded("ten fields", get(*(b"X-%d: a" % i for i in range(9))), fields={b"x-8": [b"a"]}),
    Forwarded("a head of nearly 2 KiB", get(b"X-A: " + b"a" * 1950), fields={b"x-a": [b"a" * 1950]}),
)
def test_a_head_within_its_bounds_is_served(bounded: Wire, case: Forwarded) -> None:
    bounded.forwards(case)


@table(
    Refused("a stated length of one byte too many", post(b"Content-Length: 101", body=b"x" * 101), 413,
            "body_too_large", closes=None),
    Refused("a stated length of a terabyte", post(b"Content-Length: 1000000000000"), 413, "body_too_large",
            closes=None),
    Refused("a stated length on a GET", get(b"Content-Length: 101") + b"x" * 101, 413, "body_too_large", closes=None),
    Refused("a stated length in HTTP/1.0", lines(b"POST / HTTP/1.0", HOST, b"Content-Length: 101") + b"x" * 101, 413,
            "body_too_large"),
    Refused("one chunk of one byte too many", post(b"Transfer-Encoding: chunked", body=chunked(b"x" * 101)), 413,
            "body_too_large", closes=None, streamed=True),
    Refused("many chunks that come to one byte too many",
            post(b"Transfer-Encoding: chunked", body=chunked(*[b"x"] * 101)), 413, "body_too_large", closes=None,
            streamed=True),
    Refused("a chunk that is only announced", post(b"Transfer-Encoding: chunked", body=b"fffffff\r\n" + b"x" * 200),
            413, "body_too_large", closes=None, streamed=True),
)  # fmt: skip
def test_a_body_that_is_too_large_is_refused(bounded: Wire, case: Refused) -> None:
    bounded.refuses(case)


@table(
    Forwarded("a stated length", post(b"Content-Length: 100", body=b"x" * 100), method=b"POST", body=b"x" * 100),
    Forwarded("one chunk", post(b"Transfer-Encoding: chunked", body=chunked(b"x" * 100)), method=b"POST",
              body=b"x" * 100),
    Forwarded("many chunks", post(b"Transfer-Encoding: chunked", body=chunked(*[b"x"] * 100)), method=b"POST",
              body=b"x" * 100),
)  # fmt: skip
def test_a_body_of_exactly_the_bound_is_served(bounded: Wire, case: Forwarded) -> None:
    bounded.forwards(case)


def test_a_request_after_one_with_too_large_a_body_is_not_read_out_of_that_body(bounded: Wire) -> None:
    inner = get(target=b"/smuggled")
    with bounded.client() as client:
        client.send(post(b"Content-Length: 2000", body=inner + b"x" * (2000 - len(inner))))
        assert client.response().status == 413
    bounded.still_serves()

    assert [r.target for r in bounded.upstream.requests] == [b"/sentinel"]


@table(
    Refused("a stated length of one byte too many", post(b"Content-Length: 11", target=b"/small/x", body=b"x" * 11),
            413, "body_too_large", closes=None),
    Refused("chunks that come to one byte too many",
            post(b"Transfer-Encoding: chunked", target=b"/small/x", body=chunked(b"x" * 11)), 413, "body_too_large",
            closes=None, streamed=True),
)  # fmt: skip
def test_a_route_may_have_a_bound_of_its_own(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


def test_a_route_may_have_no_bound(wire: Wire) -> None:
    body = b"x" * (3 << 20)
    wire.forwards(
        Forwarded("", post(b"Content-Length: %d" % len(body), target=b"/unlimited/x", body=body), method=b"POST",
                  target=b"/unlimited/x", body=body)
    )  # fmt: skip


@table(
    Refused("a request line of 17 KiB", get(target=b"/" + b"a" * 17000), 414, "uri_too_long"),
    Refused("a head of 17 KiB", get(b"X-A: " + b"a" * 17000), 431, "headers_too_large"),
    Refused("a hundred and one fields", get(*(b"X-%d: a" % i for i in range(100))), 431, "headers_too_large"),
    Refused("a body of a MiB and a byte", post(b"Content-Length: 1048577"), 413, "body_too_large", closes=None),
)
def test_there_are_bounds_by_default(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@table(
    Forwarded("a head of 15 KiB", get(b"X-A: " + b"a" * 15000), fields={b"x-a": [b"a" * 15000]}),
    Forwarded("a hundred fields", get(*(b"X-%d: a" % i for i in range(99))), fields={b"x-98": [b"a"]}),
    Forwarded("a target of 8 KiB", get(target=b"/" + b"a" * 8000), target=b"/" + b"a" * 8000),
)
def test_what_real_clients_send_is_within_the_default_bounds(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)
