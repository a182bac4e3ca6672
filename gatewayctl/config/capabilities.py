"""What this version cannot do yet: one table. A line is removed when its feature is built.

The models know the whole language, so that everything can be written, checked and compared today; what would have no
effect when serving is refused at its place, never silently accepted.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from gatewayctl.config.finding import Findings
from gatewayctl.config.selecting import Tree, select
from gatewayctl.core.frozen import frozen


@frozen
class Missing:
    """A feature that is not there: what it is called, and for which values it would be needed."""

    what: str
    when: Callable[[Any], bool]
    on_key: bool = True
    """Whether the key is what is refused, or only this value of it."""


def _always(value: Any) -> bool:
    return True


def _used(value: Any) -> bool:
    """Whether a reference, list or switch asks for the feature: not where it only says that it is out."""
    return value not in ("none", "", False, [], 0)


def _policies(*sections: str) -> dict[str, Missing]:
    return {f"{section}.*": Missing(f"[{section}]", _always) for section in sections}


MISSING: Final[Mapping[str, Missing]] = {
    "tracing.endpoint": Missing("sending traces", _used),
    "defaults.cache": Missing('"cache"', _used),
    "routes.*.split": Missing('"split"', _always),
    "routes.*.split_key": Missing('"split_key"', _always),
    "routes.*.aggregate": Missing('"aggregate"', _always),
    "routes.*.mirror": Missing('"mirror"', _always),
    "routes.*.fault": Missing('"fault"', _always),
    "routes.*.cache": Missing('"cache"', _used),
    "routes.*.compress": Missing('"compress"', _used),
    **_policies("caches"),
}
"""By key path; ``*`` is any name or item."""


def check(data: Mapping[str, Any], findings: Findings) -> None:
    """An error (E901) at each place that asks for what is not there. ``data`` is the merged configuration."""
    for hit in select(_tree(), data):
        if hit.mark.when(hit.value):
            findings.error(
                "E901",
                hit.path,
                f"{hit.mark.what} is not available in this version",
                label="not available",
                help="remove it: it would have no effect",
                on_key=hit.mark.on_key and not isinstance(hit.value, dict),
            )


@cache
def _tree() -> Tree[Missing]:
    return _tree_of(MISSING)


def _tree_of(table: Mapping[str, Missing]) -> Tree[Missing]:
    tree: Tree[Missing] = Tree()
    for pattern, missing in table.items():
        *above, last = pattern.split(".")
        branch = tree
        for part in above:
            inner = branch.setdefault(part, Tree())
            if isinstance(inner, Tree):
                branch = inner
        branch[last] = missing
    return tree
