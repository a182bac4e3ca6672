"""Names are written in two ways.

Finds sections in which some names are joined by hyphens and others by underscores, and tells the rarer ones.

Why: Names are what logs, metrics and diffs show. Who looks for one has to try both ways.

Example:

    [routes.user-by-id]
    path    = "/user-by-id"
    respond = { status = 200 }

    [routes.all-users]
    path    = "/all-users"
    respond = { status = 200 }

    [routes.all_orders]
    path    = "/all_orders"
    respond = { status = 200 }

Instead:

    [routes.user-by-id]
    path    = "/user-by-id"
    respond = { status = 200 }

    [routes.all-users]
    path    = "/all-users"
    respond = { status = 200 }

    [routes.all-orders]
    path    = "/all-orders"
    respond = { status = 200 }

Fix: None: names are known to dashboards and alerts.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

SECTIONS: Final = (
    "services",
    "routes",
    "limits",
    "breakers",
    "retries",
    "auth",
    "consumers",
    "access",
    "cors",
    "transforms",
)

RULE = Rule("L501", "mixed-names", Severity.NOTE, taste=True)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for section in SECTIONS:
        tables = sorted(getattr(subject.config, section))
        hyphens = [name for name in tables if "-" in name]
        underscores = [name for name in tables if "_" in name]
        if not hyphens or not underscores:
            continue
        rare, joint = (hyphens, "_") if len(hyphens) < len(underscores) else (underscores, "-")
        for name in rare:
            wanted = name.replace("-", joint).replace("_", joint)
            yield Found(
                (section, name),
                f'"{name}" is joined in another way than most {section}',
                "another way",
                f'call it "{wanted}"',
                on_key=True,
            )
