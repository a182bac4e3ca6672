"""How others fare beside a hostile or busy crowd, with real sockets: ``python -m tests.bench.hostile``. Asserts nothing.

One gateway process; requests of one connection are timed alone and beside the crowd: a thousand connections that send a
header byte by byte, and 200 new RS256 tokens a second, each verified for the first time. A crowd is a process of its own,
so that it holds up no clock here.
"""

import contextlib
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

from tests.support.cases import get
from tests.support.gateway import Gateway
from tests.support.tokens import CLAIMS, public_pem, token

REQUESTS = 1_500
DRIPS = 1_000
TOKENS_A_SECOND = 200
_FORK = multiprocessing.get_context("fork")
CONFIG = """
version = 1
[server]
header_timeout = "1m"
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


def timed(gateway: Gateway, requests: int = REQUESTS) -> list[float]:
    """Milliseconds of requests one after another on one connection, a short pause between them."""
    took = []
    with gateway.client() as client:
        for _ in range(requests):
            begun = time.perf_counter()
            status = client.send(get()).response().status
            took.append((time.perf_counter() - begun) * 1e3)
            if status != 200:
                raise RuntimeError(f"a request beside the crowd had {status}")
            time.sleep(0.002)
    return took


@contextlib.contextmanager
def beside(crowd: Callable[[Event], None]) -> Iterator[None]:
    """Runs a crowd meanwhile."""
    over = _FORK.Event()
    process = _FORK.Process(target=crowd, args=(over,))
    process.start()
    try:
        yield
    finally:
        over.set()
        process.join()


def drips(gateway: Gateway, count: int = DRIPS) -> Callable[[Event], None]:
    """Connections that send a byte of a header a second each, spread evenly."""
    open_ones = [socket.create_connection(gateway.address) for _ in range(count)]
    for one in open_ones:
        one.sendall(b"GET / HTTP/1.1\r\nHost: a\r\nX-Slow: ")

    def run(over: Event) -> None:
        while not over.is_set():
            for one in open_ones:
                with contextlib.suppress(OSError):
                    one.send(b"x")
                if over.wait(1 / count):
                    break
        for one in open_ones:
            one.close()

    return run


def new_tokens(gateway: Gateway) -> Callable[[Event], None]:
    """Requests with a token that was never seen; all have to be accepted."""
    fresh = [token("RS256", claims=CLAIMS | {"jti": str(n), "exp": time.time() + 900}) for n in range(4_000)]

    def run(over: Event) -> None:
        begun = time.perf_counter()
        with gateway.client() as client:
            for number, one in enumerate(fresh):
                if over.wait(max(0.0, begun + number / TOKENS_A_SECOND - time.perf_counter())):
                    return
                line = b"Authorization: Bearer " + one
                status = client.send(get(line, target=b"/closed/x")).response().status
                if status != 200:
                    raise RuntimeError(f"a token had {status}")
            raise RuntimeError("the tokens were too few")

    return run


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="gatewayctl-bench-") as name:
        directory = Path(name)
        (directory / "key.pem").write_bytes(public_pem("RSA"))
        gateway = Gateway(directory, CONFIG)
        try:
            timed(gateway, 200)
            _tell("alone", timed(gateway))
            with beside(new_tokens(gateway)):
                _tell("beside new tokens", timed(gateway))
            _tell("alone again", timed(gateway))
            with beside(drips(gateway)):
                _tell(f"beside {DRIPS} drips", timed(gateway))
            _tell("alone again", timed(gateway))
        finally:
            gateway.stop()


def _tell(what: str, took: list[float]) -> None:
    cuts = statistics.quantiles(took, n=100)
    print(f"{what:24} p50 {cuts[49]:.2f}  p95 {cuts[94]:.2f}  p99 {cuts[98]:.2f} ms")


if __name__ == "__main__":
    main()
