"""The admin face as a Starlette application: its endpoints in one table, and the way that every request takes.

Gate, then answer, then the fields that all answers carry. A fault of ours is reported and answered as a problem;
nothing is ever raised into the server.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from gatewayctl.admin import documents, health
from gatewayctl.admin.breakers import breakers, reset
from gatewayctl.admin.control import Control
from gatewayctl.admin.drains import drain
from gatewayctl.admin.endpoint import Answer, Endpoint
from gatewayctl.admin.gate import Gate, Need
from gatewayctl.admin.index import index
from gatewayctl.admin.metrics import Metrics
from gatewayctl.admin.problems import problem
from gatewayctl.admin.reloads import reload
from gatewayctl.admin.routes import routes
from gatewayctl.admin.services import services

_ON_EVERY_ANSWER: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
}


def admin_app(control: Control) -> Starlette:
    """The application for one gateway. It keeps no state but wrong tokens and the scrape that is under way."""
    gate = Gate(control)
    listed = (
        Endpoint("GET", "/livez", Need.PROBE, "200 while the process lives", health.livez),
        Endpoint("GET", "/readyz", Need.PROBE, "200 while traffic should come here, else 503", health.readyz),
        Endpoint("GET", "/metrics", Need.PROBE, "Prometheus metrics", Metrics(control)),
        Endpoint("GET", "/status", Need.READ, "what runs, since when, and how it is", documents.status),
        Endpoint("GET", "/config", Need.READ, "the effective configuration, secrets masked", documents.config),
        Endpoint("GET", "/fingerprints", Need.CHANGE, "keyed fingerprints of the secrets", documents.fingerprints),
        Endpoint("GET", "/routes", Need.READ, "the routes in matching order", routes),
        Endpoint("GET", "/services", Need.READ, "the services and their instances", services),
        Endpoint("GET", "/breakers", Need.READ, "the circuit breakers and their states", breakers),
        Endpoint("POST", "/breakers/{name}/{service}/reset", Need.CHANGE, "closes a breaker of a service", reset),
        Endpoint("GET", "/version", Need.READ, "the version of the gateway", documents.version),
        Endpoint("POST", "/reload", Need.CHANGE, "loads the configuration anew", reload),
        Endpoint("POST", "/drain", Need.CHANGE, "begins to end the gateway, as SIGTERM does", drain),
    )
    endpoints = (*listed, Endpoint("GET", "/", Need.READ, "this list", partial(index, listed)))

    def guarded(answer: Answer, need: Need) -> Callable[[Request], Awaitable[Response]]:
        async def handle(request: Request) -> Response:
            try:
                response = gate.refusal(request, need) or await answer(control, request)
            except Exception as error:
                control.gateway.report(error, f"answering {request.method} {_path(request)} on the admin address")
                response = problem(500, "internal_error", "the gateway failed to answer this: see its log")
            for name, value in _ON_EVERY_ANSWER.items():
                response.headers.setdefault(name, value)
            return response

        return handle

    unknown = guarded(partial(_unknown, endpoints), Need.READ)

    async def not_served(request: Request, error: Exception) -> Response:
        return await unknown(request)

    app = Starlette(
        routes=[Route(e.path, guarded(e.answer, e.need), methods=[e.method]) for e in endpoints],
        exception_handlers={HTTPException: not_served},
    )
    app.router.redirect_slashes = False  # every path has one spelling
    return app


async def _unknown(endpoints: tuple[Endpoint, ...], control: Control, request: Request) -> Response:
    """What is not served: 405 where the path is, else 404; both say what there is."""
    available = [str(endpoint) for endpoint in endpoints]
    path = _path(request)
    methods = [endpoint.method for endpoint in endpoints if endpoint.path == path]
    if not methods:
        return problem(404, "not_found", f'the admin address has nothing at "{path}"', available=available)
    allow = ", ".join(sorted({*methods, "HEAD"} if "GET" in methods else methods))
    detail = f"{path} takes {allow}, not {request.method[:50]}"
    return problem(405, "method_not_allowed", detail, headers={"Allow": allow}, available=available)


def _path(request: Request) -> str:
    path: str = request.scope["path"]
    return path[:200]
