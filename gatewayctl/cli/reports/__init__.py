"""The formats that other tools read, for whatever a command has found. A new one: a file here, and a line below."""

from collections.abc import Mapping
from typing import Final

from gatewayctl.cli.reports.base import Checked, Checking, Report

__all__ = ["REPORTS", "Checked", "Checking", "report"]

REPORTS: Final[Mapping[str, str]] = {
    "github": "github",
    "gitlab": "gitlab",
    "junit": "junit",
    "markdown": "markdown",
    "sarif": "sarif",
}
"""By the word of ``--format``: the module here whose ``report`` writes it; only the one that is asked for is imported."""


def report(form: str) -> Report:
    """The writer of that format."""
    from importlib import import_module

    made: Report = import_module(f"{__name__}.{REPORTS[form]}").report
    return made
