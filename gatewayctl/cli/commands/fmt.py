"""``gatewayctl fmt``: the canonical layout of configurations and route tests, comments kept."""

import sys
from collections.abc import Sequence
from difflib import unified_diff
from pathlib import Path
from typing import Annotated

import typer

from gatewayctl.cli.configuration import STANDARD_INPUT, UNNAMED, Files
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, usage
from gatewayctl.cli.formatting import Formatted, all_files, formatted_bytes, masked, read
from gatewayctl.cli.output import Color
from gatewayctl.cli.placing import put
from gatewayctl.cli.styles import Style
from gatewayctl.cli.words import count


def run(
    configuration: Files,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Files, or folders to look for them in; - is standard input, whose layout is printed.",
            show_default=False,
        ),
    ] = None,
    check: Annotated[bool, typer.Option("--check", help="Write nothing; name the files that would change.")] = False,
    diff: Annotated[bool, typer.Option("--diff", help="Write nothing; show what would change.")] = False,
    stdin_filename: Annotated[
        str | None, typer.Option("--stdin-filename", metavar="NAME", help="What standard input (-) is called.")
    ] = None,
    color: Annotated[Color, typer.Option("--color", help="Colours of --diff.", show_default=False)] = Color.auto,
) -> int:
    """Lay files out in the one canonical way: spaces, alignment, empty lines, quotes. Comments and order are kept.

    What a file says never changes; a file that does not parse is not touched, and then no other file is either. Without
    FILE, it is the configuration with all that it includes. Of a folder, it is the configurations
    and route tests in it; that there are none is said, and is no error.

    Exit codes: 0 done, or nothing to do; 1 under --check or --diff, if a file would change; 2 where a file cannot be
    read or does not parse.
    """
    console = Console(color=color)
    done = _formatted(configuration, files, stdin_filename, console)
    wrong = [diagnostic for one in done for diagnostic in one.found]
    if wrong:
        raise CommandError(wrong, sources={one.name: masked(one.name, one.before) for one in done})
    changed = [one for one in done if one.changed]
    if diff:
        for one in changed:
            console.print(_difference(one, console.style))
    if check:
        for one in changed:
            console.print(f"{one.name}: not in its layout")
    if not done:
        return 0
    if check or diff:
        console.hint(f"{count(len(changed), 'file')} of {len(done)} would change")
        return 1 if changed else 0
    for one in done:
        if one.path is None:
            console.print((one.after or "").removesuffix("\n"))
        elif one.changed:
            put(one.path, one.after or "")
            console.print(f"formatted {one.name}")
    if any(one.path is not None for one in done):
        console.hint(f"{count(len(changed), 'file')} of {len(done)} changed")
    return 0


def _formatted(
    configuration: Files, files: Sequence[str] | None, stdin_filename: str | None, console: Console
) -> list[Formatted]:
    given = list(files or [])
    if given and configuration.config:
        raise usage("both FILE and -c are given", "-c FILE means it with all that it includes, FILE it alone: use one")
    if given.count(STANDARD_INPUT) > 1:
        raise usage("standard input (-) is given twice", "give it once")
    if stdin_filename is not None and STANDARD_INPUT not in given:
        raise usage("--stdin-filename is given, but standard input (-) is not", "add - as the file")
    named = [name for name in given if name != STANDARD_INPUT]
    paths, empty = all_files(named) if given else (_of_the_configuration(configuration), [])
    for folder in empty:
        console.hint(f"note: there is no configuration and no route test in {folder}: nothing to lay out")
    done = [read(path) for path in paths]
    if STANDARD_INPUT in given:
        done.append(formatted_bytes(sys.stdin.buffer.read(), stdin_filename or UNNAMED))
    return done


def _of_the_configuration(configuration: Files) -> list[Path]:
    """The files of a configuration and what they include, whether it is valid or not."""
    from gatewayctl.cli.configuration import Configuration

    loaded = Configuration(config=configuration.files).load(check_capabilities=False)
    names = dict.fromkeys([*configuration.files, *loaded.sources])
    return [path for path in map(Path, names) if path.suffix == ".toml" or str(path) in configuration.files]


def _difference(one: Formatted, style: Style) -> str:
    lines = unified_diff(
        masked(one.name, one.before).splitlines(),
        masked(one.name, one.after or "").splitlines(),
        one.name,
        f"{one.name} (formatted)",
        lineterm="",
    )
    words = {"+": style.good, "-": style.bad, "@": style.faint}
    return "\n".join(words[line[0]](line) if line[:1] in words else line for line in lines)
