"""Responses without a body (RFC 9110 6.4.1): to HEAD, and 204 and 304. What their fields say about a length is kept."""

from tests.support.cases import HOST, PassedResponse, get, table
from tests.support.connection import Connection
from tests.support.http1 import lines
from tests.support.wire import Wire

HEAD = lines(b"HEAD / HTTP/1.1", HOST)


def _head(name: str, said: bytes, **more: object) -> PassedResponse:
    return PassedResponse(name, said, sent=HEAD, method=b"HEAD", delimited="none", **more)  # type: ignore[arg-type]


@table(
    _head("a length, which stays", b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n", reuses=True,
          fields={b"content-length": [b"1000"]}),
    _head("no length", b"HTTP/1.1 200 OK\r\n\r\n", reuses=True),
    _head("chunked", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", reuses=True),
    _head("an ETag", b'HTTP/1.1 200 OK\r\nETag: "x"\r\nContent-Length: 5\r\n\r\n', fields={b"etag": [b'"x"']}),
    _head("404", b"HTTP/1.1 404 Not Found\r\nContent-Length: 9\r\n\r\n", status=404, reuses=True),
    _head("Connection: close", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n", closes=True,
          reuses=False),
    _head("a body that must not be there", b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", reuses=False),
    _head("a chunked body that must not be there",
          b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n", reuses=False),
)  # fmt: skip
def test_a_response_to_head_has_no_body(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


@table(
    PassedResponse("204", b"HTTP/1.1 204 No Content\r\n\r\n", status=204, delimited="none", reuses=True,
                   absent=[b"content-length", b"transfer-encoding"]),
    PassedResponse("204 with a length of nought", b"HTTP/1.1 204 No Content\r\nContent-Length: 0\r\n\r\n", status=204,
                   absent=[b"content-length"], reuses=True),
    PassedResponse("204 with a body that must not be there", b"HTTP/1.1 204 No Content\r\n\r\nhello", status=204,
                   reuses=False),
    PassedResponse("304", b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n', status=304, fields={b"etag": [b'"x"']},
                   delimited="none", reuses=True),
    PassedResponse("304 with the length of what it stands for",
                   b"HTTP/1.1 304 Not Modified\r\nContent-Length: 1000\r\n\r\n", status=304, reuses=True),
    PassedResponse("304 with a body that must not be there",
                   b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\nhello", status=304, reuses=False),
    PassedResponse("205 with a length of nought", b"HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n",
                   status=205, reuses=True),
)  # fmt: skip
def test_a_204_and_a_304_have_no_body(wire: Wire, case: PassedResponse) -> None:
    wire.passes_response(case)


def test_the_gateways_own_answer_to_head_has_no_body(wire: Wire) -> None:
    with wire.client() as client:
        response = client.send(lines(b"HEAD /hello HTTP/1.1", HOST)).response(b"HEAD")
        assert (response.status, response.values(b"content-length")) == (200, [b"5"])

        assert client.send(get(target=b"/hello")).response().body == b"hello"


def test_a_problem_that_answers_head_has_no_body(wire: Wire) -> None:
    with wire.client() as client:
        response = client.send(lines(b"HEAD /.. HTTP/1.1", HOST)).response(b"HEAD")
        assert response.status == 400

        assert client.send(get(target=b"/hello")).response().body == b"hello"


def test_a_body_that_comes_late_after_a_head_is_nobodys_response(wire: Wire) -> None:
    def late(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison")

    wire.upstream.script = late
    with wire.client() as client:
        assert client.send(HEAD).response(b"HEAD").status == 200
    wire.connection_for(b"/").wait_end()
    wire.still_serves()
