"""What ``diff`` and ``blame`` print, word for word, over the history of a small shop (see conftest.py).

After a change of words: ``GATEWAYCTL_WRITE_GOLDEN=1 pytest tests/offline/diff`` writes what is printed now.
"""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.offline.cli.conftest import Ran
from tests.offline.diff.conftest import SECRET, Shop

GOLDEN = Path(__file__).parent / "golden"
_WRITE = bool(os.environ.get("GATEWAYCTL_WRITE_GOLDEN"))

CASES = {
    "nothing": "diff",
    "one-commit-that-shadows-a-route": "diff HEAD~2 HEAD~1",
    "one-commit-that-removes-auth": "diff HEAD~1",
    "one-commit-that-loosens-a-limit": "diff HEAD~3 HEAD~2",
    "the-whole-history": "diff HEAD~3 --exit-code",
    "fail-on-security": "diff HEAD~1 --fail-on security",
    "markdown": "diff HEAD~3 --format markdown",
    "github": "diff HEAD~3 --format github",
    "sarif": "diff HEAD~1 HEAD --format sarif",
    "json": "diff HEAD~2 HEAD --format json",
    "a-file-of-a-revision": "diff HEAD~3:gateway.toml gateway.toml",
    "a-revision-that-is-not-there": "diff nowhere",
    "a-file-that-is-not-there": "diff nowhere.toml",
    "a-file-that-a-revision-has-not": "diff HEAD:nowhere.toml",
    "an-empty-side": "diff ''",
    "too-many-sides": "diff --against http://127.0.0.1:1 a b",
    "a-token-without-a-gateway": "diff --token-file x",
    "blame-the-shadowed-route": "blame /users/42/files/a.txt",
    "blame-the-route-without-auth": "blame /users/42",
    "blame-what-was-never-served": "blame /nothing DELETE",
    "blame-json": "blame /users/42 --format json",
    "blame-no-path": "blame users",
}


def transcript(words: str, ran: Ran) -> str:
    parts = [f"$ gatewayctl {words}", ran.out.rstrip("\n")]
    if ran.err:
        parts += ["--- standard error", ran.err.rstrip("\n")]
    return "\n".join(part for part in [*parts, f"--- exit code {ran.code}"] if part) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_a_command_prints_exactly_this(name: str, shop: Shop, cli: Callable[..., Ran]) -> None:
    said = transcript(CASES[name], cli(*shlex.split(CASES[name])))
    golden = GOLDEN / f"{name}.txt"
    if _WRITE:
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")
    assert SECRET not in said
    assert str(shop.folder) not in said


def test_no_transcript_is_left_without_its_command() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == CASES.keys()
