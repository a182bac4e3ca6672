"""``@frozen``: a dataclass that is not to be changed, made in a tenth of the time.

There are more than a hundred and fifty of them, and every command makes those that it imports: what ``dataclasses`` compiles
for each (comparison, hash, text, refusal of changes) was a seventh of what a short command does. Here all classes share one of
each; only ``__init__`` is compiled. That nobody assigns to a field is checked by the type checker, not at run time, which
also makes instances cheaper. ``dataclasses.fields``, ``replace`` and ``asdict`` work as for any dataclass.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, Final, TypeVar, dataclass_transform

_T = TypeVar("_T")

_NOTHING: Final[tuple[Any, ...]] = ()


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[_T]) -> type[_T]:
    """The class with slots for its fields, ``__init__``, and comparison, hash and text by the fields' values.

    Of ``field``'s options ``default``, ``default_factory``, ``repr`` and ``compare`` are honoured; a class that writes
    one of these methods itself keeps it.
    """
    own = {name for name in _SHARED if name in cls.__dict__}
    made: Any = dataclass(slots=True, eq=False, repr=False)(cls)
    known = fields(made)
    made.__compared__ = _getter([one.name for one in known if one.compare])
    made.__shown__ = tuple(one.name for one in known if one.repr)
    for name, shared in _SHARED.items():
        if name not in own:
            setattr(made, name, shared)
    return made  # type: ignore[no-any-return]


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
