"""A secret stands in the file in clear.

Finds tokens, shared secrets and passwords that are written out instead of being taken from a variable or a file.

Why: The file lives in Git: the secret is in every clone, every backup and every build log, for ever, and cannot be
changed without a commit.

Example:

    [admin]
    token = "correct-horse-battery-staple"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [admin]
    token = "${secret:ADMIN_TOKEN:-}"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None; the secret has to be replaced, since it is known now.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L403", "secret-in-clear", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for path in sorted(subject.loaded.secrets, key=str):
        if path[0] == "consumers":
            continue  # hashes, which may be read
        if path[0] == "stores" and "@" not in str(subject.text(*path)):
            continue  # a URL without user and password
        written = subject.literal(path)
        if written is None or "${" in written or written.strip("\"'") == "":
            continue
        yield Found(
            path,
            "a secret stands in the file in clear",
            help="write ${secret:NAME} or ${file:PATH}, and replace the secret, which is known now",
            about_secret=True,
        )
