"""What there is to complete, as data, and the plug point of shells: a function from that data to a script.

The scripts are complete in themselves: pressing Tab starts no process.
"""

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, TypeAlias, get_args, get_origin

from gatewayctl.cli.commands import COMMANDS

FILE = "file"


class Value(NamedTuple):
    """What an option or argument takes: one of ``choices``, a file where ``kind`` is "file", else anything."""

    kind: str = ""
    choices: tuple[str, ...] = ()


class Option(NamedTuple):
    """``names`` with their dashes; ``value`` None for a flag."""

    names: tuple[str, ...]
    help: str
    value: Value | None
    repeated: bool = False


class Words(NamedTuple):
    """One command: its options, and its arguments in order (``rest``: the last one may be repeated)."""

    name: str
    summary: str
    options: tuple[Option, ...]
    arguments: tuple[Value, ...]
    rest: bool = False


Shell: TypeAlias = Callable[[Sequence[Words]], str]
"""Makes a script for one shell."""


def all_words() -> list[Words]:
    """What all commands take."""
    return [_words(name) for name in COMMANDS]


def _words(name: str) -> Words:
    from importlib import import_module

    from gatewayctl.cli.app import command

    made = command(name)
    suggested = getattr(import_module(f"gatewayctl.cli.commands.{COMMANDS[name].module}"), "SUGGESTED", {})
    annotations: dict[str, Any] = made.callback.__wrapped__.__annotations__
    options, arguments, rest = [], [], False
    for parameter in made.params:
        choices = suggested.get(parameter.name) or _choices(annotations[parameter.name])
        value = Value(FILE if parameter.metavar == "FILE" else "", choices)
        if parameter.param_type_name == "argument":
            arguments.append(value)
            rest = parameter.nargs == -1
        else:
            flag = getattr(parameter, "is_flag", False)
            names = tuple(parameter.opts)
            options.append(Option(names, _short(parameter.help), None if flag else value, parameter.multiple))
    options.append(Option(("--help", "-h"), "Explain this command", None))
    return Words(name, COMMANDS[name].summary, tuple(options), tuple(arguments), rest)


def _choices(annotation: Any) -> tuple[str, ...]:
    """The words of a ``StrEnum`` anywhere in an annotation."""
    if get_origin(annotation) is Annotated:
        annotation = get_args(annotation)[0]
    for part in (annotation, *get_args(annotation)):
        if isinstance(part, type) and issubclass(part, StrEnum):
            return tuple(member.value for member in part)
    return ()


def _short(help: str | None) -> str:
    """The first sentence of a help text."""
    return (help or "").split(". ")[0].rstrip(".")
