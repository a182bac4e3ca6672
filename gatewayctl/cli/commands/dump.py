"""``gatewayctl dump``: the configuration that is in effect, layers merged and defaults filled in, secrets masked."""

import json
from datetime import date

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import ConfigurationOutput


def run(configuration: Configuration, output: ConfigurationOutput) -> int:
    """Print the effective configuration: all layers and includes merged, variables put in, built-in defaults filled in.

    Secrets never appear: *** stands in their place.

    Exit codes: 0, or 2 for an invalid configuration.
    """
    from gatewayctl.config import to_data, to_toml

    console = output.console
    form = output.form
    loaded, _ = configuration.compiled(console)
    if form == "json":
        data = to_data(loaded, redact=True)
        console.print(json.dumps(data, indent=2, ensure_ascii=console.ascii_only, default=_as_text))
    else:
        console.print(to_toml(loaded, redact=True).rstrip("\n"))
    return 0


def _as_text(value: date) -> str:
    """A date, which JSON does not know, as it is written in TOML."""
    return value.isoformat()
