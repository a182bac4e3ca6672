"""``POST /reload``: the configuration is loaded anew, as if a file had changed."""

from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.control import Control
from gatewayctl.admin.documents import document
from gatewayctl.admin.problems import problem


async def reload(control: Control, request: Request) -> Response:
    """200 with what changed; 422 with every diagnostic where it was refused, and the old configuration goes on."""
    outcome = await control.reload()
    found: dict[str, Any] = {
        "ok": outcome.ok,
        "summary": outcome.summary,
        "generation": outcome.generation,
        "diagnostics": outcome.diagnostics,
        "rendered": outcome.rendered,
    }
    if outcome.ok:
        return document(found)
    detail = f"{outcome.summary}; generation {outcome.generation} goes on serving"
    return problem(422, "config_refused", detail, **found)
