"""The gateway's end of a compilation: starts the child, reads its frames, and bounds what it may take."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final

import gatewayctl
from gatewayctl.plan.model import RoutePlan
from gatewayctl.server.handover import HEADER, Verdict, unpack
from gatewayctl.server.notify import VARIABLES

TIME_LIMIT: Final = 120.0
"""Seconds a compilation may take before it is given up."""
_MAX_FRAME: Final = 1 << 30


class CompileFailed(Exception):  # noqa: N818
    """The child ended without a result: it was killed, ran out of memory or time, or met a fault of ours."""


class Compilation:
    """One child. Use as ``async with Compilation(files) as c: verdict = await c.verdict()``, then ``routes``, ``effective``.

    ``beside_traffic``: it leaves the processor to requests; at the start there are none to wait for.
    """

    def __init__(self, files: Sequence[str], *, beside_traffic: bool = True) -> None:
        self._files = list(files)
        self._beside_traffic = beside_traffic
        self._process: subprocess.Popen[bytes] | None = None
        self._transport: asyncio.BaseTransport | None = None
        self._reader = asyncio.StreamReader(limit=1 << 16)

    async def __aenter__(self) -> "Compilation":
        order = json.dumps({"files": self._files, "steps_back": self._beside_traffic})
        try:
            # Not the event loop's way: it forks, which for a gateway of 10 000 routes takes 30 ms; this is a vfork.
            process = self._process = subprocess.Popen(  # noqa: ASYNC220
                # -P: a module that happens to lie in the working directory is none of ours
                [sys.executable, "-P", "-m", "gatewayctl.server.compiler", order],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment(),
            )
        except OSError as error:
            raise CompileFailed(f"the compiling process could not be started ({error.strerror or error})") from None
        try:
            self._transport, _ = await asyncio.get_running_loop().connect_read_pipe(
                lambda: asyncio.StreamReaderProtocol(self._reader), process.stdout
            )
        except BaseException:
            await self._end(process)
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._process is not None:
            await self._end(self._process)

    async def _end(self, process: "subprocess.Popen[bytes]") -> None:
        if self._transport is not None:
            self._transport.close()  # closes standard output, which it has taken over
        elif process.stdout is not None:
            process.stdout.close()
        if process.stderr is not None:
            process.stderr.close()
        process.kill()  # nothing if it has ended and was waited for; else it has nothing more to say
        await asyncio.to_thread(process.wait)

    async def verdict(self) -> Verdict:
        """What the child found. Raises CompileFailed if it ends without saying anything."""
        verdict = unpack(await self._frame())
        if not isinstance(verdict, Verdict):
            raise CompileFailed("the compiling process answered something else than a verdict")
        return verdict

    async def routes(self) -> AsyncIterator[tuple[RoutePlan, ...]]:
        """The routes, slice by slice."""
        async for frame in self.slices():
            yield unpack(frame)

    async def slices(self) -> AsyncIterator[bytes]:
        """The same as they came, for who hands them on."""
        while frame := await self._frame():
            yield frame

    async def effective(self) -> bytes:
        """The effective configuration as JSON; to be asked for after the routes."""
        return await self._frame()

    async def _frame(self) -> bytes:
        try:
            async with asyncio.timeout(TIME_LIMIT):
                (size,) = HEADER.unpack(await self._reader.readexactly(HEADER.size))
                if size > _MAX_FRAME:
                    raise CompileFailed("the compiling process sent a piece that is too large")
                return await self._reader.readexactly(size)
        except TimeoutError:
            raise CompileFailed(f"compiling took longer than {TIME_LIMIT:.0f} s") from None
        except asyncio.IncompleteReadError:
            raise CompileFailed(await self._why_it_ended()) from None

    async def _why_it_ended(self) -> str:
        process = self._process
        if process is None or process.stderr is None:
            return "the compiling process was not started"
        said = await asyncio.to_thread(process.stderr.read)
        code = await asyncio.to_thread(process.wait)
        if code < 0:
            hint = ", as the system does when memory runs out" if code == -signal.SIGKILL else ""
            return f"the compiling process was ended by signal {-code}{hint}"
        last = said.decode(errors="replace").strip().splitlines()[-1:] or ["it said nothing"]
        return f"the compiling process failed with status {code}: {last[0]}"


def environment() -> dict[str, str]:
    """A child's variables: ours, and the way to this package where it is not installed but in the working directory."""
    package = Path(gatewayctl.__file__).parent.parent
    ours = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    if package != Path.cwd():
        return ours
    known = os.environ.get("PYTHONPATH")
    return {**ours, "PYTHONPATH": f"{package}{os.pathsep}{known}" if known else str(package)}
