"""An application of one's own with a gateway in front: what no route takes is the application's."""

from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from gatewayctl.asgi import GatewayMiddleware


async def user(request: Request) -> JSONResponse:
    """A page that has not moved to a service yet."""
    return JSONResponse({"user": request.path_params["id"], "from": "the application"})


app = Starlette(routes=[Route("/api/users/{id}", user)])
app.add_middleware(GatewayMiddleware, files=[str(Path(__file__).with_name("gateway.toml"))])
