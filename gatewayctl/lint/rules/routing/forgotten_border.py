"""A regular expression takes more than what is below its prefix.

Finds `path_regex` that ends in `.*` or `.+` right behind a letter or digit: `/api.*` takes `/api/users`, and `/apix`
and `/api-internal` too.

Why: A route with authentication is widened to paths that nobody thought of, or one without it opens them. Patterns stop at
a segment border by themselves.

Example:

    [routes.api]
    path_regex = "/api.*"
    respond    = { status = 200 }

Instead:

    [routes.api]
    path    = "/api/*"
    respond = { status = 200 }

Fix: Unsafe: an expression of nothing but a literal becomes a pattern. It takes fewer paths, and has another place in the
order.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import pattern_instead

RULE = Rule("L104", "forgotten-border")

_OPEN: Final = re.compile(r"(?P<before>.*[A-Za-z0-9_-])(?:\.[*+]|\(\.[*+]\)|\(\?P<\w+>\.[*+]\))")
_LITERAL: Final = re.compile(r"(?:/[A-Za-z0-9_-]+)+")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in subject.enabled():
        found = _OPEN.fullmatch(route.path_regex or "")
        if found is None or not found["before"].startswith("/"):
            continue
        before = found["before"]
        plain = _LITERAL.fullmatch(before) is not None
        at = ("routes", name, "path_regex")
        example = f", such as {before}x" if plain else ""
        yield Found(
            at,
            f'"{name}" also takes paths that only begin alike{example}',
            "no segment border",
            f'write path = "{before}/*"' if plain else 'end the expression with "(/.*)?"',
            fix=Fix("write a pattern instead", pattern_instead(name, f"{before}/*"), safe=False) if plain else None,
        )
