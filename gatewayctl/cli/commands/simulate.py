"""``gatewayctl simulate``: what limits would have done to the requests of an access log."""

from typing import Annotated

import typer

from gatewayctl.cli.choices import LogFile, LogHost
from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import Output
from gatewayctl.cli.waiting import waiting


def run(
    configuration: Configuration,
    output: Output,
    log: LogFile,
    host: LogHost = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if any request would be refused.")
    ] = False,
) -> int:
    """Show what the limits of a configuration would have done to the requests of an access log.

    The gateway's own engines run with the log's times as their clock. For each limit: the share that is refused, the keys
    that are refused most, the busiest second, and the smallest limit that would have refused nothing, 0.1 % and 1 %. A
    limit whose key a log does not tell (a header field, the consumer, a claim) is not simulated, and that is said.

    Exit codes: 0 done, 1 requests refused (with --exit-code), 2 a log or a configuration that cannot be read.
    """
    from gatewayctl.cli.logs import Log, host_of
    from gatewayctl.cli.simulated_text import notes, simulate_text
    from gatewayctl.replay.simulated import found_limits, simulate_data
    from gatewayctl.replay.simulating import Simulation

    console, form = output.console, output.form
    stand_in = host_of(host)
    _, plan = configuration.compiled(console)
    read = Log(log)
    simulation = Simulation(plan, host=stand_in)
    try:
        read.each(simulation.take)
        read.check()
        with waiting("other limits are tried"):
            simulation.finish()
            found = found_limits(simulation)
    finally:
        simulation.close()
    if form == "json":
        output.print_json(simulate_data(simulation, found, log, read.reading))
    else:
        console.print(simulate_text(simulation, found, console))
    read.hints(console, host)
    for note in notes(simulation, found):
        console.hint(f"note: {note}")
    return 1 if exit_code and simulation.refused else 0
