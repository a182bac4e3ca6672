"""For whoever decides whether this process lives, and whether it gets traffic."""

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from gatewayctl.admin.control import Control
from gatewayctl.admin.problems import problem, starting


async def livez(control: Control, request: Request) -> Response:
    """200 as long as the event loop answers at all; also while draining, since a restart would not help."""
    return PlainTextResponse("ok\n")


async def readyz(control: Control, request: Request) -> Response:
    """200 while traffic should come, else 503 with the reason: ``draining`` or ``starting``."""
    if control.gateway.leaving:
        return problem(503, "draining", "the gateway is about to end: it finishes what it has and wants nothing new")
    if not control.ready:
        return starting()
    return PlainTextResponse("ready\n")
