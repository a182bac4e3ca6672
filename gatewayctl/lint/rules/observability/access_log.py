"""Nobody can see afterwards what was asked.

Finds an access log that is off, or whose `sample` of good answers is 0.

Why: When something has gone wrong, the lines are what says who asked for what, which instance answered, and how long it
took. `sample` keeps the log small, and still has all errors and refusals; with 0 there is nothing to compare them with.

Example:

    [log]
    access = "off"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [log]
    access = "stdout"
    sample = 0.01

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None: the lines have to go somewhere.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L601", "access-log-off", Severity.NOTE)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    log = subject.config.log
    if log.access == "off":
        yield Found(
            ("log", "access"),
            "the access log is off: nobody can see afterwards what was asked",
            "no lines",
            "write it to a file or stdout; sample = 0.01 keeps it small",
        )
    elif log.sample == 0:
        yield Found(
            ("log", "sample"),
            "good answers are never logged: there is nothing to compare errors with",
            "none of them",
            "take a small share, such as 0.01",
        )
