"""The gateway as a Starlette application: traffic is taken at the front, Starlette has what is behind."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.types import ASGIApp

from gatewayctl.proxy.asgi import AsgiGateway
from gatewayctl.proxy.gateway import Gateway


class GatewayApp(Starlette):
    """``front`` is given the application behind and becomes the outermost middleware, outside of Starlette's own."""

    def __init__(self, front: Callable[[ASGIApp], ASGIApp]) -> None:
        super().__init__()
        self._front = front

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's hook, called once before the first message."""
        return self._front(super().build_middleware_stack())


def traffic_app(gateway: Gateway) -> GatewayApp:
    """The application of a gateway that answers everything itself."""
    return GatewayApp(lambda behind: AsgiGateway(gateway).take)
