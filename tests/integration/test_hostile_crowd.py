"""A crowd that sends its headers byte by byte, and one with tokens that were never seen, leave others alone."""

import contextlib
import socket
import time

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.gateway import Gateway
from tests.support.tokens import CLAIMS, public_pem, token
from tests.support.waiting import wait_for

CONFIG = """
version = 1
[server]
header_timeout = "5s"
[services.up]
builtin = "echo"
[routes.open]
path = "/*"
service = "up"
[routes.closed]
path = "/closed/*"
service = "up"
auth = "jwt"
[auth.jwt]
type = "jwt"
algorithms = ["RS256"]
public_key_file = "key.pem"
issuer = "any"
audience = "any"
"""
CROWD = 300


def start(gateway: Gateways) -> Gateway:
    return gateway(CONFIG, files={"key.pem": public_pem("RSA").decode()})


def test_clients_that_drip_their_headers_are_ended_and_hold_nobody_up(gateway: Gateways) -> None:
    front = start(gateway)
    with contextlib.ExitStack() as ends, front.client() as other:
        crowd = [ends.enter_context(socket.create_connection(front.address)) for _ in range(CROWD)]
        for one in crowd:
            one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")
            one.setblocking(False)
        ended: set[int] = set()

        def drip() -> bool:
            for number, one in enumerate(crowd):
                if number in ended:
                    continue
                try:
                    one.send(b"x")
                    if one.recv(4096):
                        ended.add(number)
                except BlockingIOError:
                    continue
                except OSError:
                    ended.add(number)
            assert other.send(get()).response().status == 200, "others are served meanwhile"
            return len(ended) == CROWD

        wait_for(drip, "every byte is no new beginning: the time for a header is up", timeout=60)


def test_tokens_that_were_never_seen_are_verified_between_others(gateway: Gateways) -> None:
    front = start(gateway)
    with front.client() as asker, front.client() as other:
        for number in range(100):
            new = token("RS256", claims=CLAIMS | {"jti": str(number), "exp": time.time() + 900})
            asker.send(get(b"Authorization: Bearer " + new, target=b"/closed/x"))
            assert other.send(get()).response().status == 200
            assert asker.response().status == 200
