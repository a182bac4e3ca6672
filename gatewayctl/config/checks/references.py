"""Every name that points to a table points to one that is there."""

from functools import cache

from gatewayctl.config.checks.view import View
from gatewayctl.config.finding import Findings
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.selecting import Tree, select, tree
from gatewayctl.core.suggest import did_you_mean

_SINGULAR = {
    "services": "service",
    "limits": "limit",
    "stores": "store",
    "breakers": "breaker",
    "retries": "retry policy",
    "auth": "auth scheme",
    "consumers": "consumer",
    "access": "access list",
    "caches": "cache",
    "cors": "CORS policy",
    "transforms": "transform",
}
_SHOWN = 10
_SUGGESTED = 100
"""How many different wrong names get a suggestion: with thousands of them and of tables, looking would take minutes."""


def check(view: View, findings: Findings) -> None:
    """An error for each reference to nothing, with what there is."""
    ways_out: dict[tuple[str, str], str] = {}
    for hit in select(_references(), view.data):
        name, kind = hit.value, hit.mark
        known = view.names.get(kind.reference, ())
        if not isinstance(name, str) or name in known or name in kind.beside:
            continue
        words = sorted({*known, *kind.beside})
        there = ", ".join(words[:_SHOWN]) + (", …" if len(words) > _SHOWN else "")
        noun = _SINGULAR[kind.reference]
        key = (kind.reference, name)
        if key not in ways_out:
            nearest = did_you_mean(name, words) if len(ways_out) < _SUGGESTED else ""
            ways_out[key] = nearest or f"define [{kind.reference}.{name}], or name another"
        label = f"there are: {there}" if words else f"no {noun} is defined"
        findings.error("E201", hit.path, f'there is no {noun} "{name}"', label=label, help=ways_out[key])


@cache
def _references() -> Tree[Kind]:
    return tree(lambda kind: bool(kind.reference))
