"""``gatewayctl completion``: a script that completes commands, options and their values in a shell."""

from enum import StrEnum
from typing import Annotated, Final

import typer

from gatewayctl.cli.console import Console


class ShellName(StrEnum):
    bash = "bash"
    zsh = "zsh"
    fish = "fish"


_INSTALL: Final = {
    ShellName.bash: "gatewayctl completion bash > ~/.local/share/bash-completion/completions/gatewayctl",
    ShellName.zsh: 'gatewayctl completion zsh > "${fpath[1]}/_gatewayctl"',
    ShellName.fish: "gatewayctl completion fish > ~/.config/fish/completions/gatewayctl.fish",
}


def run(
    shell: Annotated[ShellName, typer.Argument(help="The shell it is for.", metavar="SHELL", show_default=False)],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="Write it to FILE instead of standard output.")
    ] = None,
) -> int:
    """Print a script that completes gatewayctl's commands and options in bash, zsh or fish.

    To try it in this shell: source <(gatewayctl completion bash), or gatewayctl completion fish | source.

    Exit codes: 0, or 2 where FILE cannot be written.
    """
    from gatewayctl.cli.completion import SHELLS
    from gatewayctl.cli.completion.base import all_words

    console = Console(output=output)
    console.print(SHELLS[shell](all_words()).rstrip("\n"))
    console.finish()
    if console.on_terminal:
        console.hint(f"\nTo keep it: {_INSTALL[shell]}")
    return 0
