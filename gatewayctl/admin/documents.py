"""State and configuration as JSON documents."""

import json
import platform
from collections.abc import Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl import __version__
from gatewayctl.admin.control import Control
from gatewayctl.admin.slices import joined

JSON = "application/json"


def document(data: Any) -> Response:
    """A small document, laid out for reading."""
    return Response(json.dumps(data, ensure_ascii=False, indent=2) + "\n", media_type=JSON)


async def version(control: Control, request: Request) -> Response:
    """What runs here."""
    return document({"name": "gatewayctl", "version": __version__, "python": platform.python_version()})


async def status(control: Control, request: Request) -> Response:
    """The facts somebody needs at three in the morning."""
    await control.fresh()
    return document(control.status())


async def config(control: Control, request: Request) -> Response:
    """The effective configuration with its defaults filled in and its secrets masked; one line an object."""
    return Response(await joined(_sections(control.config_data())), media_type=JSON)


async def fingerprints(control: Control, request: Request) -> Response:
    """The fingerprints of the secrets in force: enough to see whether two are the same, for who has the token."""
    return document({"fingerprints": control.fingerprints()})


def _sections(data: dict[str, Any]) -> Iterator[bytes]:
    opening = "{"
    for section, value in data.items():
        yield f"{opening}\n{json.dumps(section)}: ".encode()
        if isinstance(value, dict) and value and all(isinstance(item, dict) for item in value.values()):
            yield from listing(((json.dumps(name) + ": ", item) for name, item in value.items()), "{", "}")
        else:
            yield line(value)
        opening = ","
    yield b"{}\n" if opening == "{" else b"\n}\n"


def listing(items: Iterator[tuple[str, Any]], opening: str, closing: str) -> Iterator[bytes]:
    """A JSON array or object with a line for each item; an item is what stands before its value, and the value."""
    separator = opening
    for before, value in items:
        yield f"{separator}\n{before}".encode() + line(value)
        separator = ","
    yield (opening + closing if separator == opening else f"\n{closing}").encode()


def line(value: Any) -> bytes:
    """JSON on one line."""
    return json.dumps(value, ensure_ascii=False).encode()
