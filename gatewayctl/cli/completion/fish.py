"""The completion script for fish."""

from collections.abc import Sequence

from gatewayctl.cli.completion.base import FILE, Option, Words

_HEAD = """\
# Completion of gatewayctl for fish, made by: gatewayctl completion fish
complete -c gatewayctl -f
"""


def fish(words: Sequence[Words]) -> str:
    """See ``base.Shell``."""
    lines = [
        f"complete -c gatewayctl -n __fish_use_subcommand -a {command.name} -d {_quoted(command.summary)}"
        for command in words
    ]
    for command in words:
        seen = f"complete -c gatewayctl -n '__fish_seen_subcommand_from {command.name}'"
        lines += [f"{seen}{_option(option)}" for option in command.options]
        for value in command.arguments:
            if value.kind == FILE:
                lines.append(f"{seen} -F")
            elif value.choices:
                lines.append(f"{seen} -a {_quoted(' '.join(value.choices))}")
    return _HEAD + "\n".join(lines) + "\n"


def _option(option: Option) -> str:
    names = "".join(f" -l {n[2:]}" if n.startswith("--") else f" -s {n[1:]}" for n in option.names)
    value = ""
    if option.value is not None:
        value = " -r -F" if option.value.kind == FILE else " -x"
        if option.value.choices:
            value += f" -a {_quoted(' '.join(option.value.choices))}"
    return f"{names}{value} -d {_quoted(option.help)}"


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
