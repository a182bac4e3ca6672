"""``gatewayctl schema``: the JSON Schema (2020-12) of the configuration, for editors and for whoever generates it."""

import json
from typing import Annotated

import typer

from gatewayctl.cli.console import Console


def run(
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to FILE instead of standard output.")
    ] = None,
) -> int:
    """Print the JSON Schema of the configuration.

    An editor that reads "#:schema ./schemas/gateway.schema.json" in the first line of a TOML file (Taplo, Even Better
    TOML) then completes and checks it while you type.

    Exit codes: 0, or 2 where FILE cannot be written.
    """
    from gatewayctl.config import schema

    console = Console(output=output)
    console.print(json.dumps(schema(), indent=2, ensure_ascii=console.ascii_only))
    console.finish()
    return 0
