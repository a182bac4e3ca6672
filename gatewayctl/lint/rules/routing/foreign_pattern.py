"""A path is written as other routers write it, and means the letters themselves.

Finds literal segments such as `:id`, `<id>`, `$id` or `[id]` in patterns.

Why: Here a parameter is `{id}`. The route takes the one path `/users/:id`, which nobody asks for, and everything that it was
meant for gets a 404.

Example:

    [routes.user]
    path    = "/users/:id"
    respond = { status = 200 }

Instead:

    [routes.user]
    path    = "/users/{id}"
    respond = { status = 200 }

Fix: Unsafe: the segment becomes a parameter of that name, and the route takes more.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Replace
from gatewayctl.lint.subject import Subject

RULE = Rule("L112", "foreign-pattern", Severity.ERROR)

_FOREIGN: Final = re.compile(
    r"(?<=/)(?::([A-Za-z_]\w*)|<(?:[a-z]+:)?([A-Za-z_]\w*)>|\$([A-Za-z_]\w*)|\[([A-Za-z_]\w*)\])(?=/|$)"
)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in sorted(subject.config.routes.items()):
        path = route.path or ""
        found = _FOREIGN.search(path)
        if found is None:
            continue
        meant = _FOREIGN.sub(lambda part: f"{{{_word(part)}}}", path)
        at = ("routes", name, "path")
        yield Found(
            at,
            f'"{name}" takes only the letters {found[0]}, not any segment',
            "not a parameter here",
            f'write "{meant}"',
            fix=Fix("make it a parameter", (Replace(at, f'"{meant}"'),), safe=False),
        )


def _word(part: re.Match[str]) -> str:
    return next(group for group in part.groups() if group).lower()
