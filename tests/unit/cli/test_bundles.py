"""Options shared by commands: a dataclass becomes typer parameters and comes back as the dataclass."""

from collections.abc import Callable
from dataclasses import dataclass, field
from inspect import signature
from typing import Annotated, Any

import typer

from gatewayctl.cli.bundles import flattened


@dataclass(slots=True)
class _Shared:
    colour: Annotated[str, typer.Option("--colour")] = "auto"
    made: str = field(init=False)

    def __post_init__(self) -> None:
        self.made = f"made of {self.colour}"


def _call(call: Callable[[], int], arguments: dict[str, Any]) -> int:
    return call()


def test_the_fields_of_a_bundle_become_parameters_beside_the_others() -> None:
    def run(shared: _Shared, name: Annotated[str, typer.Argument()] = "x") -> int:
        return 0

    assert list(signature(flattened(run, _call)).parameters) == ["colour", "name"]


def test_the_command_gets_the_bundle_with_what_was_given() -> None:
    seen = []

    def run(shared: _Shared, name: str = "x") -> int:
        seen.append((shared.made, name))
        return 3

    code = flattened(run, _call)(colour="never", name="y")

    assert (code, seen) == (3, [("made of never", "y")])


def test_the_help_text_of_the_command_is_kept() -> None:
    def run(shared: _Shared) -> int:
        """What it does."""
        return 0

    assert flattened(run, _call).__doc__ == "What it does."
