"""Connections and exchanges that have ended are gone at once: no cycle waits for the garbage collector."""

import gc
from collections import Counter
from collections.abc import Callable

import pytest

from tests.support.http1 import chunked, lines
from tests.unit.proxy.scene import Client, Scene, scene

CHUNKED = b"Transfer-Encoding: chunked"


def answered(s: Scene, client: Client) -> None:
    client.ask()
    s.upstream().answer()


def streamed(s: Scene, client: Client) -> None:
    client.ask(b"POST", b"/", CHUNKED, body=chunked(b"abc"))
    s.upstream().send(lines(b"HTTP/1.1 200 OK", CHUNKED), chunked(b"abc"))


def tunnel(s: Scene, client: Client) -> None:
    client.ask(b"GET", b"/", b"Connection: upgrade", b"Upgrade: websocket")
    s.upstream().send(lines(b"HTTP/1.1 101 Switching", b"Connection: upgrade", b"Upgrade: websocket"))
    client.finish()
    s.upstream().finish()


def refused(s: Scene, client: Client) -> None:
    client.send(b"nonsense\r\n\r\n")


def client_gone(s: Scene, client: Client) -> None:
    client.ask()


def not_connected(s: Scene, client: Client) -> None:
    s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
    client.ask()


def stale(s: Scene, client: Client) -> None:
    answered(s, client)
    client.ask()
    s.upstream().reset()
    s.upstream().answer()


def cut_off(s: Scene, client: Client) -> None:
    client.ask()
    s.upstream().send(lines(b"HTTP/1.1 200 OK", b"Content-Length: 10"))
    s.upstream().reset()


def timed_out(s: Scene, client: Client) -> None:
    client.ask()
    s.advance(16, step=0.5)


KINDS = [answered, streamed, tunnel, refused, client_gone, not_connected, stale, cut_off, timed_out]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_nothing_is_left_for_the_garbage_collector(kind: Callable[[Scene, Client], None]) -> None:
    with scene() as s:
        play(s, kind)
        gc.collect()
        gc.disable()
        try:
            before = ours()
            for _ in range(10):
                play(s, kind)
            after = ours()
        finally:
            gc.enable()

    assert after - before == Counter()


def play(s: Scene, kind: Callable[[Scene, Client], None]) -> None:
    """One connection from its beginning to its end, and time for every timer to have forgotten it."""
    kind(s, s.client())
    for end in [*s.clients, *s.ups]:
        end.reset()
    s.clients.clear()
    s.ups.clear()
    s.log.clear()
    s.advance(70, step=1.0)


def ours() -> Counter[str]:
    """The objects of the package's classes that there are, by class."""
    # str(): a foreign class may have a descriptor where its module's name should be
    return Counter(
        type(thing).__name__ for thing in gc.get_objects() if str(type(thing).__module__).startswith("gatewayctl.")
    )
