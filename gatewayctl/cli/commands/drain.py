"""``gatewayctl drain``: lets a running gateway finish what it has, and end."""

import time
from typing import Annotated, Any, Final

import typer

from gatewayctl.cli.admin import NO_ANSWER, UNREACHABLE, Admin, AdminOptions
from gatewayctl.cli.errors import CommandError, failed
from gatewayctl.cli.output import Output
from gatewayctl.cli.waiting import waiting

_WAIT: Final = 10.0
"""Seconds for an answer."""
_LOOK: Final = 0.25
"""Seconds between two looks whether it has ended."""
_LATE: Final = 30.0
"""Seconds beyond what the gateway has said it may take."""


def run(
    admin: AdminOptions,
    output: Output,
    wait: Annotated[bool, typer.Option("--wait", help="Return when it has ended, not when its end has begun.")] = False,
) -> int:
    """Make a running gateway finish what it has, and end.

    It does what SIGTERM does: readiness says no, after shutdown_delay nothing is accepted any more, and requests may
    finish within shutdown_grace. Asking again changes nothing; a signal ends it at once.

    Exit codes: 0 it is ending (with --wait: it has ended), 2 refused, or no gateway could be asked.
    """
    where = admin.find(output.console)
    facts = where.data("POST", "/drain", within=_WAIT)
    if wait:
        with waiting("the gateway finishes what it has"):
            _until_ended(where, facts)
    if output.form == "json":
        output.print_json({"ok": True, "ended": wait} | {name: fact for name, fact in facts.items() if name != "ok"})
    elif wait:
        output.console.print("the gateway has ended")
    else:
        output.console.print(f"draining: {facts.get('summary')}; {facts.get('in_flight')} requests in flight")
    return 0


def _until_ended(where: Admin, facts: dict[str, Any]) -> None:
    """Its admin address is served until the end."""
    longest = sum(float(facts.get(f"shutdown_{part}_seconds") or 0) for part in ("delay", "grace")) + _LATE
    end = time.monotonic() + longest
    while True:
        try:
            where.ask("GET", "/livez", within=_WAIT)
        except CommandError as error:
            if error.diagnostics[0].code in (UNREACHABLE, NO_ANSWER):
                return
            raise
        if time.monotonic() > end:
            way_out = "look at its log; a second SIGTERM ends it at once"
            raise failed(NO_ANSWER, f"the gateway at {where} has not ended within {longest:.0f}s", way_out)
        time.sleep(_LOOK)
