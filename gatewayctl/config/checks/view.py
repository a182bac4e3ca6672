"""What a check may look at."""

from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.models.root import GatewayConfig
from gatewayctl.core.frozen import frozen

T = TypeVar("T", bound=Hashable)


@frozen
class View:
    """A configuration under check.

    ``config`` holds the objects that are valid by themselves; ``data`` is everything as TOML values, ``names`` all
    names by section, also those of broken objects, so that one mistake is not told twice. ``exists`` asks the disk for
    a file, ``read`` gives its content (OSError where it cannot), ``directory`` is what names are shown relative to,
    ``runtime`` is whether files must be there.
    """

    config: GatewayConfig
    data: Mapping[str, Any]
    names: Mapping[str, Collection[str]]
    exists: Callable[[Path], bool]
    read: Callable[[Path], bytes]
    directory: Path
    runtime: bool = False

    def written(self, *path: str | int) -> bool:
        """Whether there is anything at that key path."""
        from gatewayctl.config.sources import holds

        return holds(self.data, path)


def no_doubles(values: Iterable[tuple[KeyPath, T, str]], findings: Findings) -> None:
    """An error for each value that was there before. Values come with their path and what they are called."""
    first: dict[T, KeyPath] = {}
    for path, value, what in values:
        before = first.setdefault(value, path)
        if before != path:
            findings.error(
                "E118",
                path,
                f"{what} twice",
                label="the second time",
                help="remove or change one of them",
                related=((before, "the first time"),),
            )


def one_of(path: KeyPath, table: Any, keys: tuple[str, ...], what: str, findings: Findings) -> None:
    """An error unless exactly one of the keys is set in a table (a model)."""
    given = [key for key in keys if getattr(table, key) is not None]
    words = ", ".join(keys[:-1]) + f" or {keys[-1]}"
    if not given:
        findings.error("E117", path, f"{what} needs {words}", label="none of them", help=f"add {words}")
    elif len(given) > 1:
        findings.error(
            "E116",
            (*path, given[1]),
            f"{what} takes only one of {words}",
            label="one too many",
            help=f"keep {given[0]} or {given[1]}",
            on_key=True,
            related=(((*path, given[0]), "the other one"),),
        )


def needs(path: KeyPath, table: Any, key: str, given: bool, other: str, findings: Findings) -> None:
    """An error where ``key`` is set in a table although what it belongs to is not ``given``."""
    if getattr(table, key) is not None and not given:
        message = f"{key} says nothing without {other}"
        findings.error(
            "E123", (*path, key), message, label="has no effect", help=f"add {other}, or remove {key}", on_key=True
        )
