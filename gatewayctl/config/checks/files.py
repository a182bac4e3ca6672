"""Files that the configuration names: certificates, keys, user files. Offline they need not be there: a warning."""

from functools import cache
from pathlib import Path

from gatewayctl.config.checks.view import View
from gatewayctl.config.finding import Findings
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.reading import shown
from gatewayctl.config.selecting import Tree, select, tree


def check(view: View, findings: Findings) -> None:
    """What is named and not there."""
    for hit in select(named_files(), view.data):
        name = hit.value
        if not isinstance(name, str) or not name.startswith("/"):
            continue
        path = Path(name)
        if not view.exists(path):
            message = f"there is no file {shown(path, view.directory)}"
            way_out = "correct the name; relative names are relative to the file that has them"
            if view.runtime:
                findings.error("E204", hit.path, message, label="not there", help=way_out)
            else:
                findings.warning("W204", hit.path, message, label="not there", help=way_out)


@cache
def named_files() -> Tree[Kind]:
    """Where the language names files that must be there."""
    return tree(lambda kind: kind.path == "file")
