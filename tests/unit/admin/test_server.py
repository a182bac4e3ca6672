"""The admin face under a real uvicorn, on a TCP port and on a unix socket: what only bytes can show."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import uvicorn

from tests.support.waiting import wait_for
from tests.unit.admin.stage import NAMED, UNIX, Stage, bearer, reason


@contextmanager
def serving(stage: Stage, sock: socket.socket) -> Iterator[None]:
    """The stage's application on a bound socket."""
    config = uvicorn.Config(
        stage.app, log_config=None, access_log=False, lifespan="off", ws="none", proxy_headers=False
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[sock])))
    thread.start()
    try:
        wait_for(lambda: server.started, "uvicorn has started")
        yield
    finally:
        server.should_exit = True
        thread.join(15)
        sock.close()
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def tcp() -> Iterator[tuple[Stage, int]]:
    """A stage with a token, and the port where it is served."""
    stage = Stage(NAMED).serve()
    sock = socket.socket()
    sock.bind(("127.0.0.1", 0))
    port = sock.getsockname()[1]
    with serving(stage, sock):
        yield stage, port


def exchange(port: int, sent: bytes) -> bytes:
    """All that comes back until the server closes the connection."""
    with socket.create_connection(("127.0.0.1", port), timeout=15) as connection:
        connection.sendall(sent)
        got = b""
        while some := connection.recv(65536):
            got += some
    return got


def test_it_is_served_on_a_port(tcp: tuple[Stage, int]) -> None:
    _, port = tcp
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert client.get("/livez").text == "ok\n"
        assert client.get("/metrics").status_code == 200
        assert client.head("/status").status_code == 200
        assert reason(client.get("/nothing")) == (404, "not_found")
        assert client.post("/reload", headers=bearer()).json()["ok"] is True


def test_it_is_served_on_a_unix_socket_where_changes_need_no_token(tmp_path: Path) -> None:
    stage = Stage(UNIX).serve()
    path = str(tmp_path / "admin.sock")
    sock = socket.socket(socket.AF_UNIX)
    sock.bind(path)
    with (
        serving(stage, sock),
        httpx.Client(transport=httpx.HTTPTransport(uds=path), base_url="http://localhost") as client,
    ):
        assert client.get("/status").status_code == 200
        assert client.post("/reload").status_code == 200
        assert reason(client.get("http://evil.example/status")) == (421, "unknown_host")
    assert stage.reloads == 1


@pytest.mark.parametrize(
    ("request_line", "host", "status"),
    [
        (b"GET /livez HTTP/1.0", b"", b"200"),
        (b"GET /livez HTTP/1.1", b"", b"400"),
        (b"GET /livez HTTP/1.1", b"Host: localhost\r\nHost: localhost\r\n", b"400"),
        (b"GET /livez HTTP/1.1", b"Host: evil.example\r\n", b"421"),
        (b"GET http://localhost/livez HTTP/1.1", b"Host: evil.example\r\n", b"421"),
        (b"GET //livez HTTP/1.1", b"Host: localhost\r\n", b"404"),
        (b"GET /x/../livez HTTP/1.1", b"Host: localhost\r\n", b"404"),
        (b"GET /status HTTP/1.1", b"Host: localhost\r\nX-Forwarded-Host: evil.example\r\n", b"200"),
        (b"POST /status HTTP/1.1", b"Host: localhost\r\n", b"405"),
        (b"OPTIONS * HTTP/1.1", b"Host: localhost\r\n", b"404"),
    ],
)
def test_odd_requests_are_answered_for_what_they_are(
    tcp: tuple[Stage, int], request_line: bytes, host: bytes, status: bytes
) -> None:
    _, port = tcp
    answer = exchange(port, request_line + b"\r\n" + host + b"Connection: close\r\n\r\n")
    assert answer.split(b" ", 2)[1] == status


def test_a_body_that_nobody_wants_does_no_harm(tcp: tuple[Stage, int]) -> None:
    stage, port = tcp
    before = stage.reloads
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        for _ in range(3):
            assert client.post("/reload", headers=bearer(), content=b"x" * 300_000).status_code == 200
            assert client.post("/reload", headers=bearer("wrong"), content=b"x" * 300_000).status_code == 401
        assert client.get("/livez").status_code == 200
    assert stage.reloads == before + 3


def test_a_fault_of_ours_goes_no_further_than_a_problem(tcp: tuple[Stage, int]) -> None:
    stage, port = tcp
    stage.config = {"routes": object()}
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            assert reason(client.get("/config")) == (500, "internal_error")
            assert client.get("/livez").status_code == 200
    finally:
        stage.config = {}
    assert [str(error) for error, _ in stage.gateway.reports] == ["Object of type object is not JSON serializable"]
