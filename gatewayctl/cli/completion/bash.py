"""The completion script for bash 4 and newer."""

from collections.abc import Sequence

from gatewayctl.cli.completion.base import FILE, Value, Words

_SCRIPT = """\
# Completion of gatewayctl for bash, made by: gatewayctl completion bash
_gatewayctl() {
    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command=${COMP_WORDS[1]}
    local options='' takes='' position=0 word at
    COMPREPLY=()
    if [[ $current == '=' ]]; then current=''; fi
    if [[ $previous == '=' ]]; then previous=${COMP_WORDS[COMP_CWORD-2]}; fi
    if (( COMP_CWORD == 1 )); then
        compopt +o default
        mapfile -t COMPREPLY < <(compgen -W '%(commands)s' -- "$current")
        return
    fi
    case "$command $previous" in
%(values)s
    esac
    case "$command" in
%(options)s
    esac
    if [[ $current == -* ]]; then
        compopt +o default
        mapfile -t COMPREPLY < <(compgen -W "$options" -- "$current")
        return
    fi
    for (( at = 2; at < COMP_CWORD; at++ )); do
        word=${COMP_WORDS[at]}
        if [[ $word != [-=]* && " $takes " != *" ${COMP_WORDS[at-1]} "* && ${COMP_WORDS[at-1]} != '=' ]]; then
            position=$(( position + 1 ))
        fi
    done
    case "$command $position" in
%(arguments)s
        *) compopt +o default ;;
    esac
}
complete -o default -F _gatewayctl gatewayctl
"""


def bash(words: Sequence[Words]) -> str:
    """See ``base.Shell``. Where nothing is offered, readline completes file names (``-o default``)."""
    values, options, arguments = [], [], []
    for command in words:
        names: list[str] = []
        takes: list[str] = []
        for option in command.options:
            names += option.names
            if option.value is not None:
                takes += option.names
                pattern = "|".join(f"'{command.name} {name}'" for name in option.names)
                values.append(f"        {pattern}) {_offer(option.value)} return ;;")
        options.append(f"        {command.name}) options='{' '.join(names)}' takes='{' '.join(takes)}' ;;")
        last = len(command.arguments) - 1
        for place, value in enumerate(command.arguments):
            pattern = f"'{command.name} '*" if command.rest and place == last else f"'{command.name} {place}'"
            arguments.append(f"        {pattern}) {_offer(value)} ;;")
    return _SCRIPT % {
        "commands": " ".join(command.name for command in words),
        "values": "\n".join(values),
        "options": "\n".join(options),
        "arguments": "\n".join(arguments),
    }


def _offer(value: Value) -> str:
    if value.kind == FILE:
        return ":;"
    if not value.choices:
        return "compopt +o default;"
    return f"compopt +o default; mapfile -t COMPREPLY < <(compgen -W '{' '.join(value.choices)}' -- \"$current\");"
