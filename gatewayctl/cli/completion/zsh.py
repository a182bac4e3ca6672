"""The completion script for zsh: a file ``_gatewayctl`` in a directory of ``$fpath``, or sourced."""

from collections.abc import Sequence

from gatewayctl.cli.completion.base import FILE, Option, Value, Words

_SCRIPT = """\
#compdef gatewayctl
# Completion of gatewayctl for zsh, made by: gatewayctl completion zsh
_gatewayctl() {
    local curcontext="$curcontext" state line
    local -a commands
    commands=(
%(commands)s
    )
    _arguments -C '1: :->command' '*:: :->arguments'
    case $state in
        command) _describe 'command' commands ;;
        arguments)
            case $words[1] in
%(cases)s
            esac ;;
    esac
}
if [[ $funcstack[1] == _gatewayctl ]]; then
    _gatewayctl "$@"
else
    compdef _gatewayctl gatewayctl
fi
"""


def zsh(words: Sequence[Words]) -> str:
    """See ``base.Shell``."""
    commands = [f"        {_quoted(f'{command.name}:{command.summary}')}" for command in words]
    cases = []
    for command in words:
        specs = [spec for option in command.options for spec in _option(option)]
        last = len(command.arguments) - 1
        for place, value in enumerate(command.arguments):
            where = "*" if command.rest and place == last else str(place + 1)
            specs.append(_quoted(f"{where}:{_what(value)}:{_action(value)}"))
        lines = " \\\n".join(f"                    {spec}" for spec in specs)
        cases.append(f"                {command.name}) _arguments -s \\\n{lines} ;;")
    return _SCRIPT % {"commands": "\n".join(commands), "cases": "\n".join(cases)}


def _option(option: Option) -> list[str]:
    """The specification of an option, one for each of its names."""
    help = option.help.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:")
    value = "" if option.value is None else f":{_what(option.value)}:{_action(option.value)}"
    if option.repeated:
        return [_quoted(f"*{name}[{help}]{value}") for name in option.names]
    others = f"({' '.join(option.names)})"
    return [_quoted(f"{others}{name}[{help}]{value}") for name in option.names]


def _what(value: Value) -> str:
    return "file" if value.kind == FILE else "choice" if value.choices else "value"


def _action(value: Value) -> str:
    if value.kind == FILE:
        return "_files"
    return f"({' '.join(value.choices)})" if value.choices else " "


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"
