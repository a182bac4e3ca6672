"""The worked example: every command of docs/worked-example.md prints, in a repository made here, what the page shows.

After a change of words: ``GATEWAYCTL_WRITE_GOLDEN=1 pytest tests/offline/docs/test_worked_example.py`` writes what is
printed now, to be read in the diff.
"""

import io
import os
import re
import shlex
import shutil
import sys
from typing import Final

import pytest

from gatewayctl.cli import main
from tests.offline.docs.history import FIRST, STEPS, UNTRACKED, History
from tests.offline.docs.pages import ROOT

PAGE: Final = ROOT / "docs" / "worked-example.md"
_WRITE: Final = bool(os.environ.get("GATEWAYCTL_WRITE_GOLDEN"))
_SHOWN: Final = re.compile(r"(<!-- shown ([a-z-]+) -->\n).*?(<!-- until here -->)", re.DOTALL)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The page with what is printed now."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    folder = tmp_path_factory.mktemp("shop")
    with pytest.MonkeyPatch.context() as patch:
        for name in os.environ:
            if name.startswith(("GATEWAYCTL_", "GIT_")) or name in (
                "NO_COLOR",
                "FORCE_COLOR",
                "LC_ALL",
                "LANG",
                "COLUMNS",
            ):
                patch.delenv(name)
        patch.setenv("HOME", str(folder))
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.chdir(folder)
        history = History(folder)
        shown = {"files": f"```text\n{FIRST['gateway.toml']}```\n\n```text\n{FIRST['gateway.test.toml']}```\n"}
        for name, step in STEPS.items():
            history.go(step)
            shown[name] = "\n".join(_block(line, history, patch) for line in step.commands)
    return _SHOWN.sub(lambda found: f"{found[1]}\n{shown[found[2]]}\n{found[3]}", PAGE.read_text(encoding="utf-8"))


def _block(line: str, history: History, patch: pytest.MonkeyPatch) -> str:
    """A command with what it prints, and its exit code where that is not 0."""
    words = shlex.split(line)
    if words[0] == "git":
        out, err, code = history.git("Ada", *words[1:]), "", 0
    else:
        written, told = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.TextIOWrapper(io.BytesIO(), "utf-8")
        with pytest.MonkeyPatch.context() as streams:
            for name, stream in (("stdin", io.TextIOWrapper(io.BytesIO())), ("stdout", written), ("stderr", told)):
                streams.setattr(sys, name, stream)
            code = main(words[1:])
            out, err = (_text(stream) for stream in (written, told))
    parts = [f"$ {line}", out.strip("\n"), err.strip("\n"), f"(exit code {code})" if code else ""]
    return "```console\n" + "\n".join(part for part in parts if part) + "\n```\n"


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    raw: bytes = stream.buffer.getvalue()  # type: ignore[attr-defined]
    return raw.decode()


def test_every_command_prints_what_the_page_shows(page: str) -> None:
    if _WRITE:
        PAGE.write_text(page, encoding="utf-8")
    assert page == PAGE.read_text(encoding="utf-8")


def test_the_page_shows_every_step_and_no_secret(page: str) -> None:
    assert [found[2] for found in _SHOWN.finditer(page)] == ["files", *STEPS]
    assert UNTRACKED["secrets/jwt"] not in page


def test_each_commit_is_found_out(page: str) -> None:
    shown = {found[2]: found[0] for found in _SHOWN.finditer(page)}

    assert "safe[D404]" in shown["limit"]
    assert "breaking[D103]" in shown["shadow"]
    assert "security[D301]" in shown["auth"]
    assert "1 failed" in shown["shadow"]
    assert "nobody sees a user without a token" in shown["auth"]
    assert "Ben: Let the new start page show users" in shown["later"]
    assert "Cleo: Serve old files from the archive" in shown["later"]


def test_what_the_readme_shows_of_it_is_what_it_shows() -> None:
    _, _, rest = (ROOT / "README.md").read_text(encoding="utf-8").partition("\n## What a change does\n")
    block = rest[rest.index("```console") : rest.index("```\n\n") + 4]

    assert "gatewayctl diff" in block
    assert block in PAGE.read_text(encoding="utf-8")
