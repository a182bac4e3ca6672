"""What our own code costs for one proxied request, without kernel and event loop: ``python -m tests.bench.pipeline``.

From the bytes of a request to the bytes of its answer and its log line, through the real express connection, exchange
and upstream connection, with transports that keep nothing. Microseconds, best of several bursts, on one core; asserts
nothing. ``--profile`` says where the time goes instead.
"""

import cProfile
import pstats
import sys
import time
from collections.abc import Callable
from typing import Any

from gatewayctl.telemetry.access_log import json_formatter
from gatewayctl.telemetry.log_writer import LogWriter
from tests.unit.proxy.scene import Scene, plan, route

ROUTES = 1000
BURST = 500
BURSTS = 100
BODY = b"x" * 1024
PLAIN = (b"Host: 127.0.0.1:8080",)
REALISTIC = (
    *PLAIN,
    b"User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
    b"Accept: application/json, text/plain, */*",
    b"Accept-Encoding: gzip, deflate, br",
    b"Accept-Language: en-GB,en;q=0.9",
    b"Authorization: Bearer " + b"a" * 300,
    b"Cookie: session=0123456789abcdef0123456789abcdef; theme=dark",
    b"Referer: https://app.example.com/dashboard",
    b"X-Client-Version: 4.2.1",
    b"traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)
ANSWER = (
    b"HTTP/1.1 200 OK",
    b"Server: nginx/1.22.1",
    b"Date: Tue, 24 Nov 2026 12:00:00 GMT",
    b"Content-Type: text/plain",
    b"Content-Length: 1024",
    b"Last-Modified: Tue, 24 Nov 2026 10:00:00 GMT",
    b"Connection: keep-alive",
    b'ETag: "6743f0a0-400"',
    b"Accept-Ranges: bytes",
)


class Wire:
    """A transport that takes everything and keeps nothing; ``written`` is told of each write."""

    def __init__(self, written: Callable[[bytes], None]) -> None:
        self.write = written

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return ("127.0.0.1", 50_000) if name == "peername" else default

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0

    def abort(self) -> None:
        """Nothing is open."""


def lines(*given: bytes) -> bytes:
    return b"\r\n".join(given) + b"\r\n\r\n"


class Bench:
    """A gateway with a table of 1000 routes, one client connection and an instance that answers at once."""

    def __init__(self) -> None:
        routes = [route(f"r{i:04}", f"/svc{i}/items/{{id}}") for i in range(ROUTES)]
        self.scene = Scene(plan([*routes, route("size", "/1k")]))
        gateway = self.gateway = self.scene.gateway
        gateway.clock, gateway.wall_clock = time.monotonic, time.time
        gateway.wheel.stop()
        self.log = LogWriter.to_file("/dev/null", lambda seconds, callback: None)
        gateway.log_line, gateway.write_log = json_formatter("keys"), self.log.write
        self.answered = 0
        self.reply = lines(*ANSWER) + BODY
        self.scene.loop.connect = self._connect
        for instance in gateway.instances.values():
            instance.clock = time.monotonic
        self.client = self.scene.client().protocol
        self.client.transport = Wire(self._count)  # type: ignore[assignment]

    async def _connect(self, make: Callable[[], Any], host: str, port: int) -> tuple[Any, Any]:
        protocol = make()
        wire = Wire(lambda data: self.scene.loop.call_soon(protocol.data_received, self.reply))
        protocol.connection_made(wire)
        return wire, protocol

    def _count(self, data: bytes) -> None:
        self.answered += 1

    def warm_up(self, request: bytes) -> Any:
        """Opens the upstream connection, which then answers as fast as it is asked. Gives its protocol."""
        self.client.data_received(request)
        self.scene.settle()
        assert self.answered, "the first request was not answered"
        (instance,) = self.gateway.instances.values()
        (connection,) = instance._idle
        instance._max_requests = 1 << 60
        return connection

    def micros(self, request: bytes) -> float:
        """Of one request, with its answer."""
        connection = self.warm_up(request)
        connection.transport = Wire(lambda data: None)
        ask, answer, reply = self.client.data_received, connection.data_received, self.reply

        def burst() -> None:
            for _ in range(BURST):
                ask(request)
                answer(reply)

        best = float("inf")
        for _ in range(BURSTS):
            before = self.answered
            start = time.perf_counter()
            burst()
            best = min(best, (time.perf_counter() - start) / BURST)
            assert self.answered == before + BURST
        return best * 1e6

    def profile(self, request: bytes) -> None:
        connection = self.warm_up(request)
        connection.transport = Wire(lambda data: None)
        profiler = cProfile.Profile()
        profiler.enable()
        for _ in range(BURST):
            self.client.data_received(request)
            connection.data_received(self.reply)
        profiler.disable()
        pstats.Stats(profiler).sort_stats("tottime").print_stats(30)


CASES: dict[str, tuple[bytes, ...]] = {"plain": PLAIN, "nine realistic headers": REALISTIC}


def main() -> None:
    for name, fields in CASES.items():
        bench = Bench()
        request = lines(b"GET /1k HTTP/1.1", *fields)
        if "--profile" in sys.argv:
            bench.profile(request)
        else:
            print(f"{name:24}{bench.micros(request):8.2f}")
        bench.log.close()


if __name__ == "__main__":
    main()
