"""``gatewayctl replay``: an access log asked of two configurations."""

from typing import Annotated

import typer

from gatewayctl.cli.choices import Against, AgainstTokenFile, FailOnChanges, LogFile, LogHost
from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Output


def run(
    configuration: Configuration,
    output: Output,
    log: LogFile,
    old: Annotated[
        str | None,
        typer.Option("--old", metavar="SIDE", help="A revision, REV:PATH, a file or a folder. Default: HEAD."),
    ] = None,
    new: Annotated[
        str | None, typer.Option("--new", metavar="SIDE", help="The same. Default: the working tree.")
    ] = None,
    against: Against = None,
    token_file: AgainstTokenFile = None,
    host: LogHost = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if any request is handled otherwise.")
    ] = False,
    fail_on: FailOnChanges = None,
) -> int:
    """Show what another configuration would do with the requests of an access log, counted, with samples.

    It reads the gateway's JSON and combined logs, nginx's default and the common log format, of any length. Each kind of
    change has the class and severity that diff gives it. Lines that are broken are counted and passed over. What a log
    does not tell (header fields, credentials) is said, not guessed.

    Exit codes: 0 done, 1 changes (with --exit-code or --fail-on), 2 a log or a side that cannot be read.
    """
    from gatewayctl.cli.logs import Log, host_of
    from gatewayctl.cli.sides import Sides, two
    from gatewayctl.diff.text import painted
    from gatewayctl.replay.document import replay_data
    from gatewayctl.replay.replaying import Replay
    from gatewayctl.replay.text import notes, replay_text

    if token_file is not None and against is None:
        raise usage("--token-file is given without --against", "add --against URL")
    if old is not None and against is not None:
        raise usage("--against is the old side, and --old another one", "give one of them")
    console, form, style = output.console, output.form, output.console.style
    stand_in = host_of(host)
    with Sides(configuration, console) as sides:
        if against is not None:
            from gatewayctl.cli.admin import AdminOptions

            options = AdminOptions(config=configuration.config, admin=against, token_file=token_file)
            pair = two(sides, [] if new is None else [new], options.find_with_token(console))
        else:
            first = sides.revision("HEAD", "") if old is None else sides.named(old)
            pair = first, sides.working_tree() if new is None else sides.named(new)
    read = Log(log)
    replay = Replay(*pair, host=stand_in)
    read.each(replay.take)
    read.check()
    if form == "json":
        output.print_json(replay_data(replay, log, read.reading))
    else:
        console.print(replay_text(replay, lambda severity, text: painted(severity, text, style), style.strong))
    read.hints(console, host)
    for note in notes(replay):
        console.hint(f"note: {note}")
    worst = replay.worst()
    if worst is None:
        return 0
    return 1 if exit_code or (fail_on is not None and fail_on.covers(worst.value)) else 0
