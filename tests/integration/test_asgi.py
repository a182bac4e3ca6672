"""What is above the wire, through both doors: ``gatewayctl serve``, and the ASGI door under each server."""

import json
import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.sync.server import Server, ServerConnection, serve

from tests.support.asgi import HTTP2, SERVERS, AsgiServer
from tests.support.cases import get, post
from tests.support.gateway import Gateway
from tests.support.http1 import lines
from tests.support.memory import resident
from tests.support.upstream import Connection, RawUpstream, answer, answer_and_close
from tests.support.waiting import wait_for

MIB = 1 << 20


def forwarding(url: str, more: str = "") -> str:
    return f"""
version = 1
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[routes.all]
path = "/*"
service = "up"
max_body_size = "unlimited"
[routes.small]
path = "/small"
service = "up"
max_body_size = "4B"
[routes.edited]
path = "/edited"
service = "up"
transform = "edited"
[transforms.edited]
response = {{ remove = ["x-inner"] }}
[routes.hello]
path = "/hello"
respond = {{ status = 200, body = "hello" }}
{more}
"""


@pytest.fixture(scope="module")
def shared_upstream() -> Iterator[RawUpstream]:
    with RawUpstream() as server:
        yield server


EXPRESS = "serve"
Front = AsgiServer | Gateway


def _front(kind: str, directory: Path, text: str) -> Front:
    return Gateway(directory, text) if kind == EXPRESS else AsgiServer(kind, directory, text)


@pytest.fixture(scope="module", params=[EXPRESS, *SERVERS])
def server(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_upstream: RawUpstream
) -> Iterator[Front]:
    """A gateway behind one of the doors, forwarding everything to the shared upstream."""
    made = _front(request.param, tmp_path_factory.mktemp(request.param), forwarding(shared_upstream.url))
    yield made
    made.stop()
    assert "Task exception was never retrieved" not in made.output()


@pytest.fixture
def up(shared_upstream: RawUpstream) -> RawUpstream:
    """The upstream with empty records."""
    shared_upstream.forget()
    return shared_upstream


Start = Callable[..., AsgiServer]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a server for one test."""
    made: list[AsgiServer] = []

    def run(kind: str, text: str, **options: Any) -> AsgiServer:
        made.append(AsgiServer(kind, tmp_path, text, **options))
        return made[-1]

    yield run
    for one in made:
        one.stop()


# ── requests ──────────────────────────────────────────────────────────


def test_a_request_reaches_the_service_as_it_was_asked(server: Front, up: RawUpstream) -> None:
    with server.client() as client:
        sent = post(b"Content-Length: 5", b"X-Thing: a b", body=b"hello", target=b"/a%20b/~x?q=1&q=%2F")
        response = client.send(sent).response()

    assert response.status == 200
    (request,) = up.requests
    assert (request.method, request.target, request.body) == (b"POST", b"/a%20b/~x?q=1&q=%2F", b"hello")
    assert request.values(b"x-thing") == [b"a b"]
    assert request.values(b"x-forwarded-for") == [b"127.0.0.1"]
    assert request.values(b"x-request-id") == response.values(b"x-request-id")
    assert len(request.values(b"traceparent")) == 1


def test_a_body_of_unstated_length_goes_on_in_chunks(server: Front, up: RawUpstream) -> None:
    with server.client() as client:
        sent = post(b"Transfer-Encoding: chunked", body=b"3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
        assert client.send(sent).response().status == 200

    assert (up.requests[0].body, up.requests[0].values(b"transfer-encoding")) == (b"abcde", [b"chunked"])


def test_a_kept_connection_takes_one_request_after_another(server: Front, up: RawUpstream) -> None:
    with server.client() as client:
        statuses = [client.send(get(target=b"/%d" % n)).response().status for n in range(5)]

    assert statuses == [200] * 5
    assert len({c.number for c in up.connections if c.exchanges}) == 1, "one upstream connection serves them all"


@pytest.mark.parametrize(
    ("target", "status", "reason"),
    [
        (b"/a/..%2fb", 400, "bad_path"),
        (b"/%00", 400, "bad_path"),
        (b"/x\\y", 400, "bad_path"),
    ],
    ids=["an encoded slash", "an encoded NUL", "a backslash"],
)
def test_a_path_that_could_be_read_in_two_ways_is_refused(
    server: Front, up: RawUpstream, target: bytes, status: int, reason: str
) -> None:
    with server.client() as client:
        response = client.send(get(target=target)).response()

    assert response.status == status
    assert up.requests == []
    if response.values(b"content-type") == [b"application/problem+json"]:  # else the server has refused it before us
        assert json.loads(response.body)["reason"] == reason


def test_own_answers_and_limits_are_those_of_the_routes(server: Front, up: RawUpstream) -> None:
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/hello").text == "hello"
        assert client.post("/small", content=b"12345").json()["reason"] == "body_too_large"
        assert client.post("/small", content=iter([b"123", b"45"])).status_code == 413
        assert client.post("/small", content=b"1234").status_code == 200


# ── responses ─────────────────────────────────────────────────────────


@pytest.mark.parametrize("status", [b"204 No Content", b"304 Not Modified"])
def test_an_answer_without_a_body_has_none_and_leaves_the_connection_in_step(
    server: Front, up: RawUpstream, status: bytes
) -> None:
    up.answer(lines(b"HTTP/1.1 " + status, *([b"Content-Length: 7", b'ETag: "a"'] if b"304" in status else [])))
    with server.client() as client:
        response = client.send(get()).response()
        assert (response.status, response.body) == (int(status[:3]), b"")
        up.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")
        assert client.send(get()).response().body == b"next"


def test_the_answer_to_head_keeps_its_length_and_has_no_body(server: Front, up: RawUpstream) -> None:
    up.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n")
    with server.client() as client:
        response = client.send(lines(b"HEAD / HTTP/1.1", b"Host: example.com")).response(b"HEAD")
        assert (response.status, response.values(b"content-length")) == (200, [b"1234"])
        up.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")
        assert client.send(get()).response().body == b"next"


def test_requests_that_come_at_once_are_answered_in_their_order(server: Front, up: RawUpstream) -> None:
    def their_target(connection: Connection) -> None:
        body = connection.read_request().target * 4_000
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body))

    up.script = their_target
    with server.client() as client:
        client.send(b"".join(get(target=target) for target in (b"/1", b"/hello", b"/22", b"/3")))
        assert [client.response().body[:5] for _ in range(4)] == [b"/1/1/", b"hello", b"/22/2", b"/3/3/"]


@pytest.mark.parametrize(("kind", "in_one_piece"), [("uvicorn-httptools", True), ("uvicorn-logging", False)])
def test_uvicorn_without_an_access_log_passes_an_answer_on_as_the_service_wrote_it(
    start: Start, up: RawUpstream, kind: str, in_one_piece: bool
) -> None:
    server = start(kind, forwarding(up.url))
    up.answer(b"HTTP/1.1 200 Fine\r\nX-Thing: 1\r\nContent-Length: 2\r\n\r\nok")
    with server.client() as client:
        found = client.send(get()).response()
        up.answer(b"HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n")
        unmodified = client.send(get()).response()
        assert client.send(get(target=b"/hello")).response().body == b"hello"

    assert (found.body, b"X-Thing: 1\r\n" in found.raw, found.reason == b"Fine") == (b"ok", in_one_piece, in_one_piece)
    assert unmodified.values(b"content-length") == ([b"7"] if in_one_piece else [])
    assert ("GET / HTTP/1.1" in server.output()) is not in_one_piece, "its own log is what it had to do"


@pytest.mark.parametrize("inner", [(), (b"X-Inner: 1",)])
def test_an_answer_of_which_no_field_is_left_has_those_of_the_gateway(
    server: Front, up: RawUpstream, inner: tuple[bytes, ...]
) -> None:
    up.answer(lines(b"HTTP/1.1 204 No Content", *inner))
    with server.client() as client:
        response = client.send(get(target=b"/edited")).response()
    assert {name for name, _ in response.fields} - {b"server"} == {b"x-request-id", b"via", b"date"}
    assert len(response.value(b"x-request-id") or b"") == 32


def test_nothing_hop_by_hop_comes_through(server: Front, up: RawUpstream) -> None:
    up.answer(
        lines(
            b"HTTP/1.1 200 OK", b"Content-Length: 2", b"Connection: X-Hop", b"X-Hop: 1", b"Keep-Alive: timeout=9",
            b"Set-Cookie: a=1", b"Set-Cookie: b=2",
        )
        + b"ok"
    )  # fmt: skip
    with server.client() as client:
        response = client.send(get(b"Connection: X-Mine", b"X-Mine: 1")).response()

    assert (response.body, response.values(b"set-cookie")) == (b"ok", [b"a=1", b"b=2"])
    assert response.values(b"x-hop") == response.values(b"keep-alive") == []
    assert up.requests[0].values(b"x-mine") == []


def test_an_event_stream_comes_event_by_event(server: Front, up: RawUpstream) -> None:
    second = threading.Event()

    def script(connection: Any) -> None:
        connection.read_request()
        connection.send(lines(b"HTTP/1.1 200 OK", b"Content-Type: text/event-stream", b"Transfer-Encoding: chunked"))
        connection.send(b"9\r\ndata: 1\n\n\r\n")
        connection.wait(second)
        connection.send(b"9\r\ndata: 2\n\n\r\n0\r\n\r\n")

    up.script = script
    with server.client() as client:
        client.send(get())
        client.receive_until(b"data: 1\n\n")
        second.set()
        client.receive_until(b"data: 2\n\n")


def test_the_head_of_an_answer_does_not_wait_for_its_body(server: Front, up: RawUpstream) -> None:
    rest = threading.Event()

    def script(connection: Any) -> None:
        connection.read_request()
        connection.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 4", b"X-Early: yes"))
        connection.wait(rest)
        connection.send(b"late")

    up.script = script
    with server.client() as client:
        client.send(get())
        head = client.receive_until(b"\r\n\r\n")
        rest.set()
        assert b"x-early: yes" in head.lower()
        assert client.receive(4) == b"late"


def test_a_body_that_breaks_off_is_seen_as_cut(server: Front, up: RawUpstream) -> None:
    for said in (
        lines(b"HTTP/1.1 200 OK", b"Content-Length: 100") + b"half",
        lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + b"4\r\nhalf\r\n",
    ):
        up.script = answer_and_close(said)
        with server.client() as client:
            response = client.send(get()).response()
            assert response.cut, response.raw


def test_a_service_that_is_away_is_a_502(start: Start) -> None:
    server = start("uvicorn-httptools", forwarding("http://127.0.0.1:1"))
    with httpx.Client(base_url=server.url) as client:
        response = client.get("/")

    assert (response.status_code, response.json()["reason"]) == (502, "connect_failed")


# ── clients that leave, bodies that are large ─────────────────────────


def test_a_client_that_leaves_frees_the_service(server: Front, up: RawUpstream) -> None:
    held = threading.Event()

    def script(connection: Any) -> None:
        connection.read_request()
        held.set()
        connection.read_to_end()

    up.script = script
    with server.client() as client:
        client.send(get())
        assert held.wait(10)
    wait_for(lambda: all(not c.busy for c in up.connections), "the gateway closes the connection to the service")


def test_a_client_that_leaves_in_the_middle_of_an_upload_frees_the_service(server: Front, up: RawUpstream) -> None:
    begun = threading.Event()

    def script(connection: Any) -> None:
        connection.read_head()
        begun.set()
        connection.read_to_end()

    up.script = script
    with server.client() as client:
        client.send(post(b"Content-Length: 1000", body=b"some"))
        assert begun.wait(10)
    wait_for(lambda: all(not c.busy for c in up.connections), "the gateway closes the connection to the service")


def test_large_bodies_pass_both_ways_in_flat_memory(server: Front, up: RawUpstream) -> None:
    size, piece = 64 * MIB, bytes(MIB)

    def script(connection: Any) -> None:
        connection.read_head()
        for _ in range(size // MIB):
            connection.read(MIB)
        connection.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: %d" % size))
        for _ in range(size // MIB):
            connection.send(piece)

    up.recording = False
    up.script = script
    try:
        before = resident(server.pid)
        with server.client(timeout=60) as client:
            client.send(post(b"Content-Length: %d" % size))
            for _ in range(size // MIB):
                client.send(piece)
            head = client.receive_until(b"\r\n\r\n")
            assert b" 200 " in head
            for _ in range(size // MIB):
                assert len(client.receive(MIB)) == MIB
        assert resident(server.pid) - before < 24 * MIB
    finally:
        up.recording = True


def test_a_client_that_does_not_read_slows_the_service_down(server: Front, up: RawUpstream) -> None:
    sent = [0]

    def script(connection: Any) -> None:
        connection.read_request()
        connection.send(lines(b"HTTP/1.1 200 OK", b"Content-Length: %d" % (256 * MIB)))
        try:
            for _ in range(256):
                connection.send(bytes(MIB))
                sent[0] += 1
        except OSError:
            return

    up.script = script
    with server.client(receive_buffer=4096) as client:
        client.send(get())
        client.receive_until(b"\r\n\r\n")
        wait_for(lambda: sent[0] > 0, "the service sends")
        last = [-1]

        def still() -> bool:
            same, last[0] = last[0] == sent[0], sent[0]
            threading.Event().wait(0.3)
            return same

        wait_for(still, "the service is held up")
        assert sent[0] < 128, "megabytes that somebody has in memory"


# ── WebSockets ────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def chat() -> Iterator[Server]:
    """A WebSocket service: echoes, closes with the code it is told, and refuses one path."""

    def talk(socket: ServerConnection) -> None:
        try:
            for message in socket:
                if isinstance(message, str) and message.startswith("close "):
                    socket.close(int(message[6:]), "as told")
                else:
                    socket.send(message)
        except ConnectionClosed:
            pass

    def refuse(socket: ServerConnection, request: Any) -> Any:
        return socket.respond(418, "no\n") if request.path == "/no" else None

    def choose(socket: ServerConnection, offered: Any) -> Any:
        return "chat.v2" if "chat.v2" in offered else None

    server = serve(talk, "127.0.0.1", 0, select_subprotocol=choose, process_request=refuse, max_size=None)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module", params=[EXPRESS, *SERVERS])
def tunnels(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, chat: Server) -> Iterator[Front]:
    port = chat.socket.getsockname()[1]
    made = _front(request.param, tmp_path_factory.mktemp("ws"), forwarding(f"http://127.0.0.1:{port}"))
    yield made
    made.stop()


def _ws(server: Front, path: str = "/", **options: Any) -> Any:
    return connect(server.url.replace("http", "ws") + path, proxy=None, max_size=None, **options)


def test_messages_pass_both_ways(tunnels: Front) -> None:
    with _ws(tunnels, subprotocols=["chat.v1", "chat.v2"]) as socket:
        assert socket.subprotocol == "chat.v2"
        for message in ("hello", b"\x00\xff", "ü" * 1000, bytes(MIB)):
            socket.send(message)
            assert socket.recv(timeout=10) == message


def test_a_message_in_fragments_arrives_whole(tunnels: Front) -> None:
    with _ws(tunnels) as socket:
        socket.send(iter(["one ", "two ", "three"]))
        assert socket.recv(timeout=10) == "one two three"


def test_a_close_of_the_service_reaches_the_client_with_its_code(tunnels: Front) -> None:
    with _ws(tunnels) as socket:
        socket.send("close 4001")
        with pytest.raises(ConnectionClosed) as closed:
            socket.recv(timeout=10)

    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 4001


def test_a_handshake_that_the_service_refuses_is_refused(tunnels: Front) -> None:
    with pytest.raises(InvalidStatus) as refused, _ws(tunnels, "/no"):
        pass

    assert refused.value.response.status_code in {418, 403}, "403 where a server can carry no other refusal"


# ── HTTP/2 ────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=HTTP2)
def modern(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, shared_upstream: RawUpstream
) -> Iterator[AsgiServer]:
    made = AsgiServer(request.param, tmp_path_factory.mktemp("h2"), forwarding(shared_upstream.url))
    yield made
    made.stop()


def _curl(curl: str, server: AsgiServer, path: str, *options: str) -> str:
    done = subprocess.run(
        [curl, "-si", "--max-time", "20", "--http2-prior-knowledge", *options, server.url + path],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def test_http_2_reaches_the_service_as_http_1_with_its_host(modern: AsgiServer, up: RawUpstream, curl: str) -> None:
    up.answer(lines(b"HTTP/1.1 200 OK", b"Transfer-Encoding: chunked") + b"2\r\nok\r\n0\r\n\r\n")
    said = _curl(curl, modern, "/x?y=1", "-H", "Connection: close", "-A", "test")

    assert said.startswith("HTTP/2 200")
    assert said.endswith("ok")
    assert "transfer-encoding" not in said.lower()
    (request,) = up.requests
    assert (request.method, request.target, request.body) == (b"GET", b"/x?y=1", b"")
    assert request.values(b"transfer-encoding") == request.values(b"content-length") == []
    assert request.values(b"x-forwarded-host") == [modern.url.removeprefix("http://").encode()]


def test_a_body_over_http_2_arrives_with_and_without_a_length(
    modern: AsgiServer, up: RawUpstream, curl: str, tmp_path: Path
) -> None:
    content = bytes(range(256)) * 1000
    (tmp_path / "body").write_bytes(content)
    _curl(curl, modern, "/stated", "--data-binary", f"@{tmp_path / 'body'}")
    _curl(curl, modern, "/unstated", "-H", "Content-Length:", "--data-binary", f"@{tmp_path / 'body'}")

    assert [request.body for request in up.requests] == [content, content]
    assert up.requests[1].values(b"transfer-encoding") == [b"chunked"]


# ── its life ──────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", SERVERS)
def test_an_edit_comes_into_force_and_a_bad_one_does_not(start: Start, kind: str) -> None:
    def saying(word: str) -> str:
        return f'version = 1\n[routes.a]\npath = "/"\nrespond = {{ status = 200, body = "{word}" }}\n'

    server = start(kind, saying("one"))
    with httpx.Client(base_url=server.url) as client:
        assert client.get("/").text == "one"
        server.write(saying("two") + '[server]\nlisten = "127.0.0.1:1"\n')
        wait_for(
            lambda: client.get("/").text == "two", "the edit is in force; where to listen is the server's business"
        )
        server.write("version = 1\n[routes.a]\npath = 7\n")
        wait_for(lambda: "goes on serving" in server.output(), "the bad edit is refused")
        assert client.get("/").text == "two"
    assert server.stop() in {0, -signal.SIGTERM}, "uvicorn ends by the signal itself, once all is done"
    assert "Traceback" not in server.output()


@pytest.mark.parametrize("kind", SERVERS)
def test_an_invalid_configuration_keeps_the_server_from_starting(start: Start, kind: str) -> None:
    server = start(kind, 'version = 1\n[services.a]\nload_balancer = "round-robin"\n', starts=False)
    wait_for(lambda: not server.running, "the server gives up", timeout=30)
    server.stop()

    said = server.output()
    assert 'unknown load balancer "round-robin"' in said
    assert "gateway.toml:3" in said
    assert "not started" in said


def test_the_access_log_has_a_line_for_each_request(server: Front, up: RawUpstream) -> None:
    with httpx.Client(base_url=server.url) as client:
        client.get("/logged?a=1")
    path = server.directory / "access.jsonl"
    found = wait_for(
        lambda: [line for line in path.read_text().splitlines() if "/logged?a=1" in line], "a line in the access log"
    )
    line = json.loads(found[0])
    assert (line["route"], line["service"], line["status"], line["client_ip"]) == ("all", "up", 200, "127.0.0.1")


def test_the_admin_address_listens_where_it_is_asked_for(start: Start) -> None:
    server = start(
        "uvicorn-httptools",
        'version = 1\n[admin]\nlisten = "unix:admin.sock"\n[routes.a]\npath = "/"\nrespond = { status = 200 }\n',
        application="own:app",
        modules={"own": "from gatewayctl.asgi import create_app\napp = create_app(admin=True)\n"},
    )
    transport = httpx.HTTPTransport(uds=str(server.directory / "admin.sock"))
    with httpx.Client(transport=transport, base_url="http://localhost") as client:
        assert client.get("/readyz").status_code == 200
        assert client.get("/status").json()["listeners"] == ["asgi"]
        assert client.post("/reload").status_code == 200
    server.stop()
    assert not (server.directory / "admin.sock").exists()


def test_requests_that_no_route_takes_go_to_the_application_behind(start: Start, up: RawUpstream) -> None:
    server = start(
        "uvicorn-httptools",
        f'version = 1\n[services.up]\ninstances = [{{ id = "one", url = "{up.url}" }}]\n'
        '[routes.a]\npath = "/api/*"\nservice = "up"\n',
        application="own:app",
        modules={
            "own": """
from contextlib import asynccontextmanager
from starlette.applications import Starlette
from starlette.responses import JSONResponse
from starlette.routing import Route
from gatewayctl.asgi import GatewayMiddleware

@asynccontextmanager
async def lifespan(app):
    app.state.ready = True
    yield

async def own(request):
    return JSONResponse({"ready": request.app.state.ready, "body": (await request.body()).decode()})

app = Starlette(routes=[Route("/own", own, methods=["POST"])], lifespan=lifespan)
app.add_middleware(GatewayMiddleware)
"""
        },
    )
    with httpx.Client(base_url=server.url) as client:
        assert client.post("/own", content=b"x").json() == {"ready": True, "body": "x"}
        assert client.get("/nothing").text == "Not Found"
        assert client.get("/api/x").status_code == 200
    assert [request.target for request in up.requests] == [b"/api/x"]


def test_the_answer_of_the_service_is_the_one_that_was_asked_for(server: Front, up: RawUpstream) -> None:
    up.script = answer(lines(b"HTTP/1.1 599 Odd", b"Content-Length: 0"))
    with server.client() as client:
        assert client.send(get()).response().status == 599
