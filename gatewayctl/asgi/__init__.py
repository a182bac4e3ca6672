"""The gateway for any ASGI server: ``uvicorn gatewayctl.asgi:app`` with GATEWAYCTL_CONFIG naming its files.

``create_app`` makes others: with files of their own, with the admin address, with an application behind. In an
application that exists already, ``GatewayMiddleware`` stands in front of what it serves itself. See ``docs/asgi.md``.
"""

from collections.abc import Sequence

from starlette.types import ASGIApp

from gatewayctl.asgi.middleware import GatewayMiddleware
from gatewayctl.server.app import GatewayApp

__all__ = ["GatewayMiddleware", "app", "create_app"]


def create_app(
    files: Sequence[str] | None = None, *, admin: bool = False, fallback: ASGIApp | None = None
) -> GatewayApp:
    """A gateway that reads its configuration when the server starts it.

    ``files`` are the layers of one configuration; without them those of GATEWAYCTL_CONFIG, else gateway.toml. ``admin``:
    the admin address listens as ``[admin]`` says. ``fallback``: an application that gets what no route takes, and whose
    lifespan runs within the gateway's; without one the gateway answers everything.
    """
    return GatewayApp(
        lambda behind: (
            GatewayMiddleware(
                behind if fallback is None else fallback, files, admin=admin, fall_through=fallback is not None
            ).take
        )
    )


app = create_app()
