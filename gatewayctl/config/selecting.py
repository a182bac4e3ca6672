"""Finding values by what the models say of them: all paths, all secrets, all references of some TOML data."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, NamedTuple, TypeVar

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.models.base import Table
from gatewayctl.config.shape import ROOT, Shape, fields

T = TypeVar("T")


class Tree(dict[str, "Tree[T] | T"], Generic[T]):
    """Where to look: by key, ``"*"`` for every name or item; further trees, and marks where a value is found.

    ``by_type`` is for tables that differ by their ``type``: then the tree for that type is taken instead.
    """

    by_type: "dict[str, Tree[T]] | None" = None


class Hit(NamedTuple, Generic[T]):
    """A value that was found: its key path, what holds it, its key there, and the mark of the tree."""

    path: KeyPath
    holder: Any
    key: Any
    mark: T

    @property
    def value(self) -> Any:
        """The value itself."""
        return self.holder[self.key]


def tree(wanted: Callable[[Kind], bool]) -> Tree[Kind]:
    """Where the language has values of the kinds that are wanted."""
    found = _below(ROOT, wanted)
    return found if isinstance(found, Tree) else Tree()


def _below(shape: Shape, wanted: Callable[[Kind], bool]) -> "Tree[Kind] | Kind | None":
    if shape.item is not None:
        inner = _below(shape.item, wanted)
        return Tree({"*": inner}) if inner is not None else None
    if shape.kind is not None:
        return shape.kind if wanted(shape.kind) else None
    if len(shape.models) > 1:
        kinds = {fields(model)["type"].choices[0]: _table(model, wanted) for model in shape.models}
        several: Tree[Kind] = Tree()
        several.by_type = {name: found for name, found in kinds.items() if found}
        return several if several.by_type else None
    return (_table(shape.models[0], wanted) if shape.models else None) or None


def _table(model: type[Table], wanted: Callable[[Kind], bool]) -> Tree[Kind]:
    found: Tree[Kind] = Tree()
    for name, field in fields(model).items():
        below = _below(field, wanted)
        if below is not None:
            found[name] = below
    return found


def select(where: Tree[T], data: Any, path: KeyPath = ()) -> Iterator[Hit[T]]:
    """The values of some data that a tree asks for. Data of another form than the language's is passed over."""
    if where.by_type is not None:
        kind = data.get("type") if isinstance(data, dict) else None
        where = where.by_type.get(kind, Tree()) if isinstance(kind, str) else Tree()
    every = where.get("*")
    if every is None:
        if isinstance(data, dict):
            for key, below in where.items():
                if key in data:
                    yield from _hit(below, data, key, path)
    elif isinstance(data, dict):
        for key in list(data):
            yield from _hit(every, data, key, path)
    elif isinstance(data, list):
        for number in range(len(data)):
            yield from _hit(every, data, number, path)


def _hit(below: "Tree[T] | T", holder: Any, key: Any, path: KeyPath) -> Iterator[Hit[T]]:
    if not isinstance(below, Tree):
        yield Hit((*path, key), holder, key, below)
    elif isinstance(holder[key], dict | list):
        yield from select(below, holder[key], (*path, key))
    elif "*" in below and not isinstance(below["*"], Tree):
        # A list that is written as its one value.
        yield Hit((*path, key), holder, key, below["*"])
