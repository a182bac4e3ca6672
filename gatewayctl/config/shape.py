"""What the models say about a key path: which TOML types it takes, whether it is secret or a path, what it refers to.

Read from the models, so that substitution, the environment layer, paths, secrets and references follow a new field
without being told.
"""

from collections.abc import Iterator
from datetime import date
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.kinds.base import Kind, OneOrMore
from gatewayctl.config.models.base import Table
from gatewayctl.config.models.root import GatewayConfig
from gatewayctl.core.frozen import frozen

_NAMES = {str: "string", int: "integer", float: "number", bool: "boolean", date: "date"}


@frozen
class Shape:
    """What may stand at one place. ``types`` are those of TOML: string, integer, number, boolean, date, array, table.

    ``item`` is the shape of a list's items or of a table's values; ``models`` are the tables it may be.
    """

    types: frozenset[str]
    kind: Kind | None = None
    item: "Shape | None" = None
    models: tuple[type[Table], ...] = ()
    choices: tuple[Any, ...] = ()
    examples: tuple[Any, ...] = ()
    required: bool = False

    # each is itself, as the kinds are
    __eq__ = object.__eq__
    __hash__ = object.__hash__

    @property
    def secret(self) -> bool:
        """Whether values here are never shown."""
        return self.kind is not None and self.kind.secret

    def child(self, key: str | int) -> "Shape | None":
        """The shape one step below."""
        if self.models and isinstance(key, str):
            return next((shape for model in self.models if (shape := fields(model).get(key)) is not None), None)
        return self.item


def at_path(path: KeyPath, root: Shape | None = None) -> Shape | None:
    """The shape at a key path from the root, None where the language has no such key. ``root``: that of another language
    than the configuration's."""
    shape: Shape | None = root or ROOT
    for part in path:
        if shape is None or ("array" if isinstance(part, int) else "table") not in shape.types:
            return None
        shape = shape.child(part)
    return shape


@cache
def fields(model: type[Table]) -> dict[str, Shape]:
    """The shapes of a model's fields, by name."""
    found = {}
    for name, info in model.model_fields.items():
        shape = shape_of(info.annotation, tuple(info.metadata))
        examples = tuple(info.examples or ())
        found[name] = Shape(
            shape.types, shape.kind, shape.item, shape.models, shape.choices, examples, info.is_required()
        )
    return found


def shape_of(annotation: Any, marks: tuple[Any, ...] = ()) -> Shape:
    """The shape that an annotation describes; ``marks`` are what stands beside it in ``Annotated``."""
    if get_origin(annotation) is Annotated:
        inner, *more = get_args(annotation)
        return shape_of(inner, (*more, *marks))
    for mark in marks:
        if isinstance(mark, Kind):
            return Shape(frozenset(_types(mark.schema)), mark)
        if isinstance(mark, OneOrMore):
            many = shape_of(annotation)
            one = many.item or many
            return Shape(many.types | one.types, one.kind, one)
    if get_origin(annotation) in (Union, UnionType):
        return _either([shape_of(part) for part in get_args(annotation) if part is not type(None)])
    if get_origin(annotation) is Literal:
        choices = get_args(annotation)
        return Shape(frozenset(_NAMES[type(choice)] for choice in choices), choices=choices)
    if get_origin(annotation) is tuple:
        return Shape(frozenset({"array"}), item=shape_of(get_args(annotation)[0]))
    if get_origin(annotation) is dict:
        return Shape(frozenset({"table"}), item=shape_of(get_args(annotation)[1]))
    if isinstance(annotation, type) and issubclass(annotation, Table):
        return Shape(frozenset({"table"}), models=(annotation,))
    return Shape(frozenset({_NAMES[annotation]}))


def _either(shapes: list[Shape]) -> Shape:
    if len(shapes) == 1:
        return shapes[0]
    types = frozenset(name for shape in shapes for name in shape.types)
    return Shape(types, models=tuple(model for shape in shapes for model in shape.models))


def _types(schema: Any) -> Iterator[str]:
    if "type" in schema:
        yield schema["type"]
    elif "const" in schema:
        yield _NAMES[type(schema["const"])]
    elif "enum" in schema:
        yield from (_NAMES[type(word)] for word in schema["enum"])
    for part in schema.get("anyOf", ()):
        yield from _types(part)


ROOT = Shape(frozenset({"table"}), models=(GatewayConfig,))
