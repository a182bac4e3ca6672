"""``gatewayctl test --record``: reads an access log of any length and writes the cases it shows."""

import os
from pathlib import Path

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import failed
from gatewayctl.cli.live import live_parts
from gatewayctl.cli.logs import Log
from gatewayctl.cli.words import count
from gatewayctl.config.reading import absolute
from gatewayctl.replay.reading import LogReading
from gatewayctl.replay.recording import Recording
from gatewayctl.routetest.suite.reading import DEFAULT_CONFIG
from gatewayctl.routetest.visible import visible
from gatewayctl.routetest.walk import Examiner


def write_cases(log: str, configuration: Configuration, console: Console, output: str | None) -> int:
    """Writes the cases that hold for the configuration to the results; what was left out, and why, goes to standard
    error. ``output``: the file that they are written to, None for standard output."""
    from gatewayctl.config.layout import formatted

    recording = Recording(Examiner(*configuration.compiled(console), live_parts()))
    read = Log(log)
    read.each(lambda _, entry: recording.take(entry))
    if recording.cases:
        console.print(formatted(recording.toml(_configuration(configuration, output)) + "\n").removesuffix("\n"))
    read.show_broken(console)
    for request in recording.first_elsewhere:
        console.hint(f"left out, since the configuration at hand handles it otherwise: {visible(request)}")
    console.hint(_in_sum(recording, read.reading))
    if recording.masked:
        way_out = 'query = "full" in [log] keeps them'
        console.hint(f"{count(recording.masked, 'case')} with masked values (*) that routes ask for: {way_out}")
    if not recording.cases:
        way_out = "it takes our access log in JSON, the combined format, or nginx's default, of this configuration"
        raise failed("E603", f"{count(read.reading.lines, 'line')} of {log} make no case", way_out)
    return 0


def _in_sum(recording: Recording, reading: LogReading) -> str:
    notes = [f"{count(len(recording.cases), 'case')} from {count(reading.lines, 'line')}"]
    if reading.broken:
        notes.append(f"{reading.broken} not understood")
    if reading.empty:
        notes.append(f"{reading.empty} about what was no request")
    if reading.ended:
        notes.append(f"{reading.ended}, and what follows was not read")
    if recording.unknowable:
        notes.append(f"{recording.unknowable} passed over, since their outcome cannot be known offline")
    if recording.elsewhere:
        notes.append(f"{count(len(recording.elsewhere), 'shape')} handled otherwise here")
    if recording.beyond:
        notes.append(f"{recording.beyond} of further shapes, beyond what one file holds")
    return "; ".join(notes)


def _configuration(configuration: Configuration, output: str | None) -> list[str]:
    """What the file says about its configuration: nothing, where it is the one beside it."""
    here = Path.cwd()
    folder = here if output is None else absolute(output, here).parent
    files = [os.path.relpath(absolute(file, here), folder) for file in configuration.files if file != STANDARD_INPUT]
    return [] if files == [DEFAULT_CONFIG] else [Path(file).as_posix() for file in files]
