"""``gatewayctl export``: the routes for people who call them."""

import json
from enum import StrEnum
from typing import Annotated

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.console import Console
from gatewayctl.cli.problems import on_one_line


class Kind(StrEnum):
    openapi = "openapi"


def run(
    configuration: Configuration,
    kind: Annotated[Kind, typer.Argument(metavar="openapi", help="What to write.", show_default=False)],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write the description to FILE.")
    ] = None,
    title: Annotated[str, typer.Option("--title", metavar="TEXT", help="The title of the API.")] = "Gateway",
    server: Annotated[
        str,
        typer.Option("--server", metavar="URL", help="Where clients reach the gateway. Default: its first listener."),
    ] = "",
) -> int:
    """Describe the enabled routes as OpenAPI 3.1 (JSON): paths, methods, parameters, what has to be sent, who refuses.

    What a route matches by beside that stands under x-gatewayctl, and gatewayctl import openapi makes the same routes of
    it again. Addresses of services and secrets do not appear.

    Exit codes: 0, or 2 for an invalid configuration.
    """
    from gatewayctl.foreign.openapi_export import exported

    console = Console(output=output)
    loaded, plan = configuration.compiled(console)
    listener = next((str(one) for one in plan.server.listen if not one.path), "/")
    document, notes = exported(loaded, plan, title=title, server=server or listener)
    for note in notes:
        console.hint(on_one_line(note, console.hint_style) + f" ({note.help})")
    console.print(json.dumps(document, indent=2, ensure_ascii=console.ascii_only))
    console.finish()
    return 0
