"""``gatewayctl`` and ``gatewayctl --help``: all commands with a line each. Imports no more than their table."""

from gatewayctl import __version__
from gatewayctl.cli.commands import COMMANDS
from gatewayctl.cli.styles import Style


def overview(style: Style) -> str:
    """The text of the overview."""
    lines = [
        f"{style.strong('gatewayctl')} {__version__}: a declarative API gateway",
        "",
        "Usage: gatewayctl COMMAND [OPTIONS]",
    ]
    groups = dict.fromkeys(command.group for command in COMMANDS.values())
    size = max(map(len, COMMANDS))
    for group in groups:
        lines += ["", style.strong(f"{group}:")]
        for name, command in COMMANDS.items():
            if command.group == group and not command.alias_of:
                lines.append(f"  {style.name(name)}{' ' * (size - len(name))}  {command.summary}")
    lines += [
        "",
        "gatewayctl COMMAND --help explains a command.",
        "The configuration is gateway.toml, or $GATEWAYCTL_CONFIG, or -c FILE.",
        "Exit codes: 0 all is well, 1 something was found, 2 wrong usage or invalid configuration.",
    ]
    return "\n".join(lines)
