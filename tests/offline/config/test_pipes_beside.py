"""What lies beside a configuration and is no file is not waited for."""

import os
from pathlib import Path

import pytest

from gatewayctl.config.reading import DiskReader
from gatewayctl.config.rooting import roots_of


def test_a_pipe_beside_a_file_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    os.mkfifo(tmp_path / "pipe.toml")
    (tmp_path / "part.toml").write_text("[services.a]\n")
    (tmp_path / "gateway.toml").write_text('version = 1\ninclude = ["part.toml"]\n')

    roots = roots_of(tmp_path / "part.toml", reader=DiskReader(), environ={}, directory=tmp_path)

    assert [path.name for path in roots] == ["gateway.toml"]
