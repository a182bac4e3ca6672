"""``POST /drain``: the gateway begins to end, as on SIGTERM."""

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import Control
from gatewayctl.admin.documents import document


async def drain(control: Control, request: Request) -> Response:
    """200 with what will happen. Asked again it says how far it is; nothing but a signal ends it at once."""
    return document({"ok": True, **await control.drain()})
