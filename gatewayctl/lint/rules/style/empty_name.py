"""This name says nothing.

Finds names that only say what kind of table it is, or that were meant for a moment: route1, service, test, tmp, foo.

Why: Names are what logs, metrics, alerts and refusals show. In the night, `route1` is no help.

Example:

    [routes.route1]
    path    = "/route1"
    respond = { status = 200 }

Instead:

    [routes.login]
    path    = "/login"
    respond = { status = 200 }

Fix: None: names are known to dashboards and alerts.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

SECTIONS: Final = ("services", "routes", "limits", "breakers", "retries", "auth", "access", "cors", "transforms")
_NOTHING: Final = re.compile(
    r"(my[-_]?)?(route|service|svc|upstream|backend|limit|breaker|retry|auth|access|cors|transform|policy"
    r"|test|tmp|temp|foo|bar|baz|misc|stuff|thing|untitled|unnamed|todo|[a-z])[-_]?[0-9]*"
)

RULE = Rule("L502", "name-that-says-nothing", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for section in SECTIONS:
        for name in sorted(getattr(subject.config, section)):
            if _NOTHING.fullmatch(name):
                yield Found(
                    (section, name),
                    f'"{name}" does not say what it is for',
                    "says nothing",
                    "name what it serves, such as orders or user-by-id",
                    on_key=True,
                )
