"""A regular expression says what a pattern could say.

Finds `path_regex` of literal segments and groups that each match one whole segment. That the pattern matches exactly the
same paths is proved before it is offered.

Why: Expressions come after every pattern in the order of matching, so they lose to any `/*`; they are slower, and
`[^/]+` is easily forgotten for `.+`. A pattern is what people read first.

Example:

    [routes.user]
    path_regex = "/users/(?P<id>[0-9]+)"
    respond    = { status = 200 }

Instead:

    [routes.user]
    path    = "/users/{id:int}"
    respond = { status = 200 }

Fix: Unsafe: the pattern is written instead. It takes the same paths, and goes before wider patterns that now win.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import pattern_instead

RULE = Rule("L107", "regex-for-a-pattern")

_GROUP: Final = re.compile(r"\(\?P<(?P<name>[a-z_][a-z0-9_]*)>(?P<body>\[\^/\]\+|\[0-9\]\+|\\d\+)\)")
_LITERAL: Final = re.compile(r"(?:[A-Za-z0-9_~-]|\\\.)+")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in subject.enabled():
        pattern = _pattern(route.path_regex or "")
        if pattern is None or not subject.routes.same_paths(route.path_regex or "", pattern):
            continue
        yield Found(
            ("routes", name, "path_regex"),
            f'the expression of "{name}" is the pattern {pattern}',
            "a pattern says the same",
            f'write path = "{pattern}"',
            fix=Fix("write the pattern", pattern_instead(name, pattern), safe=False),
        )


def _pattern(expression: str) -> str | None:
    """The pattern that may say the same as an expression."""
    if not expression.startswith("/"):
        return None
    segments = []
    for part in _segments(expression[1:]):
        group = _GROUP.fullmatch(part)
        if group is not None:
            segments.append(f"{{{group['name']}}}" if group["body"].startswith("[^") else f"{{{group['name']}:int}}")
        elif _LITERAL.fullmatch(part):
            segments.append(part.replace("\\", ""))
        else:
            return None
    return "/" + "/".join(segments)


def _segments(expression: str) -> list[str]:
    """The parts between slashes; the slash of ``[^/]`` is none."""
    return [part.replace("\0", "[^/]") for part in expression.replace("[^/]", "\0").split("/")]
