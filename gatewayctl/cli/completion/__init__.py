"""Shell completion: scripts by the name of the shell."""

from typing import Final

from gatewayctl.cli.completion.base import Shell
from gatewayctl.cli.completion.bash import bash
from gatewayctl.cli.completion.fish import fish
from gatewayctl.cli.completion.zsh import zsh

SHELLS: Final[dict[str, Shell]] = {"bash": bash, "zsh": zsh, "fish": fish}
