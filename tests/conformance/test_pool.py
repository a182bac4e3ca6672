"""Upstream connections are used again when, and only when, that is safe (behaviour of the pool)."""

from tests.support.cases import get, post
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.http1 import chunked
from tests.support.pooling import used_connections, warm
from tests.support.upstream import OK, answer, answer_and_close
from tests.support.waiting import wait_for
from tests.support.wire import Wire


def test_requests_one_after_another_share_a_connection(pool: Wire, pool_client: Client) -> None:
    for i in range(50):
        assert pool_client.send(get(target=b"/%d" % i)).response().status == 200

    assert used_connections(pool) == 1


def test_different_clients_share_a_connection(pool: Wire) -> None:
    for _ in range(5):
        with pool.client() as client:
            assert client.send(get(b"Connection: close")).response().status == 200

    assert used_connections(pool) == 1


def test_posts_with_bodies_share_a_connection(pool: Wire, pool_client: Client) -> None:
    for sent in (
        post(b"Content-Length: 5", body=b"hello"),
        post(b"Transfer-Encoding: chunked", body=chunked(b"hello")),
    ) * 3:
        assert pool_client.send(sent).response().status == 200

    assert used_connections(pool) == 1


def test_requests_at_once_have_a_connection_each(pool: Wire) -> None:
    clients = [pool.client() for _ in range(5)]

    def hold(connection: Connection) -> None:
        connection.read_request()
        wait_for(lambda: len(pool.upstream.requests) >= 5)
        connection.send(OK)

    pool.upstream.script = hold
    for client in clients:
        client.send(get())
    assert [client.response().status for client in clients] == [200] * 5
    for client in clients:
        client.socket.close()

    assert used_connections(pool) == 5


def test_a_connection_that_announced_its_end_is_not_used_again(pool: Wire, pool_client: Client) -> None:
    pool.upstream.answer(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")
    for _ in range(3):
        assert pool_client.send(get()).response().status == 200

    assert used_connections(pool) == 3


def test_a_connection_serves_as_many_requests_as_is_set(pool: Wire, pool_client: Client) -> None:
    for i in range(7):
        assert pool_client.send(get(target=b"/tired/%d" % i)).response().status == 200

    assert used_connections(pool) == 3


def test_an_idle_connection_is_closed_after_its_time(pool: Wire, pool_client: Client) -> None:
    connection = warm(pool, pool_client, b"/brief/x")

    connection.wait_end()


def test_no_more_connections_are_kept_than_is_set(pool: Wire) -> None:
    clients = [pool.client() for _ in range(3)]

    def hold(connection: Connection) -> None:
        connection.read_request()
        wait_for(lambda: len(pool.upstream.requests) >= 3)
        connection.send(OK)

    pool.upstream.script = hold
    for client in clients:
        client.send(get(target=b"/narrow/x"))
    for client in clients:
        assert client.response().status == 200
        client.socket.close()

    wait_for(lambda: len(pool.upstream.idle()) == 1, "one of the three is kept")


def test_an_idle_connection_that_the_service_closed_is_not_used(pool: Wire, pool_client: Client) -> None:
    connection = warm(pool, pool_client)
    connection.shut()

    for sent in (get(), post(b"Content-Length: 5", body=b"hello")):
        assert pool_client.send(sent).response().status == 200


def test_an_idle_connection_on_which_bytes_came_is_not_used(pool: Wire, pool_client: Client) -> None:
    connection = warm(pool, pool_client)
    connection.send(b"HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    assert pool_client.send(post(b"Content-Length: 5", body=b"hello", target=b"/after")).response().status == 200
    assert b"/after" not in bytes(connection.received)
    connection.wait_end()


def test_many_requests_in_a_row_survive_a_service_that_closes_after_each(pool: Wire, pool_client: Client) -> None:
    pool.upstream.script = answer_and_close(OK)
    statuses = [pool_client.send(get()).response().status for _ in range(30)]

    assert statuses == [200] * 30


def test_a_client_that_leaves_does_not_leave_its_response_to_the_next(pool: Wire) -> None:
    def slow(connection: Connection) -> None:
        request = connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(request.target) + request.target[:2])
        wait_for(lambda: any(r.target == b"/second" for r in pool.upstream.requests) or connection.ended.is_set())
        connection.send(request.target[2:])

    pool.upstream.script = slow
    with pool.client() as first:
        first.send(get(target=b"/first"))
        first.receive_until(b"/f")
        first.reset()
    pool.connection_for(b"/first").wait_end()
    pool.upstream.script = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nsecond")
    with pool.client() as second:
        assert second.send(get(target=b"/second")).response().body == b"second"
