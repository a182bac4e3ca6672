"""``gatewayctl test --record``: reads an access log of any length and writes the cases it shows."""

import sys
from pathlib import Path

from gatewayctl.cli.configuration import STANDARD_INPUT
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import failed, problem_of
from gatewayctl.cli.words import count
from gatewayctl.routetest.suite.recording import MOST, Recording
from gatewayctl.routetest.visible import visible


def write_cases(log: str, console: Console) -> int:
    """Writes the cases to the results; what was left out, and why, goes to standard error."""
    recording = Recording()
    if log == STANDARD_INPUT:
        recording.read(sys.stdin.buffer)
    else:
        try:
            with Path(log).open("rb") as lines:
                recording.read(lines)
        except OSError as error:
            raise failed("E001", f"{log} cannot be read: {problem_of(error)}", "check the name of the log") from None
    if not recording.cases:
        way_out = 'it takes our access log in JSON: access_format = "json" in [log]'
        raise failed("E603", f"{count(recording.lines, 'line')} of {log} make no case", way_out)
    console.print(recording.toml())
    for number, text in recording.first_broken:
        console.hint(f"{log}:{number}: not a line of the access log: {visible(text)}")
    notes = [f"{count(len(recording.cases), 'case')} from {count(recording.lines, 'line')}"]
    if recording.broken:
        notes.append(f"{recording.broken} not understood")
    if recording.unknowable:
        notes.append(f"{recording.unknowable} passed over, since their outcome cannot be known offline")
    console.hint("; ".join(notes))
    if recording.masked:
        way_out = 'query = "full" in [log] keeps them'
        console.hint(f"{count(recording.masked, 'case')} with query values that the log has masked (*): {way_out}")
    if len(recording.cases) == MOST:
        console.hint(f"more than {MOST} shapes of requests: the rest was left out")
    return 0
