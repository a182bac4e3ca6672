"""A body that ends with its connection, over TLS: complete with a close_notify, cut without one (RFC 9112 9.8)."""

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.secure import Authority


@contextmanager
def ending(context: ssl.SSLContext, *, says_so: bool) -> Iterator[int]:
    """A server for one request: a body without a length, then the end, with a close_notify or without. Gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(30)

    def serve() -> None:
        connection, _ = listener.accept()
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.settimeout(30)
            secured.recv(65536)
            secured.sendall(b"HTTP/1.1 200 OK\r\n\r\nhalf of it")
            if says_so:
                secured.unwrap().close()

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.close()
        thread.join(30)
    assert not thread.is_alive()


def _config(port: int, authority: Authority) -> str:
    return f"""
    version = 1
    [services.up]
    instances = [{{ id = "one", url = "https://localhost:{port}" }}]
    tls.ca = "{authority.file}"
    [routes.all]
    path = "/*"
    service = "up"
    """


def test_an_end_that_is_said_completes_the_body(gateway: Gateways, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ending(authority.server("localhost"), says_so=True) as port:
        response = exchange(gateway(_config(port, authority)).address, get())

    assert (response.status, response.body, response.cut) == (200, b"half of it", False)


def test_an_end_that_anybody_could_have_made_cuts_the_body(gateway: Gateways, tmp_path: Path) -> None:
    authority = Authority(tmp_path)
    with ending(authority.server("localhost"), says_so=False) as port:
        response = exchange(gateway(_config(port, authority)).address, get())

    assert response.status in (200, 502)
    assert response.cut or response.status == 502, "never passed on as complete"
