"""gatewayctl as a process of its own: what it imports, closed pipes, interrupts, full disks."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import wait_for

_HEAVY = {"asyncio", "ssl", "uvicorn", "starlette", "httpx", "watchfiles", "uvloop", "rich", "prometheus_client"}
"""(socket cannot be among them: importlib.metadata, which pydantic asks for plugins, needs it for mail headers.)"""
_LIST = """
import sys
from gatewayctl.cli import main
code = main(sys.argv[1:])
sys.stderr.write("\\nmodules: " + " ".join(sys.modules))
sys.exit(code)
"""


def _environ() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GATEWAYCTL_")}
    return kept | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}


def _imported(directory: Path, *arguments: str) -> set[str]:
    """All modules that a command imports."""
    ran = subprocess.run(
        [sys.executable, "-c", _LIST, *arguments],
        cwd=directory,
        env=_environ(),
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return set(ran.stderr.rpartition("modules: ")[2].split())


def _top(modules: set[str]) -> set[str]:
    return {module.partition(".")[0] for module in modules}


def test_the_version_is_told_before_anything_is_imported(directory: Path) -> None:
    imported = _imported(directory, "--version")

    assert {module for module in imported if module.startswith("gatewayctl")} == {"gatewayctl", "gatewayctl.cli"}
    assert not {"typer", "pydantic", "httpx", "rich", "click", "dataclasses", "json"} & _top(imported)


def test_the_overview_needs_no_command_and_no_typer(directory: Path) -> None:
    imported = _imported(directory, "--help")

    assert not {"typer", "pydantic", "httpx", "click"} & _top(imported)
    assert not {module for module in imported if module.startswith("gatewayctl.cli.commands.")}


@pytest.mark.parametrize(
    "arguments",
    [
        ["route-test", "/", "-c", "minimal.toml"],
        ["route-test", "/shop/7", "-c", "shop.toml", "--env-file", "secrets.env"],
        ["explain", "/", "-c", "minimal.toml"],
        ["test", "minimal.test.toml", "--filter", "home"],
        ["option", "timeout"],
        ["validate", "minimal.toml"],
        ["routes", "-c", "minimal.toml"],
        ["services", "-c", "minimal.toml"],
        ["dump", "-c", "minimal.toml"],
        ["schema"],
        ["init", "fresh"],
    ],
    ids=lambda arguments: arguments[0],
)
def test_what_works_offline_imports_nothing_of_the_network(directory: Path, arguments: list[str]) -> None:
    assert not _HEAVY & _top(_imported(directory, *arguments))


def test_only_the_module_of_the_command_is_imported(directory: Path) -> None:
    imported = _imported(directory, "routes", "-c", "minimal.toml")

    assert {module for module in imported if module.startswith("gatewayctl.cli.commands.")} == {
        "gatewayctl.cli.commands.routes"
    }


def test_a_reader_that_goes_away_is_no_error(directory: Path) -> None:
    reading, writing = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "gatewayctl", "schema"],
        cwd=directory,
        env=_environ(),
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.close(writing)
    os.close(reading)
    _, err = process.communicate(timeout=60)

    assert (process.returncode, err) == (141, "")


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["routes", "--help"], ["nonsense"]])
def test_no_answer_minds_a_reader_that_has_gone(directory: Path, arguments: list[str]) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    ran = subprocess.run(
        [sys.executable, "-m", "gatewayctl", *arguments],
        cwd=directory,
        env=_environ(),
        stdout=writing,
        stderr=writing,
        timeout=60,
        check=False,
    )
    os.close(writing)

    assert ran.returncode == 141


def test_an_interrupt_ends_it_quietly(directory: Path) -> None:
    # a shell starts what it puts in the background with interrupts ignored, and so may be what runs the tests
    heeding = "import runpy, signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    process = subprocess.Popen(
        [sys.executable, "-c", heeding + "runpy.run_module('gatewayctl', run_name='__main__')", "validate", "-"],
        cwd=directory,
        env=_environ(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: _waits_for_input(process.pid), "it waits for its standard input")
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()

    assert (process.returncode, out, err) == (130, "", "")


def _waits_for_input(pid: int) -> bool:
    """Whether the process sleeps in a read of its standard input; where the system does not tell, skips the test."""
    try:
        call = Path(f"/proc/{pid}/syscall").read_text()
    except OSError:
        pytest.skip("this system does not tell what a process waits for")
    return call.split()[:2] == ["0", "0x0"] or call.startswith("63 0x0 ")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
def test_a_full_disk_is_an_error_and_no_traceback(directory: Path) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "gatewayctl", "schema"],
            cwd=directory,
            env=_environ(),
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=60,
            check=False,
        )

    assert ran.returncode == 2
    assert ran.stderr.startswith("error[E022]: the output cannot be written: no space left on device")
    assert "Traceback" not in ran.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["routes", "--help"], ["routes", "-c", "minimal.toml"]]
)
def test_no_answer_is_a_traceback_on_a_full_disk(directory: Path, arguments: list[str]) -> None:
    with Path("/dev/full").open("w") as full:
        started: Any = {"cwd": directory, "env": _environ(), "text": True, "timeout": 60, "check": False}
        ran = subprocess.run(
            [sys.executable, "-m", "gatewayctl", *arguments], stdout=full, stderr=subprocess.PIPE, **started
        )
        said_nowhere = subprocess.run(
            [sys.executable, "-m", "gatewayctl", "nonsense"], stdout=subprocess.PIPE, stderr=full, **started
        )

    assert (ran.returncode, said_nowhere.returncode) == (2, 2)
    assert ran.stderr.startswith("error[E022]: the output cannot be written: no space left on device")
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize(
    "arguments", [["--version"], ["--help"], ["routes", "--help"], ["routes", "-c", "minimal.toml"]]
)
def test_no_answer_needs_open_streams(directory: Path, arguments: list[str]) -> None:
    ran = subprocess.run(
        ["sh", "-c", '"$0" -m gatewayctl "$@" >&- 2>&-', sys.executable, *arguments],
        cwd=directory,
        env=_environ(),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert (ran.returncode, ran.stdout, ran.stderr) == (0, b"", b"")
