"""Locks between processes that a killed holder does not keep: robust mutexes (pthreads) where the system has them.

A mutex in shared memory costs no system call where nobody else wants it; the kernel walks the list of those that a process
holds when it dies, and the next one to lock it is told (EOWNERDEAD). Elsewhere byte range locks (fcntl) do the same, with
two system calls each time. What is guarded must be whole at every moment; nothing is repaired here.
"""

import ctypes
import errno
import sys
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_UN, lockf
from mmap import mmap
from typing import Any, Final, Protocol

STRIPES: Final = 1024
"""Locks of one memory; a bucket has that of its number, modulo."""
STRIDE: Final = 64
"""Bytes from one to the next. A mutex has 24 to 48 of them, depending on the system."""
SPACE: Final = STRIDE * STRIPES
"""Bytes that they take at the beginning of the memory."""
_PROCESS_SHARED: Final = 1
_ROBUST: Final = 1


class Locks(Protocol):
    """``lock`` waits; all are for one thread of a process.

    What is on the path of each request does the same without a call in between: ``attempt`` at ``base`` and ``STRIDE`` times
    a number below ``STRIPES``, and where that gives anything but 0, ``wait`` with it; then ``leave``.
    """

    base: int
    attempt: Callable[[int], int]
    leave: Callable[[int], object]

    def wait(self, at: int, result: int) -> None: ...
    def lock(self, number: int) -> None: ...
    def unlock(self, number: int) -> None: ...
    def close(self) -> None:
        """They are not used here any more."""


class RangeLocks:
    """By fcntl, on the bytes of a file. Closing any descriptor of that file in this process would give them up."""

    __slots__ = ("_descriptor", "attempt", "base", "leave")

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self.base = 0
        self.attempt: Callable[[int], int] = self._lock
        self.leave: Callable[[int], object] = self._unlock

    def wait(self, at: int, result: int) -> None:
        """An attempt has waited already."""

    def lock(self, number: int) -> None:
        self._lock(number % STRIPES * STRIDE)

    def unlock(self, number: int) -> None:
        self._unlock(number % STRIPES * STRIDE)

    def _lock(self, at: int) -> int:
        lockf(self._descriptor, LOCK_EX, 1, at)
        return 0

    def _unlock(self, at: int) -> None:
        lockf(self._descriptor, LOCK_UN, 1, at)

    def close(self) -> None:
        """There is nothing to give back."""


class Mutexes:
    """Robust ones, at the beginning of ``memory``; ``make`` them once, before any other process has the memory."""

    __slots__ = ("_consistent", "_view", "_wait", "attempt", "base", "leave")

    def __init__(self, memory: mmap) -> None:
        self._view: Any = ctypes.c_char.from_buffer(memory)  # keeps the memory where it is
        self.base = ctypes.addressof(self._view)
        library = ctypes.PyDLL(
            None
        )  # keeps the interpreter's lock: what does not wait is over before that could be given back
        self.attempt: Callable[[int], int] = _taking_an_address(library.pthread_mutex_trylock)
        self.leave: Callable[[int], object] = _taking_an_address(library.pthread_mutex_unlock)
        self._consistent = _taking_an_address(library.pthread_mutex_consistent)
        self._wait = _taking_an_address(ctypes.CDLL(None).pthread_mutex_lock)

    def make(self) -> None:
        """Makes them all."""
        library, attributes = ctypes.CDLL(None), ctypes.create_string_buffer(64)
        library.pthread_mutexattr_init(attributes)
        library.pthread_mutexattr_setpshared(attributes, _PROCESS_SHARED)
        library.pthread_mutexattr_setrobust(attributes, _ROBUST)
        for number in range(STRIPES):
            failed = library.pthread_mutex_init(ctypes.c_void_p(self.base + STRIDE * number), attributes)
            if failed:
                raise OSError(failed, "a lock between processes cannot be made")
        library.pthread_mutexattr_destroy(attributes)

    def lock(self, number: int) -> None:
        at = self.base + number % STRIPES * STRIDE
        result = self.attempt(at)
        if result:
            self.wait(at, result)

    def unlock(self, number: int) -> None:
        self.leave(self.base + number % STRIPES * STRIDE)

    def wait(self, at: int, result: int) -> None:
        """An attempt gave that: waits for the lock, or puts it right."""
        if result == errno.EBUSY:
            result = self._wait(at)
        if result == errno.EOWNERDEAD:  # its holder was killed; what it guards is whole all the same
            result = self._consistent(at)
        if result:
            raise OSError(result, "a lock between processes cannot be taken")

    def close(self) -> None:
        self._view = None


def _taking_an_address(function: Any) -> Any:
    function.argtypes = [ctypes.c_void_p]
    return function


def have_mutexes() -> bool:
    """Whether this system has robust mutexes. macOS has none."""
    return sys.platform == "linux" and hasattr(ctypes.CDLL(None), "pthread_mutex_consistent")


def make_locks(memory: mmap) -> None:
    """Makes what ``locks_for`` uses, once, before another process has the memory."""
    if have_mutexes():
        mutexes = Mutexes(memory)
        mutexes.make()
        mutexes.close()


def locks_for(memory: mmap, descriptor: int) -> Locks:
    """Those of this system for a shared memory."""
    return Mutexes(memory) if have_mutexes() else RangeLocks(descriptor)
