"""One compiled generation as a file without a name: written once by the supervisor, read by every worker at its own pace.

It stays with the supervisor while the generation is in force, for workers that come later. It holds secrets, so it is
memory where the system can do that, and nothing but its descriptor leads to it.
"""

import os
import pickle
import tempfile
from collections.abc import AsyncIterator, Iterator
from typing import Any

from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.server.handover import HEADER, unpack


class Parcel:
    """``add`` the frames of a compilation; then ``descriptor`` can be handed on."""

    def __init__(self, plan: Plan) -> None:
        if hasattr(os, "memfd_create"):
            self.descriptor = os.memfd_create("gatewayctl-generation", os.MFD_CLOEXEC)
        else:
            with tempfile.TemporaryFile() as file:
                self.descriptor = os.dup(file.fileno())
        self.add(pickle.dumps(plan, pickle.HIGHEST_PROTOCOL))

    def add(self, frame: bytes) -> None:
        """The next slice of routes, as it was received. Raises OSError (no memory)."""
        data = memoryview(HEADER.pack(len(frame)) + frame)
        while data:
            data = data[os.write(self.descriptor, data) :]

    async def record(self, slices: AsyncIterator[bytes]) -> AsyncIterator[tuple[RoutePlan, ...]]:
        """The routes of ``slices``, each of which is added on its way."""
        async for frame in slices:
            self.add(frame)
            yield unpack(frame)

    def close(self) -> None:
        """It is not needed here any more; whoever has it keeps it."""
        if self.descriptor >= 0:
            os.close(self.descriptor)
            self.descriptor = -1


class Delivery:
    """A parcel at a worker's. Takes ``descriptor`` over."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._at = 0
        self.plan: Plan = self._next()

    async def routes(self) -> AsyncIterator[tuple[RoutePlan, ...]]:
        """The routes, slice by slice; then it is closed."""
        for some in iter(self._next, None):
            yield some
        self.close()

    def close(self) -> None:
        """Closing twice does nothing."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _next(self) -> Any:
        header = self._read(HEADER.size)
        return unpack(self._read(*HEADER.unpack(header))) if header else None

    def _read(self, size: int) -> bytes:
        pieces = b"".join(self._pieces(size))
        self._at += len(pieces)
        return pieces

    def _pieces(self, size: int) -> Iterator[bytes]:
        at = self._at  # of our own: the descriptor's offset is shared by all that have it
        while size and (piece := os.pread(self._descriptor, size, at)):
            at += len(piece)
            size -= len(piece)
            yield piece
