"""The options about which configuration is meant, and how it is loaded and compiled for a command."""

import os
import sys
from collections.abc import Sequence
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, usage
from gatewayctl.cli.problems import on_one_line
from gatewayctl.core.diagnostics import Diagnostic, in_order
from gatewayctl.core.frozen import mutable
from gatewayctl.core.layers import default_files

if TYPE_CHECKING:
    from gatewayctl.config import Loaded
    from gatewayctl.config.reading import Reader
    from gatewayctl.plan import Plan

STANDARD_INPUT: Final = "-"
UNNAMED: Final = "<stdin>"
"""What a configuration on standard input is called without ``--stdin-filename``."""


@mutable
class Files:
    """Which files: all that ``serve`` needs to know."""

    config: Annotated[
        list[str] | None,
        typer.Option(
            "--config",
            "-c",
            metavar="FILE",
            help="The configuration; again: a layer over it. Default: $GATEWAYCTL_CONFIG, else gateway.toml.",
            show_default=False,
        ),
    ] = None

    @property
    def files(self) -> list[str]:
        """The layers, lowest first."""
        return list(self.config) if self.config else default_files(os.environ)


@mutable
class Configuration(Files):
    """Which configuration, read with which environment: for everything that works offline."""

    env: Annotated[
        bool,
        typer.Option("--env", help="Also apply settings from GATEWAYCTL_<SECTION>__<KEY> variables, as serve does."),
    ] = False
    env_file: Annotated[
        list[str] | None,
        typer.Option(
            "--env-file", metavar="FILE", help="Take variables from FILE (NAME=value lines). May be given again."
        ),
    ] = None
    strict: Annotated[
        bool, typer.Option("--strict", help="An unset variable or a missing secret is an error, not a note.")
    ] = False
    stdin_filename: Annotated[
        str | None,
        typer.Option(
            "--stdin-filename", metavar="NAME", help="What standard input (-) is called, and what it is relative to."
        ),
    ] = None

    def environ(self) -> dict[str, str]:
        """The variables that ``${…}`` sees: the process's own, those of ``--env-file`` over them."""
        variables = dict(os.environ)
        if self.env_file:
            from gatewayctl.cli.env_file import read_env_file

            for name in self.env_file:
                variables.update(read_env_file(name))
        return variables

    _input: Any = field(init=False, default=None)
    """What reads standard input, once it was asked for: it can be read only once, whatever is loaded from it."""

    def load(
        self,
        files: Sequence[str | Path] | None = None,
        *,
        environment_layer: bool = False,
        reader: "Reader | None" = None,
        check_capabilities: bool = True,
    ) -> "Loaded":
        """The configuration that ``files`` (by default those of ``-c``) say together, good or bad. ``reader`` is for
        files that are not those of this machine's disk."""
        from gatewayctl.config import load

        names = list(self.files if files is None else files)
        if reader is None:
            names, reader = self.read_by(names)
        return load(
            names,
            environ=self.environ(),
            environment_layer=self.env or environment_layer,
            strict=self.strict,
            reader=reader,
            check_capabilities=check_capabilities,
        )

    def roots(self, file: str) -> list[str]:
        """The configurations that a file belongs to: the files that include it, else itself (as it is written)."""
        from gatewayctl.config.reading import absolute, shown
        from gatewayctl.config.rooting import roots_of

        (name,), reader = self.read_by([file])
        here = Path.cwd()
        path = absolute(name, here)
        found = roots_of(path, reader=reader, environ=self.environ(), directory=here)
        return [file] if found == [path] else [shown(root, here) for root in found]

    def read_by(self, files: Sequence[str | Path]) -> "tuple[list[str | Path], Reader]":
        """The names of files, standard input by the name it is given, and what reads them."""
        names = list(files)
        if names.count(STANDARD_INPUT) > 1:
            raise usage("standard input (-) is given twice", "give it once")
        if STANDARD_INPUT in names:
            from gatewayctl.cli.standard_input import StandardInput

            name = self.stdin_filename or UNNAMED
            names[names.index(STANDARD_INPUT)] = name
            self._input = self._input or StandardInput(Path(name).absolute(), sys.stdin.buffer)
        elif self._input is None and self.stdin_filename is not None:
            raise usage("--stdin-filename is given, but standard input (-) is not", "add - as the file")
        from gatewayctl.config.reading import DiskReader

        return names, self._input or DiskReader()

    def compiled(self, console: Console) -> "tuple[Loaded, Plan]":
        """The configuration and its plan. Raises CommandError if it is not valid; warnings and notes become hints."""
        loaded = self.load()
        plan, diagnostics = compiled(loaded)
        if plan is None:
            raise CommandError(diagnostics, sources=loaded.sources)
        for diagnostic in diagnostics:
            console.hint(on_one_line(diagnostic, console.hint_style))
        return loaded, plan


def compiled(loaded: "Loaded") -> "tuple[Plan | None, list[Diagnostic]]":
    """The plan, None if anything is wrong; with all diagnostics of loading and compiling, in order of place."""
    from gatewayctl.plan import compile_plan

    plan, found = compile_plan(loaded)
    return plan, in_order((*loaded.diagnostics, *found))
