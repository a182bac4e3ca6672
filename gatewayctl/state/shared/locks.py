"""Locks between processes that a killed holder does not keep: robust mutexes (pthreads) where the system has them.

A mutex in shared memory costs no system call where nobody else wants it; the kernel walks the list of those that a process
holds when it dies, and the next one to lock it is told (EOWNERDEAD). Elsewhere byte range locks (fcntl) do the same, with
two system calls each time. What is guarded must be whole at every moment; nothing is repaired here.
"""

import ctypes
import errno
import sys
from fcntl import LOCK_EX, LOCK_UN, lockf
from mmap import mmap
from typing import Any, Final, Protocol

STRIPES: Final = 1024
"""Locks of one memory; a bucket has that of its number, modulo."""
SPACE: Final = 64 * STRIPES
"""Bytes that they take at the beginning of the memory. A mutex has 24 to 48 of its 64, depending on the system."""
_PROCESS_SHARED: Final = 1
_ROBUST: Final = 1


class Locks(Protocol):
    """``lock`` waits; both are for one thread of a process."""

    def lock(self, number: int) -> None: ...
    def unlock(self, number: int) -> None: ...
    def close(self) -> None:
        """They are not used here any more."""


class RangeLocks:
    """By fcntl, on the bytes of a file. Closing any descriptor of that file in this process would give them up."""

    __slots__ = ("_descriptor",)

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    def lock(self, number: int) -> None:
        lockf(self._descriptor, LOCK_EX, 1, number % STRIPES)

    def unlock(self, number: int) -> None:
        lockf(self._descriptor, LOCK_UN, 1, number % STRIPES)

    def close(self) -> None:
        """There is nothing to give back."""


class Mutexes:
    """Robust ones, at the beginning of ``memory``; ``make`` them once, before any other process has the memory."""

    __slots__ = ("_base", "_consistent", "_trylock", "_unlock", "_view", "_wait")

    def __init__(self, memory: mmap) -> None:
        self._view: Any = ctypes.c_char.from_buffer(memory)  # keeps the memory where it is
        self._base = ctypes.addressof(self._view)
        library = ctypes.PyDLL(
            None
        )  # keeps the interpreter's lock: what does not wait is over before that could be given back
        self._trylock = _taking_an_address(library.pthread_mutex_trylock)
        self._unlock = _taking_an_address(library.pthread_mutex_unlock)
        self._consistent = _taking_an_address(library.pthread_mutex_consistent)
        self._wait = _taking_an_address(ctypes.CDLL(None).pthread_mutex_lock)

    def make(self) -> None:
        """Makes them all."""
        library, attributes = ctypes.CDLL(None), ctypes.create_string_buffer(64)
        library.pthread_mutexattr_init(attributes)
        library.pthread_mutexattr_setpshared(attributes, _PROCESS_SHARED)
        library.pthread_mutexattr_setrobust(attributes, _ROBUST)
        for number in range(STRIPES):
            failed = library.pthread_mutex_init(ctypes.c_void_p(self._base + 64 * number), attributes)
            if failed:
                raise OSError(failed, "a lock between processes cannot be made")
        library.pthread_mutexattr_destroy(attributes)

    def lock(self, number: int) -> None:
        mutex = self._base + (number % STRIPES) * 64
        result = self._trylock(mutex)
        if result:
            self._contended(mutex, result)

    def unlock(self, number: int) -> None:
        self._unlock(self._base + (number % STRIPES) * 64)

    def _contended(self, mutex: int, result: int) -> None:
        if result == errno.EBUSY:
            result = self._wait(mutex)
        if result == errno.EOWNERDEAD:  # its holder was killed; what it guards is whole all the same
            result = self._consistent(mutex)
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
