"""A store that the processes of a host share: a hash table in shared memory, a lock for each of its buckets.

Layout of the memory, all numbers in the machine's own order:

- the locks;
- a page: ``CHECK`` (what this program's ``hash`` gives for a known key), so that a process with another seed is refused;
- for each place its key's fingerprint (64 bits; 0: free), a bucket's ``WAYS`` of them side by side;
- for each place one byte: which of its two records is the current one;
- for each place two records: the time of its last use, then its fields.

A bucket is locked (see ``locks``) while one of its records changes; a killed holder does not keep it.
A record is written beside the current one and then made current by one byte, and a fingerprint is written last, so that
whoever is killed at any moment leaves either the old record or the new one, and no lock.

Keys are told apart by 64 bits of a keyed hash (SipHash, Python's own): all processes must have been started with the same
``PYTHONHASHSEED``, which the supervisor sees to. Two of 100 000 keys are one with a probability of 3 in 10^10.
"""

import mmap
import os
import struct
import tempfile
from collections.abc import Iterator
from typing import Final

from gatewayctl.state.shared.base import Decide, Layout, Record, T
from gatewayctl.state.shared.locks import SPACE, locks_for, make_locks

WAYS: Final = 16
"""Places in a bucket."""
ROOM: Final = 3
"""Places for each key that is to be remembered: with chance alone spreading them, no bucket of 100 000 keys is full then
but one in thousands, and what goes there is the least recent of sixteen."""
PAGE: Final = SPACE + 4096
"""Where the fingerprints begin."""
_BUCKET: Final = 8 * WAYS
_FREE: Final = bytes(8)
_FINGERPRINT: Final = struct.Struct("=q")
_CHECK: Final = struct.Struct("=qqq")
_NOT_OPENED: Final = (0, 0, 0)
_KNOWN: Final = b"gatewayctl"


class SharedStore:
    """See ``Store``. Opens the memory of ``make_memory`` by its descriptor and layout, in as many processes as one likes.

    One object a process, used by one thread.
    """

    __slots__ = (
        "__weakref__",
        "_buckets",
        "_current",
        "_fields",
        "_keeps",
        "_lock",
        "_locks",
        "_memory",
        "_records",
        "_size",
        "_unlock",
        "_whole",
        "descriptor",
        "layout",
    )

    def __init__(self, descriptor: int, layout: Layout) -> None:
        self.descriptor = descriptor
        self.layout = layout
        self._keeps = layout.keeps
        self._whole = struct.Struct("=d" + layout.fields)
        self._fields = struct.Struct("=" + layout.fields)
        self._size = self._whole.size
        self._buckets = buckets_for(layout)
        places = self._buckets * WAYS
        self._current = PAGE + 8 * places
        self._records = self._current + places
        self._memory = mmap.mmap(descriptor, size_for(layout))
        self._locks = locks_for(self._memory, descriptor)
        self._check((hash(_KNOWN), self._buckets, self._size))
        self._lock, self._unlock = self._locks.lock, self._locks.unlock

    @classmethod
    def made(cls, layout: Layout) -> "SharedStore":
        """A new, empty one. Raises OSError."""
        return cls(make_memory(layout), layout)

    def update(self, key: bytes, decide: Decide[T], now: float) -> T:
        """See ``Store``."""
        hashed = hash(key) or 1
        bucket = hashed % self._buckets
        fingerprint = _FINGERPRINT.pack(hashed)
        memory, size = self._memory, self._size
        start = PAGE + bucket * _BUCKET
        self._lock(bucket)
        try:
            fingerprints = memory[start : start + _BUCKET]
            way = fingerprints.find(fingerprint)
            while way & 7 and way > 0:  # it began in the middle of another
                way = fingerprints.find(fingerprint, way + 1)
            if way < 0:
                return self._insert(bucket, fingerprint, decide, now)
            place = bucket * WAYS + (way >> 3)
            current = self._current + place
            which = memory[current]
            at = self._records + 2 * place * size
            record, decision = decide(self._fields.unpack_from(memory, at + which * size + 8), now)
            self._whole.pack_into(memory, at + (1 - which) * size, now, *record)
            memory[current] = 1 - which
            return decision
        finally:
            self._unlock(bucket)

    def _check(self, wanted: tuple[int, int, int]) -> None:
        """The first to open the memory says how it hashes; who hashes otherwise would never find what others write."""
        self._locks.lock(0)
        try:
            found = _CHECK.unpack_from(self._memory, SPACE)
            if found == _NOT_OPENED:
                _CHECK.pack_into(self._memory, SPACE, *wanted)
        finally:
            self._locks.unlock(0)
        if found not in (_NOT_OPENED, wanted):
            self._locks.close()
            self._memory.close()
            raise ValueError("this memory is used with another hash seed or another layout")

    def _insert(self, bucket: int, fingerprint: bytes, decide: Decide[T], now: float) -> T:
        record, decision = decide(None, now)
        place = self._place_in(bucket)
        if place is None:
            return decision
        memory, at = self._memory, PAGE + 8 * place
        memory[at : at + 8] = _FREE
        self._whole.pack_into(memory, self._records + 2 * place * self._size, now, *record)
        memory[self._current + place] = 0
        memory[at : at + 8] = fingerprint
        return decision

    def _place_in(self, bucket: int) -> int | None:
        """A free place, else the least recent one that may go; None where all are kept."""
        places = range(bucket * WAYS, (bucket + 1) * WAYS)
        for place in places:
            if self._memory[PAGE + 8 * place : PAGE + 8 * place + 8] == _FREE:
                return place
        by_age = sorted((self._record(place)[0], place) for place in places)
        return next((place for _, place in by_age if self._may_go(place)), None)

    def _may_go(self, place: int) -> bool:
        return self._keeps is None or not self._keeps(self._record(place)[1:])

    def _record(self, place: int) -> Record:
        which = self._memory[self._current + place]
        return self._whole.unpack_from(self._memory, self._records + (2 * place + which) * self._size)

    def records(self) -> Iterator[Record]:
        """All records there are, as they are at this moment; without locks, for counting and for tests."""
        for place in range(self._buckets * WAYS):
            if self._memory[PAGE + 8 * place : PAGE + 8 * place + 8] != _FREE:
                yield self._record(place)[1:]

    def close(self) -> None:
        """It is not used here any more; others may go on."""
        self._locks.close()
        self._memory.close()
        os.close(self.descriptor)


def make_memory(layout: Layout) -> int:
    """The descriptor of a new, empty memory; what is not used yet takes no room. Raises OSError."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("gatewayctl-store", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, size_for(layout))
    with mmap.mmap(descriptor, SPACE) as memory:
        make_locks(memory)
    return descriptor


def buckets_for(layout: Layout) -> int:
    """How many buckets so many keys need."""
    return -(-layout.keys * ROOM // WAYS)


def size_for(layout: Layout) -> int:
    """Bytes of the whole memory."""
    return PAGE + buckets_for(layout) * WAYS * (8 + 1 + 2 * struct.calcsize("=d" + layout.fields))
