"""``gatewayctl status``: how a running gateway is, for a person at three in the morning and for a check in a script."""

from typing import Any, Final

from gatewayctl.cli.admin import NOT_OURS, AdminOptions
from gatewayctl.cli.errors import failed
from gatewayctl.cli.output import Output
from gatewayctl.cli.status_text import attention, status_text

_WAIT: Final = 5.0
"""Seconds for the answer."""


def run(admin: AdminOptions, output: Output) -> int:
    """Show how a running gateway is: what needs attention first, then what it serves and its instances.

    Exit codes: 0 healthy, 1 something needs attention (such as a reload that failed), 2 no gateway could be asked.
    """
    console = output.console
    form = output.form
    where = admin.find(console)
    facts: dict[str, Any] = where.data("GET", "/status", within=_WAIT)
    if "generation" not in facts:
        raise failed(NOT_OURS, f"{where} does not say how a gateway is", "--admin URL names the right one")
    wrong = attention(facts)
    if form == "json":
        output.print_json({"ok": not wrong, "attention": wrong, **facts})
    else:
        console.print(status_text(facts, wrong, width=console.width, style=console.style))
    return 1 if wrong else 0
