"""``/metrics``: the exposition, made in slices and once for all who ask at the same time.

It is open beyond loopback, so what many scrapers together may cost is bounded: one rendering a format at a time.
"""

import asyncio
import zlib
from collections.abc import Iterator
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import Control, in_force
from gatewayctl.admin.problems import problem
from gatewayctl.admin.slices import joined
from gatewayctl.telemetry.exposition import Exposition, Form, negotiated

_GZIP: Final = 31
"""zlib's window bits for a gzip stream."""


class Metrics:
    """Answers scrapes of one gateway."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._exposition = Exposition(control.gateway, control.facts)
        self._running: dict[tuple[str, bool], asyncio.Task[bytes]] = {}

    async def __call__(self, control: Control, request: Request) -> Response:
        """The metrics in the format and coding that the scraper prefers; 404 where they are switched off."""
        bound = in_force(control.gateway)
        if bound is not None and not bound.plan.metrics.enabled:
            return problem(404, "metrics_off", "metrics are switched off: enabled = true under [metrics] shows them")
        form = negotiated(request.headers.get("accept", ""))
        packed = _takes_gzip(request.headers.get("accept-encoding", ""))
        headers = {"Content-Type": form.content_type, "Vary": "Accept, Accept-Encoding"}
        if packed:
            headers["Content-Encoding"] = "gzip"
        return Response(await self._rendered(form, packed), headers=headers)

    async def _rendered(self, form: Form, packed: bool) -> bytes:
        key = (form.name, packed)
        task = self._running.get(key)
        if task is None:
            task = self._running[key] = asyncio.create_task(self._render(form, packed))
            task.add_done_callback(lambda _: self._running.pop(key))
        return await asyncio.shield(task)  # a scraper that leaves does not take the others' answer along

    async def _render(self, form: Form, packed: bool) -> bytes:
        await self._control.fresh()
        await asyncio.to_thread(self._exposition.read_process)
        pieces = self._exposition.render(form)
        return await joined(_gzipped(pieces) if packed else pieces)


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding field (RFC 9110 12.5.3) names gzip without refusing it."""
    for part in accept_encoding.lower().split(","):
        coding, *parameters = [piece.strip() for piece in part.split(";")]
        if coding in {"gzip", "x-gzip"}:
            return not any(p.replace(" ", "").rstrip("0.") == "q=" for p in parameters)
    return False


def _gzipped(pieces: Iterator[bytes]) -> Iterator[bytes]:
    packer = zlib.compressobj(1, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        yield packer.compress(piece)
    yield packer.flush()
