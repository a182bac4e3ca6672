"""This only repeats the default.

Finds settings whose value is the built-in default. Weights, statuses, and settings by which one says that a default is
meant (health.path, on_store_error), are passed over, and what one file sets back that another one has changed.

Why: What differs from the default is what a reader looks for; it is lost among lines that change nothing.

Example:

    [server]
    merge_slashes = false
    max_headers   = 200

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [server]
    max_headers = 200

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: Safe: the setting is removed.
"""

from collections.abc import Iterator
from typing import Any, Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.models.base import Table
from gatewayctl.config.sources import holds
from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject

MEANT: Final = frozenset({"weight", "status", "on_store_error", "path", "type"})

RULE = Rule("L503", "default-written", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for path in _repeated(subject.config, subject.loaded.places.data, ()):
        if sum(holds(source.data, path) for source in subject.loaded.places.sources) == 1:
            yield Found(
                path,
                f"{path[-1]} is what it is by default",
                "changes nothing",
                "remove it",
                on_key=True,
                fix=Fix(f"remove {path[-1]}", (Remove(path),)),
            )


def _repeated(table: Any, data: Any, path: KeyPath) -> Iterator[KeyPath]:
    """The key paths below ``path`` whose value in ``table`` (a model, or several) is the default of its field."""
    if isinstance(table, tuple) and isinstance(data, list):
        for number, (item, written) in enumerate(zip(table, data, strict=False)):
            yield from _repeated(item, written, (*path, number))
    elif isinstance(table, dict) and isinstance(data, dict):
        for name in sorted(data.keys() & table.keys()):
            yield from _repeated(table[name], data[name], (*path, name))
    elif isinstance(table, Table) and isinstance(data, dict):
        fields = type(table).model_fields
        for key in sorted(data.keys() & fields.keys()):
            value = getattr(table, key)
            if value is not None and value == fields[key].default and key not in MEANT and not _tables(value):
                yield (*path, key)
            else:
                yield from _repeated(value, data[key], (*path, key))


def _tables(value: Any) -> bool:
    """Whether a value is made of tables, which are looked into instead."""
    items = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else (value,)
    return any(isinstance(item, Table) for item in items)
