"""The child process that compiles: ``python -m gatewayctl.server.compiler`` with its order as JSON for an argument.

It imports the configuration's machinery, which the serving process never does, reads everything once, and ends. It
gives way to traffic where they share a processor.
"""

import gc
import hashlib
import json
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from gatewayctl.config import Loaded, load
from gatewayctl.core.diagnostics import Diagnostic, Span, in_order
from gatewayctl.core.snippet import render
from gatewayctl.plan.compile import compile_plan
from gatewayctl.server.handover import HEADER, Verdict, frames
from gatewayctl.server.seen import Recorder

NICENESS = 5
"""How much less of a busy processor it asks for than the gateway does."""
RESTART_KEYS = ("server.listen", "server.workers", "server.proxy_protocol", "admin.listen", "stores")
"""Settings that a running gateway cannot change."""


def compile_files(files: Sequence[str], environ: Mapping[str, str]) -> tuple[Verdict, tuple[Any, ...], bytes]:
    """Loads and compiles ``files`` as one configuration for serving: the verdict, the routes, the effective configuration."""
    recorder = Recorder()
    loaded = load(files, environ=environ, runtime=True, environment_layer=True, reader=recorder)
    plan, found = compile_plan(loaded)
    diagnostics: tuple[Diagnostic, ...] = tuple(in_order((*loaded.diagnostics, *found)))
    effective = b"" if plan is None else effective_json(loaded)
    verdict = Verdict(
        plan=None if plan is None else replace(plan, routes=()),
        route_count=0 if plan is None else len(plan.routes),
        diagnostics=diagnostics,
        rendered=tuple(render(d, loaded.sources) for d in diagnostics),
        files=tuple(str(path) for path in loaded.files),
        seen=recorder.seen(loaded.files),
        digest=loaded.digest,
        places=_places(loaded) if plan is not None else {},
        hash=hashlib.sha256(effective).hexdigest()[:16] if effective else "",
    )
    handed_over = b"" if plan is None else with_fingerprints(loaded, effective)
    return verdict, () if plan is None else plan.routes, handed_over


def effective_json(loaded: Loaded) -> bytes:
    """The effective configuration as JSON, secrets masked."""
    from gatewayctl.config import to_data

    return json.dumps(to_data(loaded, redact=True), default=str).encode()


def with_fingerprints(loaded: Loaded, effective: bytes) -> bytes:
    """The same with the fingerprints of its secrets beside it, keyed by the admin token; without a token, none."""
    from gatewayctl.config.sealing import fingerprints, key_of

    token = "" if loaded.config is None else loaded.config.admin.token.get_secret_value()
    known = fingerprints(loaded, key_of(token)) if token else {}
    return b'{"effective": %b, "fingerprints": %b}' % (effective, json.dumps(known).encode())


def _places(loaded: Loaded) -> dict[str, Span]:
    places = {}
    for key in RESTART_KEYS:
        span = loaded.span(*key.split("."))
        if span is not None:
            places[key] = span
    return places


def main() -> int:
    """Takes ``{"files": [...], "steps_back": bool}`` as its argument and writes the frames to standard output."""
    gc.disable()  # a short life: collecting would only cost time
    order = json.loads(sys.argv[1])
    if order.get("steps_back", True):  # a gateway that started before its files were replaced does not say
        os.nice(NICENESS)
    verdict, routes, effective = compile_files(order["files"], os.environ)
    out = sys.stdout.buffer
    for frame in frames(verdict, routes, effective):
        out.write(HEADER.pack(len(frame)) + frame)
    out.flush()
    os._exit(0)  # skips tearing down a large heap piece by piece


if __name__ == "__main__":
    sys.exit(main())
