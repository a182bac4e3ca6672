"""One thing that can be asked of the admin face."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import Control
from gatewayctl.admin.gate import Need

Answer = Callable[[Control, Request], Awaitable[Response]]


class Endpoint(NamedTuple):
    """``about`` says in a few words what it is for; a GET answers HEAD too."""

    method: str
    path: str
    need: Need
    about: str
    answer: Answer

    def __str__(self) -> str:
        return f"{self.method} {self.path}"
