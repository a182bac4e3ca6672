"""Clients and services that do anything in any order: whatever happens, what holds always holds.

Nobody gets bytes that are no HTTP, nothing gathers without bound, every exchange settles once, and in the end nothing
is left: no connection, no count, no fault of the gateway's own.
"""

from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.http1 import IncompleteError, Source, chunked, lines, read_request, read_response
from tests.unit.proxy.scene import HOST, Client, Scene, Upstream, answer, ask, plan, route
from tests.unit.proxy.transport import HIGH_WATER

CHUNKED = b"Transfer-Encoding: chunked"
UPGRADE = (b"Connection: upgrade", b"Upgrade: websocket")
LARGE = 150_000
MOST = 4 * (HIGH_WATER + LARGE)
"""Bytes that may wait in one direction: a few marks and pieces, whatever happens."""

REQUESTS = [
    ask(),
    ask(b"HEAD"),
    ask(target=b"/health"),
    ask(target=b"/none"),
    ask(b"GET", b"/", b"Connection: close"),
    lines(b"GET / HTTP/1.0"),
    lines(b"GET / HTTP/1.0", b"Connection: keep-alive"),
    lines(b"POST / HTTP/1.0", b"Content-Length: 10") + b"0123456789",
    ask(b"PUT", b"/", b"Content-Length: 10", body=b"0123456789"),
    ask(b"PUT", b"/", b"Content-Length: %d" % LARGE, body=b"x" * LARGE),
    ask(b"POST", b"/", CHUNKED, body=chunked(b"abc", b"defgh", trailers=[b"X: y"])),
    ask(b"POST", b"/small", CHUNKED, body=chunked(b"abc", b"defgh" * 5)),
    ask(b"POST", b"/", b"Content-Length: 5", b"Expect: 100-continue", body=b"hello"),
    ask(b"GET", b"/", *UPGRADE, b"TE: trailers"),
    ask(b"POST", b"/", CHUNKED, body=b"3\r\nabc\r\nnonsense\r\n"),
    lines(b"GET / HTTP/1.1", b"X : y", HOST),
    b"\r\n",
]
RESPONSES = [
    answer(b"hello"),
    answer(b"no", status=b"404 Not Found"),
    answer(b""),
    answer(b"y" * LARGE),
    answer(b"y" * 30_000),
    lines(b"HTTP/1.1 103 Early Hints", b"Link: " + b"x" * 60_000),
    lines(b"HTTP/1.1 200 OK", b"Content-Length: 1000000") + b"y" * LARGE,
    b"y" * LARGE,
    answer(b"bye", b"Connection: close"),
    lines(b"HTTP/1.1 204 No Content"),
    lines(b"HTTP/1.1 304 Not Modified", b"Content-Length: 5"),
    lines(b"HTTP/1.1 200 OK", CHUNKED) + chunked(b"abc", b"z" * 70_000, trailers=[b"X: y"]),
    lines(b"HTTP/1.1 200 OK", CHUNKED, b"Content-Type: text/event-stream") + b"4\r\n:hi\n\r\n",
    lines(b"HTTP/1.1 200 OK") + b"until the end",
    lines(b"HTTP/1.0 200 OK", b"Content-Length: 2") + b"ok",
    lines(b"HTTP/1.1 100 Continue"),
    lines(b"HTTP/1.1 103 Early Hints", b"Link: x") + answer(b"hello"),
    lines(b"HTTP/1.1 101 Switching Protocols", *UPGRADE) + b"raw",
    lines(b"HTTP/1.1 200 OK", CHUNKED) + b"3\r\nabc\r\nnonsense",
    b"nonsense\r\n\r\n",
    answer(b"hello") + b"surplus",
]
CUTS = st.lists(st.integers(1, 400), max_size=2)


def deed(*names: str) -> st.SearchStrategy[tuple[str, int, list[int]]]:
    return st.tuples(st.sampled_from(names), st.integers(0, 1), st.just([]))


USUAL = st.sampled_from([("request", 0, []), ("request", 0, []), ("response", 0, []), ("response", 0, [])])
ASKS = st.tuples(st.just("request"), st.integers(0, len(REQUESTS) - 1), CUTS)
SAYS = st.tuples(st.just("response"), st.integers(0, len(RESPONSES) - 1), CUTS)
STEPS = st.lists(
    st.one_of(
        USUAL,
        USUAL,
        ASKS,
        SAYS,
        deed("client stalls", "client reads", "client reads some", "client finishes", "client resets"),
        deed("service stalls", "service reads", "service finishes", "service resets", "tunnel bytes"),
        deed("new client", "no connections", "connections", "refused", "draining"),
        deed("a moment", "a while", "a long while"),
    ),
    min_size=1,
    max_size=14,
)


def cut(data: bytes, at: list[int]) -> list[bytes]:
    places = sorted({0, len(data), *(place for place in at if place < len(data))})
    return [data[a:b] for a, b in pairwise(places)]


class Play:
    """One scene and the steps that are played in it."""

    def __init__(self) -> None:
        self.scene = Scene(plan([route(), route("small", "/small", max_body=20), route("none", "/never")]))
        self.client = self.scene.client()
        self.number = 0
        self.asked_for_heads: set[Client] = set()
        self.seen: dict[Client | Upstream, bytearray] = {}

    def up(self, who: int) -> Upstream | None:
        """One of the last connections to the service that is still open."""
        alive = [up for up in self.scene.ups if not up.transport.dead]
        return alive[-1 - who % min(len(alive), 2)] if alive else None

    def step(self, what: str, which: int, at: list[int]) -> None:
        s, client = self.scene, self.client
        if what == "request":
            if client.transport.dead or client.ended:
                client = self.client = s.client()
            if REQUESTS[which].startswith(b"HEAD"):
                self.asked_for_heads.add(client)
            client.send(*cut(REQUESTS[which], at))
        elif what == "new client":
            self.client = s.client((f"203.0.113.{len(s.clients)}", 1))
        elif what == "client stalls":
            client.stall()
        elif what == "client reads":
            client.read_on()
        elif what == "client reads some":
            client.read_on(30_000)
        elif what == "client finishes":
            client.finish()
        elif what == "client resets":
            client.reset()
        elif what in {"no connections", "connections"}:
            s.connects = what == "connections"
        elif what == "refused":
            s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        elif what == "draining":
            for connection in list(s.gateway.connections):
                connection.shutdown()
            s.settle()
        elif what in {"a moment", "a while", "a long while"}:
            s.advance({"a moment": 0.2, "a while": 5.0, "a long while": 31.0}[what], step=0.1)
        else:
            self.service(what, which, at)
        self.check()

    def service(self, what: str, which: int, at: list[int]) -> None:
        up = self.up(which)
        if up is None:
            return
        if what == "response":
            up.send(*cut(RESPONSES[which], at))
        elif what == "service stalls":
            up.stall()
        elif what == "service reads":
            up.read_on()
        elif what == "service finishes":
            up.finish()
        elif what == "service resets":
            up.reset()
        elif what == "tunnel bytes":
            up.send(b"\x81\x05hello" * 100)

    def check(self) -> None:
        """What holds at every moment."""
        for end in [*self.scene.clients, *self.scene.ups]:
            assert end.transport.get_write_buffer_size() <= MOST
            self.seen.setdefault(end, bytearray()).extend(end.got())
        assert self.scene.gateway.in_flight >= 0

    def end(self) -> None:
        """Nobody does anything any more, for longer than any timeout."""
        s = self.scene
        s.connects = True
        s.advance(700, step=1.0)
        self.check()
        assert all(client.closed for client in s.clients), [client.protocol for client in s.clients]
        assert all(up.closed for up in s.ups), [up.protocol for up in s.ups]
        assert s.instance().connections == 0
        assert len({line["request_id"] for line in s.log}) == len(s.log)
        for up in s.ups:
            self.requests(bytes(self.seen.get(up, b"")))
        for client in set(s.clients) - self.asked_for_heads:  # a HEAD's answer reads like one that was cut
            self.responses(bytes(self.seen.get(client, b"")))
        s.close()
        s.check_quiet()

    def requests(self, data: bytes) -> None:
        """What a service got: whole requests, then perhaps a part of one."""
        source = Source(data)
        try:
            while source.buffer:
                if read_request(source).values(b"upgrade"):
                    return  # what follows may be a tunnel
        except IncompleteError:
            return

    def responses(self, data: bytes) -> None:
        """What a client got: whole responses, then perhaps a part of one."""
        source = Source(data)
        try:
            while source.buffer:
                start = bytes(source.buffer[:40])
                response = read_response(source)
                if response.delimited == "tunnel" or response.cut:
                    return
                assert start.startswith(b"HTTP/1.1 "), start
        except IncompleteError:
            return


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(STEPS)
def test_whatever_happens_what_holds_always_holds(steps: list[tuple[str, int, list[int]]]) -> None:
    play = Play()
    try:
        for what, which, at in steps:
            play.step(what, which, at)
        play.end()
    finally:
        if not play.scene.loop.is_closed():
            play.scene.loop.close()


WORDS = st.one_of(
    st.binary(max_size=12),
    st.sampled_from(
        [b"GET", b" ", b"/", b"HTTP/1.1", b"\r\n", b"Host: a", b": ", b"%2e", b'"', b"\\", b"\xe9", b"\x1b[31m"]
    ),
)


@settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(WORDS, max_size=12).map(b"".join), st.lists(WORDS, max_size=6).map(b"".join))
def test_any_bytes_are_refused_or_one_request_and_a_line_that_can_be_read(data: bytes, value: bytes) -> None:
    """The log is JSON whatever is in it (the scene reads each line as it is written)."""
    for sent in (data, data + b"\r\n\r\n", lines(b"GET /" + data + b" HTTP/1.1", HOST, b"User-Agent: " + value)):
        play = Play()
        try:
            play.client.send(sent)
            if play.scene.ups:
                play.scene.upstream().answer()
            play.client.finish()
            play.end()
        finally:
            if not play.scene.loop.is_closed():
                play.scene.loop.close()
