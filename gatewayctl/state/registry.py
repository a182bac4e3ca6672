"""States by identity: what is bound again under the same key after a reload is the same object, counters and all."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Keeps one state a key. A generation first obtains all it needs, then ``retire_others`` gives back the rest."""

    __slots__ = ("_states",)

    def __init__(self) -> None:
        self._states: dict[Hashable, T] = {}

    def obtain(self, key: Hashable, make: Callable[[], T]) -> T:
        """The state of that key, made on first need."""
        state = self._states.get(key)
        if state is None:
            state = self._states[key] = make()
        return state

    def get(self, key: Hashable) -> T | None:
        """The state of that key, None where there is none."""
        return self._states.get(key)

    def drop(self, key: Hashable) -> T | None:
        """Removes and gives the state of that key, None where there is none."""
        return self._states.pop(key, None)

    def retire_others(self, keep: set[Hashable]) -> list[T]:
        """Removes and gives the states whose key is not in ``keep``."""
        return [self._states.pop(key) for key in list(self._states) if key not in keep]

    def values(self) -> list[T]:
        """All states there are."""
        return list(self._states.values())
