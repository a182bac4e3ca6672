"""The pipelines of ``examples/ci`` and the hooks: they parse, and their command lines do what the page says."""

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatewayctl.cli import main
from tests.offline.docs.pages import ROOT

CI = ROOT / "examples" / "ci"


def _lines(name: str) -> list[str]:
    data: Any = yaml.safe_load((CI / name).read_text())
    if name == "gitlab-ci.yml":
        written = data["gateway"]["script"]
    else:
        written = [step["run"] for step in data["jobs"]["check"]["steps"] if "run" in step]
    return [line for line in written if line.startswith("gatewayctl ")]


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """A repository with the example, in which a text of the route was changed; gives the commit before."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith(("GATEWAYCTL_", "GIT_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    for name in ("gateway.toml", "gateway.test.toml"):
        shutil.copy(CI / name, tmp_path)

    def git(*words: str) -> str:
        who = ["-c", "user.name=a", "-c", "user.email=a@example.com"]
        return subprocess.run(["git", *who, *words], check=True, capture_output=True, text=True).stdout.strip()

    def changed(text: str) -> str:
        git("init", "-q")
        git("add", ".")
        git("commit", "-qm", "first")
        before = git("rev-parse", "HEAD")
        file = tmp_path / "gateway.toml"
        office = '\n[access.office]\nallow = ["10.0.0.0/8"]\n' if "office" in text else ""
        file.write_text(file.read_text().replace('methods = ["GET", "POST"]', text) + office)
        git("commit", "-qam", "second", "--allow-empty")
        return before

    return changed


@pytest.mark.parametrize("name", ["github-actions.yml", "gitlab-ci.yml"])
def test_every_line_of_a_pipeline_runs(name: str, repository: Callable[[str], str], tmp_path: Path) -> None:
    base = repository('methods = ["GET", "POST", "PUT"]')
    lines = _lines(name)

    assert {"fmt", "validate", "lint", "test", "diff"} <= {shlex.split(line)[1] for line in lines}
    for line in lines:
        words = [word.replace("$BASE", base) for word in shlex.split(line)]
        assert main(words[1:]) == 0, line
    comment = (tmp_path / "diff.md").read_text()
    assert "shop" in comment and "PUT" in comment


def test_the_last_step_stops_what_weakens_security(repository: Callable[[str], str], tmp_path: Path) -> None:
    base = repository('methods = ["GET"]\naccess = "office"')
    reversed_ = (CI / "gateway.toml").read_text()
    (tmp_path / "before.toml").write_text((tmp_path / "gateway.toml").read_text())
    (tmp_path / "gateway.toml").write_text(reversed_)
    for name in ("github-actions.yml", "gitlab-ci.yml"):
        last = [word.replace("$BASE", "before.toml") for word in shlex.split(_lines(name)[-1])]
        assert main(last[1:]) == 1
    assert main(["diff", base, "--fail-on", "security"]) == 0


def test_actions_are_pinned_to_versions() -> None:
    data: Any = yaml.safe_load((CI / "github-actions.yml").read_text())
    used = [step["uses"] for step in data["jobs"]["check"]["steps"] if "uses" in step]

    assert used and all(re.fullmatch(r"actions/[a-z-]+@v\d+\.\d+\.\d+", one) for one in used)
    assert data["permissions"] == {"contents": "read", "pull-requests": "write"}


def test_the_hooks_run_commands_on_the_files_that_they_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks: Any = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    monkeypatch.chdir(tmp_path)
    files = ["gateway.toml", "gateway.test.toml"]
    for name in files:
        shutil.copy(CI / name, tmp_path)

    assert [hook["id"] for hook in hooks] == ["gatewayctl-fmt", "gatewayctl-validate", "gatewayctl-lint"]
    for hook in hooks:
        matched = [
            file for file in files if re.search(hook["files"], file) and not re.search(hook.get("exclude", "^$"), file)
        ]
        assert "gateway.toml" in matched
        assert main([*hook["entry"].split()[1:], *matched]) == 0
    assert not re.search(hooks[0]["files"], "pyproject.toml")
