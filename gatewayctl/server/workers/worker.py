"""A worker process: ``python -m gatewayctl.server.workers.worker`` with its order as JSON for an argument.

It does what the supervisor says, in turn: bind a generation, put it in force, accept on its own sockets, count, drain.
Signals that are meant for the gateway as a whole are the supervisor's. Where the supervisor is gone it drains and ends.
"""

import asyncio
import errno
import json
import os
import signal
import socket
import sys
from typing import Any, Final

import uvloop

from gatewayctl.plan.model import Plan
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.app import traffic_app
from gatewayctl.server.compiling import CompileFailed
from gatewayctl.server.draining import drain
from gatewayctl.server.events import spelled_out
from gatewayctl.server.generation import Generations, Swap, dismantle
from gatewayctl.server.logs import use_access_format
from gatewayctl.server.uvicorn_server import GatewayServer
from gatewayctl.server.workers import messages
from gatewayctl.server.workers.board import POLL, Board
from gatewayctl.server.workers.channel import Channel
from gatewayctl.server.workers.counts import Counting
from gatewayctl.server.workers.order import Order
from gatewayctl.server.workers.parcel import Delivery
from gatewayctl.state.certificates import BadCertificate
from gatewayctl.state.shared.keeper import HandedKeeper
from gatewayctl.state.shared.owners import Owners
from gatewayctl.telemetry.log_writer import LogWriter

BEAT: Final = 1.0
"""Seconds between two signs of life."""
_THE_SUPERVISORS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)


class Worker:
    """One worker from its start to its end. Made within the event loop."""

    def __init__(self, order: Order) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._order = order
        self._channel = Channel(loop, socket.socket(fileno=order.channel), self._hear, self._on_orphaned)
        self.gateway = gateway = Gateway(loop, self)
        self._board = Board(order.board, order.workers, order.index)
        owners = Owners(order.owners, order.workers + 1, order.index)
        gateway.keeper = self._keeper = HandedKeeper(owners)
        gateway.workers = order.workers
        self._log = LogWriter.to_descriptor(order.log, loop.call_later)
        self._counting = Counting(gateway)
        self._generations = Generations(gateway, ports={})
        self._server = GatewayServer(
            traffic_app(gateway),
            gateway,
            [socket.socket(fileno=fd) for fd in order.sockets],
            secure=[(host, port) for host, port in order.secure],
            room=self._room,
        )
        self._serving: asyncio.Task[None] | None = None
        self._looks_again = False
        self._work: asyncio.Queue[tuple[object, list[int]]] = asyncio.Queue()
        self._swap: Swap | None = None
        self._full = False
        """There was no room for a descriptor that the next generation needs."""
        self._old: list[Any] = []
        self._dismantling: asyncio.Task[None] | None = None
        self._taken: dict[int, list[socket.socket]] = {}
        self._tells: set[asyncio.Task[None]] = set()
        self._drain = asyncio.Event()
        self._grace = 0.0
        self._cut = asyncio.Event()

    async def run(self) -> None:
        """Until the supervisor ends it, or has ended itself."""
        tasks = [self._loop.create_task(work) for work in (self._working(), self._beating())]
        try:
            await self._drain.wait()
            tasks[0].cancel()  # no generation comes into force any more
            cut, in_flight = await drain(self.gateway, self._server.acceptor.close, self._grace, self._cut)
            self._log.close()
            tasks[1].cancel()
            await self._tell(0)
            self._channel.send(messages.Ended(cut, in_flight))
            await self._channel.flush(2.0)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def event(self, level: str, message: str, **facts: object) -> None:
        """See ``proxy.gateway.Reporter``: the supervisor writes the log."""
        self._channel.send(messages.Event(level, message, spelled_out(facts)))

    def on_fault(self, context: dict[str, Any]) -> None:
        """See ``loop.set_exception_handler``."""
        doing = str(context.get("message", "an unknown task"))
        error = context.get("exception")
        self.gateway.report(
            error if isinstance(error, Exception) else RuntimeError(doing), f"the event loop says: {doing}"
        )

    # ── what the supervisor says ──────────────────────────────────────

    def _hear(self, message: object, descriptors: list[int]) -> None:
        match message:
            case messages.Tell():
                task = self._loop.create_task(self._tell(message.token))
                self._tells.add(task)
                task.add_done_callback(self._tells.discard)
            case messages.Found():
                self._generations.fleets.on_snapshot(message.snapshot)
            case messages.Leave():
                self.gateway.leaving = True
            case messages.Drain():
                self._grace = message.grace
                self._drain.set()
            case messages.Cut():
                self._cut.set()
                self._drain.set()
            case _:
                self._work.put_nowait((message, descriptors))

    def _on_orphaned(self) -> None:
        """The supervisor is gone: nobody would replace this worker or stop it."""
        self.gateway.leaving = True
        if hasattr(self.gateway, "bound"):
            self._grace = self.gateway.bound.plan.server.shutdown_grace
        self._drain.set()

    async def _working(self) -> None:
        """One thing after the other, in the order in which it was said."""
        while True:
            message, descriptors = await self._work.get()
            match message:
                case messages.Prepare():
                    await self._prepare(message, descriptors)
                case messages.Hand() if descriptors:
                    self._keeper.hand(message.table, descriptors[0])
                case messages.Hand():
                    self._full = True
                case messages.Commit():
                    self._commit(message.number)
                case messages.Discard():
                    self._discard()
                case messages.TakeOver():
                    if not descriptors:
                        self.event(
                            "error", f"cannot accept for worker {message.index + 1}: {os.strerror(errno.EMFILE)}"
                        )
                    more = [socket.socket(fileno=fd) for fd in descriptors]
                    self._taken.setdefault(message.index, []).extend(more)
                    self._server.acceptor.accept_also(more)
                case messages.GiveBack():
                    self._server.acceptor.leave_alone(self._taken.pop(message.index, []))

    async def _prepare(self, message: messages.Prepare, descriptors: list[int]) -> None:
        number = message.number
        full, self._full = self._full or not descriptors, False
        try:
            if full:
                for descriptor in descriptors:
                    os.close(descriptor)
                raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))
            delivery = Delivery(descriptors[0])
            try:
                self._generations.ports = message.ports
                self._swap = await self._generations.bind(delivery.plan, delivery.routes(), number)
            finally:
                delivery.close()
        except Exception as error:
            self._discard()
            if not isinstance(error, OSError | MemoryError | BadCertificate | CompileFailed):
                self.gateway.report(error, f"binding generation {number}")
            self._channel.send(messages.NotPrepared(number, str(error) or type(error).__name__))
        else:
            self._channel.send(messages.Prepared(number))

    def _commit(self, number: int) -> None:
        swap, self._swap = self._swap, None
        if swap is None:
            return
        before = swap.apply()
        self._adopt(swap.bound.plan)
        self._channel.send(messages.InForce(number))
        if before is not None:
            self._old.append(before)
            if self._dismantling is None or self._dismantling.done():
                self._dismantling = self._loop.create_task(dismantle(self._old))

    def _discard(self) -> None:
        if self._swap is not None:
            self._old.append(self._swap.bound)
            self._swap = None
        self._generations.give_back()

    def _adopt(self, plan: Plan) -> None:
        use_access_format(self.gateway, plan.log, on_terminal=self._order.terminals)
        self.gateway.write_log = None if plan.log.access == "off" else self._log.write
        if self._serving is None:
            self._serving = self._loop.create_task(self._server.serve())
        else:
            self.gateway.on_connection_closed()  # there may be room for more connections now

    # ── accepting ─────────────────────────────────────────────────────

    def _room(self) -> int:
        gateway, opening = self.gateway, self._server.acceptor.opening
        own = len(gateway.connections) + opening
        room = self._board.room(own, gateway.bound.plan.server.max_connections) + opening
        if room <= opening and not self._looks_again:  # what makes room may happen in another worker
            self._looks_again = True
            self._loop.call_later(POLL, self._look_again)
        return room

    def _look_again(self) -> None:
        self._looks_again = False
        self.gateway.on_connection_closed()

    # ── counting ──────────────────────────────────────────────────────

    async def _beating(self) -> None:
        while True:
            await self._tell(0)
            await asyncio.sleep(BEAT)

    async def _tell(self, token: int) -> None:
        self._channel.send(messages.Beat(await self._counting.gather(self._log.dropped), token))


async def _run(order: Order) -> None:
    worker = Worker(order)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: worker.on_fault(context))
    await worker.run()


def main() -> None:
    """Takes its order as its argument."""
    for number in _THE_SUPERVISORS:
        signal.signal(number, signal.SIG_IGN)
    order = Order(**json.loads(sys.argv[1]))
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(order))
    os._exit(0)  # skips tearing down a large heap piece by piece


if __name__ == "__main__":
    main()
