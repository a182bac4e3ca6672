"""The gateway as a Starlette application: traffic is taken at the front, Starlette has what is behind."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.types import ASGIApp


class GatewayApp(Starlette):
    """``front`` is given the application behind and becomes the outermost middleware, outside of Starlette's own."""

    def __init__(self, front: Callable[[ASGIApp], ASGIApp]) -> None:
        super().__init__()
        self._front = front

    def build_middleware_stack(self) -> ASGIApp:
        """Starlette's hook, called once before the first message."""
        return self._front(super().build_middleware_stack())
