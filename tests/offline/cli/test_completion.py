"""Completion scripts: complete in themselves, and tried in the shells that are there."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.cli.commands import COMMANDS
from tests.offline.cli.conftest import Ran

SHELLS = ("bash", "zsh", "fish")


def _shell(name: str) -> str:
    binary = shutil.which(name)
    if binary is None:
        pytest.skip(f"{name} is not installed")
    return binary


@pytest.mark.parametrize("shell", SHELLS)
def test_a_script_names_every_command_and_its_options(shell: str, cli: Callable[..., Ran]) -> None:
    script = cli("completion", shell).out

    for command in COMMANDS:
        assert command in script
    for option in ("stdin-filename", "client-ip", "token-file", "pid-file"):
        assert option in script


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_finds_no_fault_with_its_script(shell: str, cli: Callable[..., Ran], directory: Path) -> None:
    binary = _shell(shell)
    cli("completion", shell, "-o", "script")

    ran = subprocess.run([binary, "-n", "script"], cwd=directory, capture_output=True, text=True, check=False)

    assert (ran.returncode, ran.stderr) == (0, "")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["rou"], {"route-test", "routes"}),
        (["validate", "--form"], {"--format"}),
        (["routes", "--format", ""], {"text", "json"}),
        (["dump", "--format", "="], {"toml", "json"}),
        (["dump", "--format", "=", "j"], {"json"}),
        (["status", "--color", "a"], {"auto", "always"}),
        (["route-test", "/x", "P"], {"POST", "PUT", "PATCH"}),
        (["route-test", "--strict", "-H", "a:b", "/x", "D"], {"DELETE"}),
        (["completion", ""], {"bash", "zsh", "fish"}),
        (["validate", "minimal"], set()),
    ],
)
def test_bash_offers_what_fits(words: list[str], expected: set[str], cli: Callable[..., Ran], directory: Path) -> None:
    bash = _shell("bash")
    cli("completion", "bash", "-o", "script")
    program = """
        compopt() { :; }  # which only exists while a completion runs
        source ./script
        COMP_WORDS=(gatewayctl "$@")
        COMP_CWORD=$#
        _gatewayctl
        printf '%s\\n' "${COMPREPLY[@]}"
    """

    ran = subprocess.run(
        [bash, "--norc", "-c", program, "bash", *words], cwd=directory, capture_output=True, text=True, check=True
    )

    assert set(ran.stdout.split()) == expected
    assert ran.stderr == ""


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("gatewayctl rou", {"route-test", "routes"}),
        ("gatewayctl dump --format ", {"toml", "json"}),
        ("gatewayctl completion ", {"bash", "zsh", "fish"}),
    ],
)
def test_fish_offers_what_fits(line: str, expected: set[str], cli: Callable[..., Ran], directory: Path) -> None:
    fish = _shell("fish")
    cli("completion", "fish", "-o", "script")

    ran = subprocess.run(
        [fish, "--no-config", "-c", "source ./script; complete -C $argv[1]", line],
        cwd=directory,
        capture_output=True,
        text=True,
        check=True,
    )

    assert {offer.partition("\t")[0] for offer in ran.stdout.splitlines()} == expected


def test_a_shell_that_is_not_known_is_wrong_usage(cli: Callable[..., Ran]) -> None:
    ran = cli("completion", "tcsh")

    assert (ran.code, "'tcsh' is not one of 'bash', 'zsh', 'fish'" in ran.err) == (2, True)
