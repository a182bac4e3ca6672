"""The options about how a command answers: ``-o``, ``--color``, ``--format``; and the console that they make."""

import json
import os
from dataclasses import field
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

import typer

from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, usage
from gatewayctl.core.frozen import mutable

FORMAT_VARIABLE: Final = "GATEWAYCTL_FORMAT"
FORMAT_VERSION: Final = 1
"""The ``format_version`` of every JSON output; it changes when a reader has to change."""
ALL_FORMATS: Final = ("text", "json", "toml", "github", "gitlab", "sarif", "junit", "markdown")
"""Every format of any command. One that a command does not have is, from the environment, not meant for it."""


class TextOrJson(StrEnum):
    text = "text"
    json = "json"


class ReportFormat(StrEnum):
    text = "text"
    json = "json"
    github = "github"
    gitlab = "gitlab"
    sarif = "sarif"
    junit = "junit"
    markdown = "markdown"


class CaseFormat(StrEnum):
    text = "text"
    json = "json"
    junit = "junit"
    github = "github"
    markdown = "markdown"


class TomlOrJson(StrEnum):
    toml = "toml"
    json = "json"


class DiffFormat(StrEnum):
    text = "text"
    json = "json"
    markdown = "markdown"
    github = "github"
    sarif = "sarif"


class FailOn(StrEnum):
    """From which severity on a change is a failure; security is the worst."""

    security = "security"
    breaking = "breaking"
    any = "any"

    def covers(self, severity: str) -> bool:
        """Whether a change of that severity is at least as bad."""
        covered = {"security": ("security",), "breaking": ("security", "breaking")}
        return self is FailOn.any or severity in covered[self.value]


class Least(StrEnum):
    """A severity and all that are worse; note is the least."""

    error = "error"
    warning = "warning"
    note = "note"


class Color(StrEnum):
    auto = "auto"
    always = "always"
    never = "never"


@mutable
class Answer:
    """Where an answer goes to, and whether it may be coloured. The formats are those of the class below it."""

    output: Annotated[
        str | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write the result to FILE instead of standard output."),
    ] = None
    color: Annotated[
        Color, typer.Option("--color", help="Colours. auto: on a terminal, unless NO_COLOR is set.", show_default=False)
    ] = Color.auto
    console: Console = field(init=False)

    formats: ClassVar[type[StrEnum]] = TextOrJson

    def __post_init__(self) -> None:
        self.console = Console(color=self.color, output=self.output)

    def given(self) -> str | None:
        """The format that was asked for on the command line."""
        return None

    @property
    def form(self) -> str:
        """The format that is meant: the option, else the variable, else this command's first."""
        given = self.given()
        if given is not None:
            return given
        asked = os.environ.get(FORMAT_VARIABLE, "")
        if asked and asked not in ALL_FORMATS:
            raise usage(f'{FORMAT_VARIABLE} is "{asked}", which is no format', f"one of: {', '.join(ALL_FORMATS)}")
        known = [choice.value for choice in self.formats]
        return asked if asked in known else known[0]

    @property
    def json(self) -> bool:
        """Whether the answer is JSON; also where the variable makes no sense, since errors are asked this too."""
        try:
            return self.form == "json"
        except CommandError:
            return False

    def print_json(self, document: dict[str, Any]) -> None:
        """The result as JSON, ``format_version`` first."""
        ordered = {"format_version": FORMAT_VERSION, **document}
        self.console.print(json.dumps(ordered, indent=2, ensure_ascii=self.console.ascii_only))


@mutable
class Output(Answer):
    """Text for people, or JSON."""

    format: Annotated[
        TextOrJson | None,
        typer.Option("--format", help="How it is written. Default: $GATEWAYCTL_FORMAT, else text.", show_default=False),
    ] = None

    def given(self) -> str | None:
        return None if self.format is None else self.format.value


@mutable
class DiffOutput(Answer):
    """For changes: also as a comment on a pull request, and for machines that show them beside the code."""

    format: Annotated[
        DiffFormat | None,
        typer.Option("--format", help="How it is written. Default: $GATEWAYCTL_FORMAT, else text.", show_default=False),
    ] = None

    formats: ClassVar[type[StrEnum]] = DiffFormat

    def given(self) -> str | None:
        return None if self.format is None else self.format.value


@mutable
class ConfigurationOutput(Answer):
    """For a command whose result is a configuration."""

    format: Annotated[
        TomlOrJson | None,
        typer.Option("--format", help="How it is written. Default: $GATEWAYCTL_FORMAT, else toml.", show_default=False),
    ] = None

    formats: ClassVar[type[StrEnum]] = TomlOrJson

    def given(self) -> str | None:
        return None if self.format is None else self.format.value


@mutable
class ReportOutput(Answer):
    """For a command that finds what is wrong: text for people, JSON, or what other tools read."""

    format: Annotated[
        ReportFormat | None,
        typer.Option("--format", help="How it is written. Default: $GATEWAYCTL_FORMAT, else text.", show_default=False),
    ] = None

    formats: ClassVar[type[StrEnum]] = ReportFormat

    def given(self) -> str | None:
        return None if self.format is None else self.format.value


@mutable
class CaseOutput(Answer):
    """For a command that runs tests."""

    format: Annotated[
        CaseFormat | None,
        typer.Option("--format", help="How it is written. Default: $GATEWAYCTL_FORMAT, else text.", show_default=False),
    ] = None

    formats: ClassVar[type[StrEnum]] = CaseFormat

    def given(self) -> str | None:
        return None if self.format is None else self.format.value
