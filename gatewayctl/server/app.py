"""The gateway as a Starlette application. Traffic never gets this far: the door in front of it answers everything."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route


async def _not_reached(request: Request) -> Response:
    return PlainTextResponse("this application is served through the gateway's door only\n", status_code=501)


def gateway_app() -> Starlette:
    """What uvicorn is given beside the express door; it takes no requests itself."""
    return Starlette(routes=[Route("/{path:path}", _not_reached)])
