"""What a compiling child process hands to the gateway, and in which pieces.

A large configuration is read, validated and compiled in a child, so that traffic never waits for it. The result comes
back through a pipe as frames: first a ``Verdict``, then, if there is a plan, its routes in slices that unpickle in
less than a millisecond each, at last the effective configuration for the admin address. Both ends are this very program.
"""

import pickle
import struct
from collections.abc import Iterator, Mapping
from typing import Any, Final

from gatewayctl.core.diagnostics import Diagnostic, Span
from gatewayctl.core.frozen import frozen
from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.server.seen import Seen

HEADER: Final = struct.Struct(">I")
SLICE: Final = 25
"""Routes in one frame."""
DONE: Final = b""
"""The empty frame that ends the routes."""


@frozen
class Verdict:
    """The first frame. ``plan`` is without its routes, None if there are errors."""

    plan: Plan | None
    route_count: int
    diagnostics: tuple[Diagnostic, ...]
    rendered: tuple[str, ...]
    """The diagnostics as they are shown to people, plain text, in the same order."""
    files: tuple[str, ...]
    """Every file that was read or looked for."""
    seen: Seen
    """What was found in them."""
    digest: str
    places: Mapping[str, Span]
    """Where the settings stand that only a restart can change, by dotted key."""
    hash: str
    """A hash of the effective configuration without its secrets; empty if there is no plan."""


def frames(verdict: Verdict, routes: tuple[RoutePlan, ...], effective: bytes) -> Iterator[bytes]:
    """The frames of one handover; ``effective`` is the effective configuration as JSON, without secrets."""
    yield pickle.dumps(verdict, pickle.HIGHEST_PROTOCOL)
    if verdict.plan is not None:
        for start in range(0, len(routes), SLICE):
            yield pickle.dumps(routes[start : start + SLICE], pickle.HIGHEST_PROTOCOL)
        yield DONE
        yield effective


def unpack(frame: bytes) -> Any:
    """The object of a frame that our own child has sent."""
    return pickle.loads(frame)  # noqa: S301 - a pipe from a process we started ourselves
