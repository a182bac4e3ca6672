"""Early and odd endings: answers before the upload ends, clients that leave, services that break off."""

import threading

import pytest

from tests.support.cases import get, post
from tests.support.connection import Connection
from tests.support.http1 import IncompleteError, chunked
from tests.support.upstream import answer, answer_and_close, answer_and_reset, answer_and_watch
from tests.support.waiting import wait_for
from tests.support.wire import Wire

EARLY = b"HTTP/1.1 422 Unprocessable Content\r\nContent-Length: 3\r\n\r\nbad"


def _answer_early(connection: Connection) -> None:
    connection.read_head()
    connection.send(EARLY)
    connection.read_to_end()


def test_an_answer_before_the_upload_ends_reaches_the_client_at_once(wire: Wire) -> None:
    wire.upstream.script = _answer_early
    with wire.client() as client:
        response = client.send(post(b"Content-Length: 100", body=b"begun", target=b"/early")).response()

    assert (response.status, response.body) == (422, b"bad")


def test_an_answer_before_a_chunked_upload_ends_reaches_the_client_at_once(wire: Wire) -> None:
    wire.upstream.script = _answer_early
    with wire.client() as client:
        response = client.send(post(b"Transfer-Encoding: chunked", body=b"5\r\nbegun\r\n", target=b"/early")).response()

    assert (response.status, response.body) == (422, b"bad")


def test_an_early_answer_is_not_followed_by_the_rest_of_the_body_as_a_request(wire: Wire) -> None:
    wire.upstream.script = _answer_early
    inner = get(target=b"/smuggled")
    with wire.client() as client:
        client.send(post(b"Content-Length: %d" % (len(inner) + 5), body=b"begun", target=b"/early"))
        assert client.response().status == 422
        client.send(inner)
    wire.still_serves()

    assert [r.target for r in wire.upstream.requests] == [b"/sentinel"]


def test_an_upstream_that_answered_early_is_not_used_again_while_the_upload_runs(wire: Wire) -> None:
    wire.upstream.script = _answer_early
    with wire.client() as client:
        client.send(post(b"Content-Length: 100", body=b"begun", target=b"/early")).response()
        wire.upstream.script = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        with wire.client() as other:
            other.send(get(target=b"/other")).response()

    assert wire.connection_for(b"/early") is not wire.connection_for(b"/other")


def test_a_large_upload_that_is_refused_early_still_gets_its_answer(wire: Wire) -> None:
    def refuse(connection: Connection) -> None:
        connection.read_head()
        connection.send(EARLY)
        connection.shut()

    wire.upstream.script = refuse
    with wire.client() as client:
        client.send(post(b"Content-Length: 1000000", target=b"/refused"), *[b"x" * 10000] * 100)
        response = client.response()

    assert response.status in (422, 502), response.raw
    wire.still_serves()


def test_a_refused_upload_gets_its_answer_even_when_it_is_sent_whole(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Content-Length: 2000000"), *[b"x" * 10000] * 200)
        response = client.response()

    assert response.status == 413, response.raw


def test_a_service_that_closes_without_a_word_is_a_502(wire: Wire) -> None:
    response = wire.answers(answer_and_close(), post(b"Content-Length: 5", body=b"hello"))

    assert response.status == 502
    wire.check_problem(response, "upstream_reset")


def test_a_service_that_resets_without_a_word_is_a_502(wire: Wire) -> None:
    response = wire.answers(answer_and_reset(), post(b"Content-Length: 5", body=b"hello"))

    assert response.status == 502
    wire.check_problem(response, "upstream_reset")


@pytest.mark.parametrize("part", [b"H", b"HTTP/1.1", b"HTTP/1.1 200 OK\r\n", b"HTTP/1.1 200 OK\r\nContent-Le", b"\r"])
def test_a_service_that_breaks_off_inside_its_head_is_a_502(wire: Wire, part: bytes) -> None:
    response = wire.answers(answer_and_close(part), get())

    assert response.status == 502
    wire.check_problem(response, None)


def test_a_client_that_leaves_frees_the_upstream_at_once(wire: Wire) -> None:
    wire.upstream.script = answer_and_watch()
    with wire.client() as client:
        client.send(get(target=b"/left"))
        connection = wire.connection_for(b"/left")
        client.reset()

        connection.wait_end()
    entry = wire.gateway.wait_for_access(lambda line: "/left" in str(line))
    assert entry["reason"] == "client_closed"


def test_a_client_that_leaves_during_the_response_frees_the_upstream(wire: Wire) -> None:
    wire.upstream.script = answer_and_watch(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
    with wire.client() as client:
        client.send(get(target=b"/left-later"))
        client.receive_until(b"hello")
        connection = wire.connection_for(b"/left-later")
        client.reset()

        connection.wait_end()


def test_a_client_that_closes_in_good_order_frees_the_upstream_too(wire: Wire) -> None:
    wire.upstream.script = answer_and_watch()
    with wire.client() as client:
        client.send(get(target=b"/hung-up"))
        connection = wire.connection_for(b"/hung-up")

    connection.wait_end()


def test_a_client_that_ends_inside_a_request_head_is_let_go(wire: Wire) -> None:
    with wire.client() as client:
        client.send(b"GET / HTTP/1.1\r\nHost: exa").finish()
        try:
            assert client.response().status in (400, 408)
        except IncompleteError:
            pass  # closing without a word is as good: nobody is left to be told
    assert wire.upstream.received() == []


def test_a_client_that_ends_inside_a_body_never_completes_it(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Content-Length: 100", body=b"begun", target=b"/unfinished"))
        connection = wire.connection_for(b"/unfinished")
        client.finish()

        connection.wait_end()
    assert wire.upstream.requests == []


def test_a_body_is_streamed_as_it_comes(wire: Wire) -> None:
    first_read, go_on = threading.Event(), threading.Event()

    def script(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nfirst")
        first_read.set()
        connection.wait(go_on)
        connection.send(b"after")

    wire.upstream.script = script
    with wire.client() as client:
        client.send(get())
        head = client.receive_until(b"first")
        assert b"200 OK" in head
        go_on.set()
        assert client.receive(5) == b"after"


def test_an_upload_is_streamed_as_it_comes(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Content-Length: 10", body=b"first", target=b"/upload"))
        wire.upstream_has(wire.connection_for(b"/upload"), b"first")
        response = client.send(b"after").response()

    assert response.status == 200
    assert wire.only_request().body == b"firstafter"


def test_both_directions_stream_at_once(wire: Wire) -> None:
    def echo(connection: Connection) -> None:
        connection.read_head()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            connection.send(chunked(connection.read(4))[:-5])
        connection.send(b"0\r\n\r\n")

    wire.upstream.script = echo
    with wire.client() as client:
        client.send(post(b"Content-Length: 12"))
        for piece in (b"one.", b"two.", b"six."):
            client.send(piece)
            assert piece in client.receive_until(piece)


def test_an_answer_after_the_upload_was_broken_off_is_not_mixed_with_the_next(wire: Wire) -> None:
    with wire.client() as client:
        client.send(post(b"Content-Length: 100", body=b"begun", target=b"/broken-off"))
        wire.connection_for(b"/broken-off")
        client.reset()
    for _ in range(3):
        wire.upstream.requests.clear()
        wire.still_serves()


def test_every_refused_request_has_a_line_in_the_access_log_with_its_reason(wire: Wire) -> None:
    marked = b"BAD LINE OF TEST\r\n\r\n"
    before = len([e for e in wire.gateway.access() if e.get("reason") == "bad_request"])
    with wire.client() as client:
        assert client.send(marked).response().status == 400

    wait_for(lambda: len([e for e in wire.gateway.access() if e.get("reason") == "bad_request"]) > before)
