"""The page at ``/``: what there is to ask for. Text, or HTML without scripts for a browser."""

import base64
import hashlib
import html
from collections.abc import Sequence, Sized
from typing import Final

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from gatewayctl import __version__
from gatewayctl.admin.control import Control, in_force
from gatewayctl.admin.endpoint import Endpoint
from gatewayctl.core.reply import preferred

_STYLE: Final = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:44rem;margin:8vh auto;padding:0 1rem;color:#222;background:#fff}"
    "h1{font-size:1.4rem}td{padding:.15rem 1rem .15rem 0;vertical-align:top}code,a{font-family:ui-monospace,monospace}"
    "@media(prefers-color-scheme:dark){body{color:#ddd;background:#181818}a{color:#8cf}}"
)
_STYLE_HASH: Final = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>gatewayctl admin</title><style>{style}</style></head>
<body><h1>gatewayctl {version}</h1><p>{state}</p><table>
{rows}
</table></body></html>
"""


async def index(endpoints: Sequence[Endpoint], control: Control, request: Request) -> Response:
    """The list of ``endpoints`` with the state of the gateway."""
    state = _state(control)
    if preferred(request.headers.get("accept", "").encode("latin-1")).startswith(b"text/html"):
        page = _PAGE.format(
            style=_STYLE, version=__version__, state=html.escape(state), rows="\n".join(map(_row, endpoints))
        )
        policy = f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; frame-ancestors 'none'"
        return HTMLResponse(page, headers={"Content-Security-Policy": policy})
    lines = [f"gatewayctl {__version__}: {state}", ""]
    lines += [f"{e.method:4} {e.path:10} {e.about}" for e in endpoints]
    return PlainTextResponse("\n".join(lines) + "\n")


def _state(control: Control) -> str:
    bound = in_force(control.gateway)
    if bound is None:
        return "no configuration is in force yet"
    state = "draining" if control.gateway.leaving else "ready" if control.ready else "starting"
    return (
        f"{state}, generation {bound.generation}, {_count(bound.routes, 'route')}, {_count(bound.services, 'service')}"
    )


def _count(things: Sized, noun: str) -> str:
    return f"1 {noun}" if len(things) == 1 else f"{len(things)} {noun}s"


def _row(endpoint: Endpoint) -> str:
    path, about = html.escape(endpoint.path), html.escape(endpoint.about)
    shown = f'<a href="{path}">{path}</a>' if endpoint.method == "GET" else f"<code>{path}</code>"
    return f"<tr><td><code>{endpoint.method}</code></td><td>{shown}</td><td>{about}</td></tr>"
