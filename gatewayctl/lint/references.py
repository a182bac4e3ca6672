"""Who names what: the services and policies that something in the configuration refers to."""

from collections.abc import Iterator
from functools import cache

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.selecting import Tree, select, tree
from gatewayctl.lint.base import Fix, Found
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject


def references(subject: Subject, section: str) -> Iterator[tuple[str, KeyPath]]:
    """The names of ``section`` ("services") that are referred to, and where; routes that are not enabled count."""
    for hit in select(_references(), subject.loaded.places.data):
        if hit.mark.reference == section and isinstance(hit.value, str):
            yield hit.value, hit.path


def unused(subject: Subject, section: str) -> list[str]:
    """The tables of ``section`` that nothing refers to, by name; none where a reference is a variable that is not set."""
    named = list(references(subject, section))
    if any(subject.uncertain(path) for _, path in named):
        return []
    return sorted(getattr(subject.config, section).keys() - {name for name, _ in named})


def found_unused(subject: Subject, section: str, message: str, way_out: str) -> Iterator[Found]:
    """What a rule finds of the tables of ``section`` that nothing names; ``message`` says what nothing does."""
    for name in unused(subject, section):
        at = (section, name)
        fix = Fix(f"remove {section}.{name}", (Remove(at),), safe=False)
        yield Found(at, f'{message} "{name}"', "not used", f"{way_out}, or remove it", on_key=True, fix=fix)


@cache
def _references() -> Tree[Kind]:
    return tree(lambda kind: bool(kind.reference))
