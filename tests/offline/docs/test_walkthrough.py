"""The README's five minutes, to the letter: every command prints what is shown, every line of the gateway's is said.

Identifiers, times, ports and counts of a moment are made equal on both sides first.
"""

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from gatewayctl.cli import main
from tests.offline.docs.pages import ROOT, Block, blocks, section
from tests.support.waiting import wait_for

README: Final = ROOT / "README.md"
_FIRST, _LAST = section(README, "Five minutes")
STEPS: Final = [b for b in blocks(README, "console", "text", "diff") if _FIRST < b.line <= _LAST]

_EQUAL: Final = (
    (r"\b[0-9a-f]{32}\b", "ID"),
    (r"-[0-9a-f]{16}-0[0-3]\b", "-SPAN"),
    (r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", "DATE"),
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "TIME"),
    (r"(?m)^\d\d:\d\d:\d\d ", "CLOCK "),
    (r"(?m)\d+\.\d+ms$", "MS"),
    (r"127\.0\.0\.1:\d+", "ADDRESS"),
    (r"(content-length:) \d+", r"\1 N"),
    (r"curl/[\w.]+", "CURL"),
    (r"process \d+, up \w+", "process N, up S"),
    (r"loaded \w+ ago", "loaded S ago"),
    (r"from( +)\S+/gateway\.toml", r"from\1gateway.toml"),
    (r"\d+ requests in flight, \d+ of", "N requests in flight, N of"),
    (r"ADDRESS +up +\d+ +\d+ +\d+", "ADDRESS up N N N"),
    (r"ADDRESS +STATUS", "ADDRESS STATUS"),
)


def _equal(text: str) -> str:
    for pattern, instead in _EQUAL:
        text = re.sub(pattern, instead, text)
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


class Walk:
    """A directory with the repository's configuration, the gateway on it, and whoever follows the README."""

    def __init__(self, directory: Path) -> None:
        self._file = directory / "gateway.toml"
        shutil.copy(ROOT / "gateway.toml", self._file)
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("GATEWAYCTL_")}
        self._environ = inherited | {
            "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
            "PYTHONIOENCODING": "utf-8",
            "GATEWAYCTL_SERVER__LISTEN": "127.0.0.1:0",
            "GATEWAYCTL_ADMIN__LISTEN": "127.0.0.1:0",
            "GATEWAYCTL_LOG__FORMAT": "console",  # as on a terminal
        }
        self._said = ""
        self._gateway = subprocess.Popen(
            [sys.executable, "-m", "gatewayctl", "serve"],
            cwd=directory,
            env=self._environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        wait_for(lambda: "  try:  curl" in self._said, "the gateway has started", timeout=30)
        self._url = re.search(r"listening on (http://\S+)", self._said)[1]  # type: ignore[index]
        admin = re.search(r"admin on http://(\S+)", self._said)[1]  # type: ignore[index]
        self._environ["GATEWAYCTL_ADMIN__LISTEN"] = admin

    def _read(self) -> None:
        assert self._gateway.stdout is not None
        for line in self._gateway.stdout:
            self._said += line
        self._gateway.stdout.close()

    def run(self, line: str) -> str:
        """What a command prints, hints first."""
        words = shlex.split(line.replace("http://127.0.0.1:8080", self._url))
        if words[0] == "gatewayctl":
            words[:1] = [sys.executable, "-m", "gatewayctl"]
        else:
            words.append("--silent")  # curl shows no progress on a terminal
        ran = subprocess.run(
            words, cwd=self._file.parent, env=self._environ, capture_output=True, timeout=60, check=False
        )
        return (ran.stderr + ran.stdout).decode()

    def edit(self, diff: str) -> None:
        """Replaces the one place that a diff shows, as an editor does: a new file, renamed over the old one."""
        lines = diff.splitlines()
        old = "\n".join(line[1:] for line in lines if line.startswith("-"))
        new = "\n".join(line[1:] for line in lines if line.startswith("+"))
        written = self._file.read_text(encoding="utf-8")
        assert written.count(old) == 1
        fresh = self._file.with_suffix(".new")
        fresh.write_text(written.replace(old, new), encoding="utf-8")
        fresh.replace(self._file)

    def says(self, shown: str) -> bool:
        """Whether the gateway has said these lines, one after another."""
        return _equal(shown) in _equal(self._said)

    @property
    def said(self) -> str:
        return self._said

    def end(self) -> int:
        """Ctrl-C, and the exit code."""
        self._gateway.send_signal(signal.SIGINT)
        try:
            return self._gateway.wait(20)
        finally:
            if self._gateway.poll() is None:
                self._gateway.kill()
                self._gateway.wait(10)
            self._reader.join(10)


@pytest.fixture
def walk(tmp_path: Path) -> Iterator[Walk]:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    made = Walk(tmp_path)
    yield made
    made.end()


def test_the_walk_has_all_its_parts() -> None:
    assert [b.language for b in STEPS].count("diff") == 3
    commands = [line for b in STEPS for line in b.text.splitlines() if line.startswith("$ ")]
    assert [line.split()[1] for line in commands] == ["curl", *["gatewayctl"] * 5]


def test_following_it_shows_what_it_says(walk: Walk) -> None:
    for block in STEPS:
        _follow(walk, block)


def _follow(walk: Walk, block: Block) -> None:
    if block.language == "diff":
        walk.edit(block.text)
    elif block.language == "text":
        try:
            wait_for(lambda: walk.says(block.text), f"the gateway says what {block} shows")
        except AssertionError as error:
            raise AssertionError(f"{error}\n{walk.said}") from None
    else:
        line, _, shown = block.text.partition("\n")
        assert _equal(walk.run(line.removeprefix("$ "))) == _equal(shown), str(block)


def test_the_lines_for_a_pipeline_work_on_the_repositorys_configuration(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(ROOT)
    first, last = section(README, "In a pipeline")
    (block,) = [b for b in blocks(README, "sh") if first < b.line <= last]

    for line in block.text.splitlines():
        assert main(shlex.split(line)[1:]) == 0, capsys.readouterr()


def test_the_two_commands_are_one_line_each() -> None:
    lines = README.read_text(encoding="utf-8").splitlines()
    setup = [line for line in lines if line.startswith("python3 -m venv")]

    assert len(setup) == 2
    assert setup[0].endswith("&& .venv/bin/gatewayctl serve")
    assert re.fullmatch(r"python3 -m venv .* -m pytest.*", setup[1])
