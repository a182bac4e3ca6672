"""The repository of the worked example: its first files, its commits, and the commands that are run after each.

A command more for a step is a line in its ``commands``. Hashes are the same everywhere: authors and dates are fixed.
"""

from pathlib import Path
from typing import Final, NamedTuple

from tests.support.git import git

FIRST: Final = {
    "gateway.toml": """\
version = 1

[defaults]
auth   = "jwt"
limits = ["per-client"]

[services.users]
instances = [{ url = "http://10.0.0.1:9001" }, { url = "http://10.0.0.2:9001" }]

[services.users.outlier]

[routes.user-by-id]
path    = "/users/{id:int}"
methods = ["GET"]
service = "users"

[routes.user-files]
path    = "/users/{id:int}/files/{name}.{ext}"
methods = ["GET"]
service = "users"

[limits.per-client]
algorithm = "sliding_window"
limit     = 100
window    = "1m"

[auth.jwt]
type       = "jwt"
algorithms = ["HS256"]
secret     = "${file:secrets/jwt}"
issuer     = "https://issuer.example/"
audience   = "shop"
""",
    "gateway.test.toml": """\
[[case]]
name    = "a user, for who is known"
request = "GET /users/42"
token   = { sub = "u1" }
expect  = { route = "user-by-id", service = "users", auth = "jwt", limits = ["per-client"] }

[[case]]
name    = "nobody sees a user without a token"
request = "GET /users/42"
expect  = { status = 401 }

[[case]]
name    = "files of a user come from the users service"
request = "GET /users/42/files/report.pdf"
token   = { sub = "u1" }
expect  = { route = "user-files", service = "users" }
""",
    ".gitignore": "secrets/\n*.log\n",
}
UNTRACKED: Final = {
    "secrets/jwt": "only-for-the-worked-example-and-long-enough",
    "access.log": """\
192.0.2.7 - - [01/Mar/2026:09:00:00 +0000] "GET /users/42 HTTP/1.1" 200 512 "-" "app/3"
192.0.2.7 - - [01/Mar/2026:09:00:01 +0000] "GET /users/42/files/report.pdf HTTP/1.1" 200 70112 "-" "app/3"
192.0.2.9 - - [01/Mar/2026:09:00:02 +0000] "GET /users/7 HTTP/1.1" 200 498 "-" "app/3"
192.0.2.9 - - [01/Mar/2026:09:00:02 +0000] "GET /favicon.ico HTTP/1.1" 404 101 "-" "app/3"
""",
}


class Step(NamedTuple):
    """A commit, or none (an empty subject), and what is run behind it. An edit: a file, what it says, and what instead."""

    subject: str
    author: str
    commands: tuple[str, ...]
    edits: tuple[tuple[str, str, str], ...] = ()


STEPS: Final[dict[str, Step]] = {
    "first": Step(
        "Serve users and their files",
        "Ada",
        (
            "gatewayctl validate",
            "gatewayctl test --record access.log",
            "gatewayctl test --fail-under 100",
        ),
    ),
    "limit": Step(
        "Give clients more room",
        "Ben",
        (
            "git show --format=%h%x20%an:%x20%s --unified=1",
            "gatewayctl diff HEAD~1",
            "gatewayctl replay access.log --old HEAD~1",
            "gatewayctl test",
            "gatewayctl lint",
        ),
        (("gateway.toml", "limit     = 100", "limit     = 500"),),
    ),
    "shadow": Step(
        "Serve old files from the archive",
        "Cleo",
        (
            "git show --format=%h%x20%an:%x20%s --unified=1",
            "gatewayctl diff HEAD~1",
            "gatewayctl replay access.log --old HEAD~1",
            "gatewayctl test",
            "gatewayctl lint",
        ),
        (
            (
                "gateway.toml",
                "[routes.user-by-id]",
                '[services.archive]\ninstances = [{ url = "http://10.0.0.3:9002" }, { url = "http://10.0.0.4:9002" }]\n\n'
                "[services.archive.outlier]\n\n[routes.user-by-id]",
            ),
            (
                "gateway.toml",
                "[routes.user-files]",
                '[routes.archive]\npriority = 1\npath     = "/users/{id:int}/files/*"\nservice  = "archive"\n\n'
                "[routes.user-files]",
            ),
        ),
    ),
    "auth": Step(
        "Let the new start page show users",
        "Ben",
        (
            "git show --format=%h%x20%an:%x20%s --unified=1",
            "gatewayctl diff HEAD~1",
            "gatewayctl diff HEAD~1 --fail-on security --format markdown",
            "gatewayctl replay access.log --old HEAD~1",
            "gatewayctl test --format markdown",
            "gatewayctl lint",
        ),
        (
            (
                "gateway.toml",
                'path    = "/users/{id:int}"\n',
                'path    = "/users/{id:int}"\nauth    = "none"\n',
            ),
        ),
    ),
    "later": Step(
        "",
        "",
        (
            "gatewayctl blame /users/42",
            "gatewayctl blame /users/42/files/report.pdf",
            "gatewayctl diff HEAD~3",
        ),
    ),
}


class History:
    """The repository, as far as it has come."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._day = 1
        self.git("Ada", "init", "-q", "-b", "main")
        self.git("Ada", "config", "core.abbrev", "7")
        for name, text in (FIRST | UNTRACKED).items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def git(self, author: str, *arguments: str) -> str:
        """What Git says, on the day that the history has come to."""
        return git(self._folder, *arguments, author=author, when=f"2026-03-{self._day:02}T09:00:00+00:00")

    def go(self, step: Step) -> None:
        """Makes the commit of a step, if it has one."""
        if not step.subject:
            return
        for name, old, new in step.edits:
            text = (self._folder / name).read_text(encoding="utf-8")
            assert text.count(old) == 1, (name, old)
            (self._folder / name).write_text(text.replace(old, new), encoding="utf-8")
        self._day += 1
        self.git(step.author, "add", "-A")
        self.git(step.author, "commit", "-q", "-m", step.subject)
