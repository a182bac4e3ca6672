"""``gatewayctl dump``: the configuration that is in effect, layers merged and defaults filled in, secrets masked."""

import json
from datetime import date
from typing import Annotated, Any

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import ConfigurationOutput


def run(
    configuration: Configuration,
    output: ConfigurationOutput,
    provenance: Annotated[
        bool,
        typer.Option(
            "--provenance", help="Say of each value where it came from: file and line, variable, or built-in default."
        ),
    ] = False,
    redact: Annotated[
        bool, typer.Option("--redact", help="Mask secrets. This is always so; a script may say that it counts on it.")
    ] = True,
) -> int:
    """Print the effective configuration: all layers and includes merged, variables put in, built-in defaults filled in.

    Secrets never appear: *** stands in their place.

    Exit codes: 0, or 2 for an invalid configuration.
    """
    from gatewayctl.config import to_data, to_toml

    console = output.console
    form = output.form
    loaded, _ = configuration.compiled(console)
    if form == "toml":
        if provenance:
            from gatewayctl.config.provenance import to_toml_with_places

            console.print(to_toml_with_places(loaded))
        else:
            console.print(to_toml(loaded, redact=True).rstrip("\n"))
        return 0
    data: dict[str, Any] = to_data(loaded, redact=True)
    if provenance:
        from gatewayctl.config.provenance import values
        from gatewayctl.routetest.places import place

        found = [
            {"path": list(one.path), "value": one.value, "at": place(loaded, one.path).data(), "written": one.written}
            for one in values(loaded)
        ]
        output.print_json(json.loads(json.dumps({"configuration": data, "values": found}, default=_as_text)))
    else:
        console.print(json.dumps(data, indent=2, ensure_ascii=console.ascii_only, default=_as_text))
    return 0


def _as_text(value: date) -> str:
    """A date, which JSON does not know, as it is written in TOML."""
    return value.isoformat()
