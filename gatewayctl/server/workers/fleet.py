"""The workers together: started, given each generation, watched, replaced when they end, drained.

A generation comes into force in two steps: all workers bind it, then all are told to use it. One that cannot bind it, or
ends meanwhile, makes the reload fail, and all go on with the last good one.
"""

import asyncio
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Collection, Iterable
from typing import Any, Final

from gatewayctl.admin.control import AdminGateway
from gatewayctl.core.frozen import mutable
from gatewayctl.plan.feeds import FeedPlan, feeds_of
from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.proxy.bound import Bound
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.entrance import Address
from gatewayctl.server.logs import terminals
from gatewayctl.server.moments import moment
from gatewayctl.server.reloading import NotFollowed
from gatewayctl.server.traffic import TrafficFailed
from gatewayctl.server.turns import Turns
from gatewayctl.server.workers import messages
from gatewayctl.server.workers.board import Board
from gatewayctl.server.workers.parcel import Parcel
from gatewayctl.server.workers.process import State, WorkerProcess
from gatewayctl.server.workers.replacing import LOOK, Replacing
from gatewayctl.server.workers.spreading import spread
from gatewayctl.server.workers.totals import Tally, TotalGateway, Totals
from gatewayctl.state.shared.keeper import MadeKeeper
from gatewayctl.state.shared.owners import Owners
from gatewayctl.upstream.discovery.base import Snapshot

ANSWER_WITHIN: Final = 1.0
"""Seconds that a worker may take to say what it has counted; then what it said last is shown."""
COMMIT_WITHIN: Final = 10.0
"""Seconds to wait until all have put a generation in force; one that has not is late, and ``status`` shows it."""
_CUT_WITHIN: Final = 2.0
_GRACE_AND: Final = 5.0
"""Seconds after which a worker that should have ended is ended."""


@mutable
class Generation:
    """What a worker is given: the parcel, and the ports of the built-in instances."""

    number: int
    parcel: Parcel
    ports: dict[tuple[str, str], int]


class Fleet:
    """``count`` workers for ``gateway``, which is the supervisor's and carries no traffic itself.

    ``log`` takes lines of the access log, ``lost`` is called if no worker is left and none can be started.
    """

    def __init__(self, gateway: Gateway, count: int, *, log: Callable[[bytes], None], lost: Callable[[], None]) -> None:
        self._gateway = gateway
        self._count = count
        self._log = log
        self._board = Board.made(count)
        self._owners = Owners.made(count + 1)
        gateway.keeper = self._keeper = MadeKeeper(self._owners)
        gateway.workers = count
        self._hash_seed = str(secrets.randbelow(1 << 32))
        self._workers: list[WorkerProcess] = []
        self._sockets: list[list[socket.socket]] = []
        self._current: Generation | None = None
        self._next: Generation | None = None
        self._snapshots: dict[FeedPlan, Snapshot] = {}
        self._secure: list[Address] = []
        self._moved = asyncio.Event()
        self._token = 0
        self._ending = False
        self._replacing = Replacing(self, gateway, count, lost)
        self._looking: asyncio.Task[None] | None = None
        self.totals = Totals(gateway, self._tallies)
        self.view: AdminGateway = TotalGateway(gateway, self.totals)

    # ── starting ──────────────────────────────────────────────────────

    async def start(self, listening: list[socket.socket], secure: Collection[Address]) -> None:
        """Starts all; ``listening`` are the sockets of all addresses, which are taken over, with TLS at ``secure``.

        Raises TrafficFailed.
        """
        self._secure = list(secure)
        try:
            spreads = [spread(sock, self._count) for sock in listening]
        except OSError as error:
            raise TrafficFailed(f"no listening sockets for all workers: {error.strerror or error}") from None
        self._sockets = [list(own) for own in zip(*spreads, strict=True)] or [[] for _ in range(self._count)]
        self._looking = asyncio.get_running_loop().create_task(self._look())
        for index in range(self._count):
            self.start_worker(index)
        await self._until(lambda: bool(self._replacing.failure) or len(self.serving) == self._count)
        if self._replacing.failure:
            raise TrafficFailed(self._replacing.failure)
        self._replacing.started = True

    def start_worker(self, index: int) -> None:
        """Starts the worker of that place and gives it the generation in force."""
        worker = WorkerProcess(index, on_message=self._hear, on_end=self._on_end, log=self._log)
        try:
            worker.start(
                self._sockets[index], self._secure, self._board.descriptor, self._owners, self._hash_seed, terminals()
            )
        except OSError as error:
            self._replacing.not_started(index, error.strerror or str(error))
            return
        self._workers = sorted([*(w for w in self._workers if w.index != index), worker], key=lambda w: w.index)
        for snapshot in self._snapshots.values():
            worker.send(messages.Found(snapshot))
        if self._current is not None:
            self._prepare(worker, self._current)
            worker.send(messages.Commit(self._current.number))

    def found(self, snapshot: Snapshot) -> None:
        """Told to all workers, and to those that come later."""
        self._snapshots[snapshot.feed] = snapshot
        for worker in self.living:
            worker.send(messages.Found(snapshot))

    @property
    def serving(self) -> list[WorkerProcess]:
        """Those that carry traffic."""
        return [worker for worker in self._workers if worker.state is State.SERVING]

    @property
    def living(self) -> list[WorkerProcess]:
        """Those that have not ended."""
        return [worker for worker in self._workers if worker.state is not State.ENDED]

    def sockets_of(self, index: int) -> list[socket.socket]:
        """The listening sockets that only that worker has."""
        others = {sock for other, sockets in enumerate(self._sockets) if other != index for sock in sockets}
        return [sock for sock in self._sockets[index] if sock not in others]

    # ── generations: see reloading.Followers ──────────────────────────

    async def record(self, plan: Plan, slices: AsyncIterator[bytes]) -> AsyncIterator[tuple[RoutePlan, ...]]:
        """Keeps the slices for the workers while they are read."""
        self.discard()
        parcel = Parcel(plan)
        self._next = Generation(0, parcel, {})
        async for some in parcel.record(slices):
            yield some

    async def prepare(self, bound: Bound) -> None:
        """All that live bind it. Raises NotFollowed."""
        generation = self._next
        if generation is None:
            raise NotFollowed("it was not recorded")
        generation.number = number = bound.generation
        generation.ports = _ports(bound)
        asked = self.living
        for worker in asked:
            self._prepare(worker, generation)
        await self._until(
            lambda: all(w.prepared == number or w.refused or w.state is State.ENDED for w in asked) or self._ending
        )
        for worker in asked:
            if worker.refused:
                raise NotFollowed(f"{worker.name} cannot take it over: {worker.refused}")
            if worker.state is State.ENDED or self._ending:
                raise NotFollowed(f"{worker.name} ended while it took it over")
        turns = Turns()
        for _ in self._keeper.moving():  # last, so that little is counted in between
            if turns.over():
                await turns.rest()

    def _prepare(self, worker: WorkerProcess, generation: Generation) -> None:
        worker.sent, worker.refused = generation.number, ""
        for handed, memory in self._keeper.memories:
            worker.send(messages.Hand(handed), memory)
        worker.send(messages.Prepare(generation.number, generation.ports), generation.parcel.descriptor)

    async def commit(self) -> None:
        """All put in force what they have prepared; waits until they have."""
        generation, before = self._next, self._current
        if generation is None:
            return
        self._current, self._next = generation, None
        if before is not None:
            before.parcel.close()
        for worker in self.living:
            if worker.sent != generation.number:
                self._prepare(worker, generation)  # it was started in the meantime
            worker.send(messages.Commit(generation.number))
        self.totals.forget_others(self._gateway.bound)
        wanted = set(feeds_of(self._gateway.bound.plan).values())
        self._snapshots = {feed: known for feed, known in self._snapshots.items() if feed in wanted}
        self._replacing.try_again()
        if self.living:
            await self._until(
                lambda: all(w.generation == generation.number for w in self.serving) or self._ending, COMMIT_WITHIN
            )

    def discard(self) -> None:
        """Forgets what was recorded or prepared."""
        generation, self._next = self._next, None
        if generation is None:
            return
        generation.parcel.close()
        for worker in self.living:
            if generation.number and worker.sent == generation.number:
                worker.sent = 0
                worker.send(messages.Discard(generation.number))

    # ── what workers say ──────────────────────────────────────────────

    def _hear(self, worker: WorkerProcess, message: object) -> None:
        match message:
            case messages.Prepared():
                worker.prepared = message.number
            case messages.NotPrepared():
                worker.refused = message.why
                if self._current is not None and message.number == self._current.number:
                    # it would wait for ever, and clients in its queue with it: now it is tried again, or given up
                    worker.kill(f"could not take over generation {message.number} ({message.why}) and was ended")
            case messages.InForce():
                worker.generation = message.number
                if self._current is not None and message.number == self._current.number:
                    worker.state = State.SERVING
                    self._replacing.serves(worker)
                    worker.served = True
            case messages.Beat():
                worker.tally.hear(message.counts)
                worker.told = message.token or worker.told
            case messages.Event():
                self._gateway.reporter.event(
                    message.level, message.message, **{"worker": worker.index + 1, **message.facts}
                )
        self._moved.set()

    def _on_end(self, worker: WorkerProcess) -> None:
        self._board.clear(worker.index)
        self._owners.gone(worker.index)
        if not self._ending:
            self._replacing.ended(worker)
        self.totals.bury(worker.tally)
        self._moved.set()

    def wake(self) -> None:
        """Something has changed that somebody may wait for."""
        self._moved.set()

    async def _until(self, condition: Callable[[], bool], within: float | None = None) -> bool:
        try:
            async with asyncio.timeout(within):
                while not condition():
                    self._moved.clear()
                    await self._moved.wait()
        except TimeoutError:
            return False
        return True

    async def _look(self) -> None:
        """Ends workers that have not been heard for too long. A time in which we stood still ourselves does not count."""
        last = self._gateway.clock()
        while True:
            await asyncio.sleep(LOOK)
            now = self._gateway.clock()
            self._replacing.look(self.living, late=now - last > 2 * LOOK)
            last = now

    # ── for the admin address ─────────────────────────────────────────

    def _tallies(self) -> Iterable[Tally]:
        return [worker.tally for worker in self._workers if worker.state is not State.ENDED]

    async def fresh(self) -> None:
        """Asks all that serve what they have counted."""
        self._token += 1
        token, asked = self._token, self.serving
        for worker in asked:
            worker.send(messages.Tell(token))
        await self._until(lambda: all(w.told >= token or w.state is State.ENDED for w in asked), ANSWER_WITHIN)

    @property
    def log_dropped(self) -> int:
        """Lines of the access log that workers have given up."""
        return self.totals.sum("log_dropped")

    def workers(self) -> list[dict[str, Any]]:
        """Each worker for ``/status``."""
        return [
            {
                "worker": worker.index + 1,
                "pid": worker.pid,
                "state": self._replacing.state_of(worker),
                "generation": worker.generation,
                "started_at": moment(worker.started_at),
                "connections": worker.tally.newest.connections,
                "in_flight": worker.tally.newest.in_flight,
                "restarts": self._replacing.restarts[worker.index],
            }
            for worker in self._workers
        ]

    # ── ending ────────────────────────────────────────────────────────

    def leave(self) -> None:
        """Health checks say no from now on."""
        for worker in self.living:
            worker.send(messages.Leave())

    async def drain(self, grace: float, now: asyncio.Event) -> tuple[int, int]:
        """All end, within ``grace`` seconds or when ``now`` comes. Gives how many connections were cut, and requests on them."""
        self._ending = True
        self._moved.set()
        self._replacing.stop()
        workers = self.living
        for worker in workers:
            worker.send(messages.Drain(grace))
        for sock in {sock for sockets in self._sockets for sock in sockets}:
            sock.close()

        def ended() -> bool:
            return all(worker.state is State.ENDED for worker in workers)

        waiting = asyncio.ensure_future(self._until(ended, grace + _GRACE_AND))
        asked = asyncio.ensure_future(now.wait())
        await asyncio.wait((waiting, asked), return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if not ended():
            for worker in workers:
                worker.send(messages.Cut())
            await self._until(ended, _CUT_WITHIN)
        waiting.cancel()
        cut = in_flight = 0
        for worker in workers:
            if worker.ended is not None:
                cut, in_flight = cut + worker.ended.cut, in_flight + worker.ended.in_flight
            elif worker.state is not State.ENDED:
                cut += worker.tally.newest.connections
                in_flight += worker.tally.newest.in_flight
        return cut, in_flight

    async def close(self) -> None:
        """Ends what is left."""
        self._ending = True
        self._replacing.stop()
        if self._looking is not None:
            self._looking.cancel()
        for worker in self.living:
            worker.kill("was ended with the gateway")
        await self._until(lambda: not self.living, _GRACE_AND)
        self.discard()
        if self._current is not None:
            self._current.parcel.close()
        self._board.close()
        self._keeper.close()
        self._owners.close()


def _ports(bound: Bound) -> dict[tuple[str, str], int]:
    """Where the built-in instances listen; they run in the supervisor, once for all workers."""
    return {
        (name, instance.id): instance.dialer.port
        for name, service in bound.services.items()
        for instance in service.instances
        if instance.plan.builtin
    }
