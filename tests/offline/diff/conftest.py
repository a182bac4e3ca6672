"""``shop``: a small repository with a history, in which the command line is run; nothing of this machine is inherited."""

import io
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.cli import main
from tests.offline.cli.conftest import Ran
from tests.support.git import git

FIRST = {
    "gateway.toml": """\
version = 1
include = ["conf.d/*.toml"]

[defaults]
auth = "jwt"
limits = ["per-client"]

[services.users]
instances = [{ url = "http://127.0.0.1:9001" }]

[services.reports]
instances = [{ url = "http://127.0.0.1:9002" }]

[limits.per-client]
algorithm = "sliding_window"
limit = 100
window = "1m"

[auth.jwt]
type = "jwt"
algorithms = ["HS256"]
secret = "${file:secrets/jwt}"
issuer = "any"
audience = "any"
""",
    "conf.d/users.toml": """\
[routes.user-by-id]
path = "/users/{id:int}"
methods = ["GET"]
service = "users"
timeout = "5s"

[routes.user-files]
path = "/users/{id:int}/files/{name}.{ext}"
service = "users"
""",
    ".gitignore": "secrets/\n",
}
SECRET = "hidden-jwt-key-of-at-least-thirty-two-bytes"
COMMITS: list[tuple[str, dict[str, tuple[str, str]]]] = [
    ("Raise the limit", {"gateway.toml": ("limit = 100", "limit = 500")}),
    (
        "Serve reports",
        {
            "conf.d/users.toml": (
                "[routes.user-files]",
                '[routes.reports]\npriority = 1\npath = "/users/{id:int}/files/*"\nservice = "reports"\n\n[routes.user-files]',
            )
        },
    ),
    ("Make users public", {"conf.d/users.toml": ('timeout = "5s"\n', 'timeout = "5s"\nauth = "none"\n')}),
]


class Shop:
    """A repository in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.count = 0

    def git(self, *arguments: str) -> str:
        return git(self.folder, *arguments, author="Ada", when=f"2026-03-0{1 + self.count}T12:00:00+00:00")

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def edit(self, name: str, old: str, new: str) -> None:
        text = (self.folder / name).read_text(encoding="utf-8")
        assert old in text
        self.write(name, text.replace(old, new, 1))

    def commit(self, message: str) -> None:
        self.git("add", "-A")
        self.git("commit", "-q", "-m", message)
        self.count += 1


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in os.environ:
        if name.startswith(("GATEWAYCTL_", "GIT_")) or name in ("NO_COLOR", "FORCE_COLOR", "LC_ALL", "LANG", "COLUMNS"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def empty(place: Path) -> Shop:
    """A repository without commits, with a configuration that waits for its first."""
    shop = Shop(place)
    shop.git("init", "-q", "-b", "main")
    for name, text in FIRST.items():
        shop.write(name, text)
    shop.write("secrets/jwt", SECRET)
    return shop


@pytest.fixture
def shop(empty: Shop) -> Shop:
    """Four commits: the first serves users; then one loosens a limit, one shadows a route, one removes auth."""
    empty.commit("Serve users")
    for message, edits in COMMITS:
        for name, (old, new) in edits.items():
            empty.edit(name, old, new)
        empty.commit(message)
    return empty


@pytest.fixture
def cli(place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """``cli("diff", "HEAD~1")``."""

    def run(*arguments: str) -> Ran:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
        capsys.readouterr()
        code = main(arguments)
        written = capsys.readouterr()
        return Ran(code, written.out, written.err)

    return run
