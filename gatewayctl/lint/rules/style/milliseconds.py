"""This duration is written in too small a unit.

Finds durations of whole seconds that are written as milliseconds.

Why: Thousands are easily misread by a factor of ten, and a diff of `30000ms` to `3000ms` is easily overlooked.

Example:

    [defaults]
    timeout = "30000ms"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [defaults]
    timeout = "30s"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: Safe: the same time is written in a larger unit.
"""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.selecting import Tree, select, tree
from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Replace
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

_MILLISECONDS: Final = re.compile(r"([0-9]+)ms")
_UNITS: Final = "(d|h|ms|m|s)"
"""What the schema of each duration has in its pattern."""

RULE = Rule("L504", "duration-in-milliseconds", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for hit in select(_durations(), subject.loaded.places.data):
        found = _MILLISECONDS.fullmatch(hit.value) if isinstance(hit.value, str) else None
        if found is None or int(found[1]) < 1000 or int(found[1]) % 1000 or not _as_written(subject, hit.path):
            continue
        better = format_duration(int(found[1]) / 1000)
        yield Found(
            hit.path,
            f"{hit.value} is {better}",
            "thousands of milliseconds",
            f'write "{better}"',
            fix=Fix(f"write {better}", (Replace(hit.path, f'"{better}"'),)),
        )


def _as_written(subject: Subject, path: KeyPath) -> bool:
    """Whether the value stands in a file like that, and is not made of variables."""
    source = subject.loaded.places.source(path)
    node = None if source is None or source.variables else source.index().node(path)
    return node is not None and node.text is not None and b"${" not in node.text


@cache
def _durations() -> Tree[Kind]:
    return tree(lambda kind: _UNITS in str(kind.schema))
