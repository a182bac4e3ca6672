"""Which configurations a command line means, where it may name several: FILEs each on its own, ``-c`` as layers of one."""

from collections.abc import Sequence

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import usage


def sets_of(configuration: Configuration, console: Console, files: Sequence[str] | None) -> list[list[str]]:
    """The layers of each configuration that is to be checked; one that several FILEs belong to comes once."""
    if files and configuration.config:
        raise usage(
            "both FILE and -c are given", "FILE is a configuration of its own, -c FILE a layer of one: use either"
        )
    if not files:
        return [configuration.files]
    sets: dict[str, None] = {}
    repeated: list[list[str]] = []
    for file in files:
        roots = configuration.roots(file)
        if roots == [file]:
            repeated.append([file])
            continue
        console.hint(f"{file} is part of {', '.join(roots)}")
        repeated += [[root] for root in roots if root not in sets and root not in files]
        sets.update(dict.fromkeys(roots))
    return repeated
