"""From arguments to an exit code: finds the command, lets typer read its options, and says what went wrong.

Only the module of the command that is used is imported. Nothing that happens inside a command gets past ``_call``: what
it cannot do becomes a diagnostic, an interrupt or a closed pipe ends it quietly, anything unforeseen becomes one line.
"""

import gc
import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from gatewayctl.cli.commands import COMMANDS
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, usage
from gatewayctl.cli.pipes import closed_pipe
from gatewayctl.cli.problems import document, drawn
from gatewayctl.core.suggest import did_you_mean

INTERRUPTED: Final = 130
"""128 + SIGINT: what a shell reports for a tool that Ctrl-C has ended."""
TRACEBACK_VARIABLE: Final = "GATEWAYCTL_TRACEBACK"


def run(arguments: Sequence[str]) -> int:
    """Runs the command that ``arguments`` name. Gives the exit code; never raises for anything a user can do."""
    _ensure_streams()
    # No plugin of pydantic is used here; looking for them reads the metadata of everything that is installed.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    collecting = gc.isenabled()
    if list(arguments[:1]) != ["serve"]:
        gc.disable()  # a command is over before garbage matters, and looking for it takes a tenth of the time
    try:
        return _run(list(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return closed_pipe()
    finally:
        if collecting:
            gc.enable()


def _run(arguments: list[str]) -> int:
    try:
        return _dispatch(arguments)
    except CommandError as error:
        return _show(error, Console(color=_color(arguments)))


def _dispatch(arguments: list[str]) -> int:
    first = arguments[0] if arguments else ""
    if first in ("", "help", "-h", "--help"):
        return _help(arguments)
    if first.startswith("-"):
        if first in ("-V", "--version"):
            raise usage("--version stands alone", "write gatewayctl --version")
        raise usage(
            "options stand after the command",
            "write gatewayctl COMMAND [OPTIONS]; gatewayctl --help lists the commands",
        )
    return _invoke(_known(first), arguments[1:])


def _known(name: str) -> str:
    """The name, if it is that of a command."""
    if name not in COMMANDS:
        way_out = did_you_mean(name, COMMANDS) or "gatewayctl --help lists the commands"
        raise usage(f'unknown command "{name}"', way_out)
    return name


def _help(arguments: list[str]) -> int:
    from gatewayctl.cli.overview import overview

    if len(arguments) > 1 and arguments[0] == "help":
        return _invoke(_known(arguments[1]), ["--help"])
    console = Console(color=_color(arguments))
    if not arguments:
        console.hint(overview(console.hint_style))
        return 2
    console.print(overview(console.style))
    console.finish()
    return 0


def command(name: str) -> Any:
    """The command object that typer makes of the module of that command."""
    import typer
    from typer.main import get_command

    from gatewayctl.cli.bundles import flattened

    module = import_module(f"gatewayctl.cli.commands.{COMMANDS[name].module}")
    app = typer.Typer(add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False)
    settings = {"help_option_names": ["-h", "--help"], "max_content_width": 100}
    app.command(name, context_settings=settings)(flattened(module.run, _call))
    return get_command(app)


def _invoke(name: str, arguments: list[str]) -> int:
    import typer

    made = command(name)
    # The base of all usage errors: click's own class, or typer's copy of it, depending on the version of typer.
    refused: Any = typer.BadParameter.__mro__[2]
    try:
        code = made.main(args=arguments, prog_name=f"gatewayctl {name}", standalone_mode=False)
    except refused as error:
        raise _usage(error, name, made) from None
    except typer.Abort:
        return INTERRUPTED
    except SystemExit:  # which typer raises, outside of any command, for nothing but a closed pipe
        return closed_pipe()
    return code if isinstance(code, int) else 0


def _usage(error: Any, name: str, made: Any) -> CommandError:
    """What typer has to say about the command line, in our words where they are better."""
    unknown = getattr(error, "option_name", None)
    known = [option for parameter in made.params for option in parameter.opts if option.startswith("--")]
    lists = f"gatewayctl {name} --help explains the command"
    if unknown and unknown.startswith("-") and "such option" in error.format_message():
        return usage(f'unknown option "{unknown}"', did_you_mean(unknown, [*known, "--help"]) or lists)
    message = " ".join(error.format_message().replace("Value error, ", "").split()).rstrip(".")
    return usage(message[:1].lower() + message[1:], lists)


def _call(call: Callable[[], int], arguments: dict[str, Any]) -> int:
    """Runs a command, and turns what it raises into an exit code."""
    from gatewayctl.cli.output import Answer

    output = next((value for value in arguments.values() if isinstance(value, Answer)), None)
    console = Console() if output is None else output.console
    try:
        code = call()
        console.finish()
    except CommandError as error:
        if output is not None and output.json:
            return _show_json(error, output)
        return _show(error, console)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return closed_pipe()
    except Exception as error:
        return _internal(error, console)
    return code


def _show(error: CommandError, console: Console) -> int:
    try:
        console.hint(drawn(error.diagnostics, error.sources, console.hint_style))
    except CommandError as second:  # standard error takes nothing: the exit code is all that can be said
        return second.exit_code
    return error.exit_code


def _show_json(error: CommandError, output: Any) -> int:
    try:
        output.print_json(document(error.diagnostics, ok=False))
        output.console.finish()
    except CommandError as second:  # the output itself cannot be written
        return _show(second, output.console)
    return error.exit_code


def _internal(error: Exception, console: Console) -> int:
    """One line for what nobody foresaw. The message of the exception stays out: it could hold a secret."""
    import traceback

    if os.environ.get(TRACEBACK_VARIABLE):
        traceback.print_exception(error)
    package = Path(__file__).parent.parent
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if Path(frame.filename).is_relative_to(package)]
    frame = (ours or list(frames))[-1]
    name = Path(frame.filename)
    where = name.relative_to(package.parent).as_posix() if name.is_relative_to(package) else name.name
    style = console.hint_style
    console.hint(
        f"{style.bad('internal error[E999]')}{style.strong(f': {type(error).__name__} in {where}:{frame.lineno}')}"
    )
    if not os.environ.get(TRACEBACK_VARIABLE):
        console.hint(
            f"  = help: this is a fault of gatewayctl; {TRACEBACK_VARIABLE}=1 shows the traceback for a report"
        )
    return 2


def _color(arguments: Sequence[str]) -> str:
    """What ``--color`` says, for errors about a command line that could not be read."""
    words = [*arguments, ""]
    for at, word in enumerate(arguments):
        choice = words[at + 1] if word == "--color" else word.removeprefix("--color=")
        if word.startswith("--color") and choice in ("always", "never"):
            return choice
    return "auto"


def _ensure_streams() -> None:
    """Whoever started us may have closed the standard streams; then what is written to them goes nowhere."""
    if sys.stdout is None:
        sys.stdout = Path(os.devnull).open("w")  # noqa: SIM115 - lives as long as the process
    if sys.stderr is None:
        sys.stderr = Path(os.devnull).open("w")  # noqa: SIM115
