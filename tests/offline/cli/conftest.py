"""``cli``: gatewayctl run in this process, in a directory with the configurations of ``configs/``, nothing inherited."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from gatewayctl.cli import main

CONFIGS = Path(__file__).parent / "configs"


@dataclass(frozen=True)
class Ran:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory: a copy of ``configs/``."""
    shutil.copytree(CONFIGS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("GATEWAYCTL_") or name in (
            "NO_COLOR",
            "FORCE_COLOR",
            "LC_ALL",
            "LC_CTYPE",
            "LANG",
            "COLUMNS",
        ):
            monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture
def cli(directory: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """``cli("routes", "-c", "shop.toml")``; ``stdin`` is what a command may read."""

    def run(*arguments: str, stdin: str = "") -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        code = main(arguments)
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return run
