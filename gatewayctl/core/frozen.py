"""``@frozen`` and ``@mutable``: dataclasses with slots, made in a twentieth of the time.

There are some two hundred of them, and every command makes those that it imports: what ``dataclasses`` compiles for each
(comparison, hash, text, refusal of changes) was a seventh of what a short command does. Here all classes share one of each;
only ``__init__`` is compiled, when the first instance is made: most classes have none in a short command. That nobody assigns
to a field of a frozen one is checked by the type checker, not at run time, which also makes instances cheaper.
``dataclasses.fields``, ``replace`` and ``asdict`` work as for any dataclass.
"""

from collections.abc import Callable
from dataclasses import MISSING, dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, TypeVar, dataclass_transform

_T = TypeVar("_T")

_NOTHING: Final[tuple[Any, ...]] = ()
_ABSENT: Final = object()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_T]) -> type[_T]:
    """The class with slots for its fields, ``__init__``, and comparison, hash and text by the fields' values.

    Of ``field``'s options ``default``, ``default_factory``, ``repr`` and ``compare`` are honoured; a class that writes
    one of these methods itself keeps it.
    """
    own = {name for name in _SHARED if name in cls.__dict__}
    made = _made(cls)
    known = fields(made)
    made.__compared__ = _getter([one.name for one in known if one.compare])
    made.__shown__ = tuple(one.name for one in known if one.repr)
    for name, shared in _SHARED.items():
        if name not in own:
            setattr(made, name, shared)
    return made  # type: ignore[no-any-return]


@dataclass_transform(eq_default=False, field_specifiers=(field,))
def mutable(cls: type[_T]) -> type[_T]:
    """The class with slots for its fields and ``__init__``; it is equal to nothing but itself.

    Of ``field``'s options ``default``, ``default_factory`` and ``init`` are honoured, and so is ``__post_init__``.
    """
    return _made(cls)  # type: ignore[no-any-return]


def _made(cls: type[Any]) -> Any:
    made: Any = dataclass(slots=True, init=False, eq=False, repr=False)(cls)

    def first(self: Any, *args: Any, **kwargs: Any) -> None:
        """Puts the compiled one in its place, and does its work the first time."""
        made.__init__ = _compiled(made)
        made.__init__(self, *args, **kwargs)

    made.__init__ = first
    return made


def _compiled(made: Any) -> Callable[..., None]:
    """The ``__init__`` that ``dataclasses`` would make of the fields, in half of the time."""
    known: dict[str, Any] = {"__name__": made.__module__, "_absent": _ABSENT}
    parameters, lines = ["self"], []
    for one in fields(made):
        name, value = one.name, one.name
        if one.default_factory is not MISSING:
            known[f"_make_{name}"] = one.default_factory
            value = f"_make_{name}() if {name} is _absent else {name}" if one.init else f"_make_{name}()"
            default = "=_absent"
        elif one.default is not MISSING:
            known[f"_default_{name}"] = one.default
            value = name if one.init else f"_default_{name}"
            default = f"=_default_{name}"
        elif one.init:
            default = ""
        else:
            continue  # ``__post_init__`` sets it
        if one.init:
            parameters.append(name + default)
        lines.append(f" self.{name} = {value}")
    if hasattr(made, "__post_init__"):
        lines.append(" self.__post_init__()")
    text = "\n".join([f"def __init__({', '.join(parameters)}):", *(lines or [" pass"])])
    exec(text, known)  # noqa: S102 - of the names of fields only, as ``dataclasses`` does
    compiled: Callable[..., None] = known["__init__"]
    compiled.__qualname__ = f"{made.__qualname__}.__init__"
    return compiled


def _getter(names: list[str]) -> Callable[[Any], Any]:
    return attrgetter(*names) if names else lambda one: _NOTHING


def _equal(self: Any, other: Any) -> Any:
    if other.__class__ is not self.__class__:
        return NotImplemented
    values = self.__class__.__compared__
    return values(self) == values(other)


def _hash(self: Any) -> int:
    return hash(self.__class__.__compared__(self))


def _text(self: Any) -> str:
    said = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__shown__)
    return f"{type(self).__qualname__}({said})"


_SHARED: Final[dict[str, Callable[..., Any]]] = {"__eq__": _equal, "__hash__": _hash, "__repr__": _text}
