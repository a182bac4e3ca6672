"""Which files a configuration is made of where nobody says so."""

import os
from collections.abc import Mapping
from typing import Final

FILES_VARIABLE: Final = "GATEWAYCTL_CONFIG"
DEFAULT_FILE: Final = "gateway.toml"


def default_files(environ: Mapping[str, str]) -> list[str]:
    """Those of GATEWAYCTL_CONFIG (layers with ``:`` between them), else gateway.toml."""
    named = environ.get(FILES_VARIABLE, "")
    return [file for file in named.split(os.pathsep) if file] or [DEFAULT_FILE]
