"""A table of records that the processes of a host share: a hash table in shared memory (``layout``), a lock a bucket.

Where a bucket is full, about the least recent goes: a hand goes round its places, takes the mark off those that were used
again since it last came by, and stops at the first without one (the clock algorithm).

A bucket is locked (see ``locks``) while one of its records is read or changed; a killed holder does not keep it.
A record is written beside the current one and then made current by one byte, and a fingerprint is written last, so that
whoever is killed at any moment leaves either the old record or the new one, and no lock.

Keys are told apart by 64 bits of a keyed hash (SipHash, Python's own): all processes must have been started with the same
``PYTHONHASHSEED``, which the supervisor sees to. Two of 100 000 keys are one with a probability of 3 in 10^10. Keys of a
named table are the configuration's own; they are hashed without a seed, so that the supervisor finds them too.
"""

import mmap
import os
import struct
import weakref
from collections.abc import Callable, Iterator, Sequence
from hashlib import blake2b
from typing import Any, Final

from gatewayctl.policy.records import Change, Record, Taker
from gatewayctl.state.shared.layout import FINGERPRINTS, HAND, PAGE, RECORDS, WAYS, Layout, make_memory
from gatewayctl.state.shared.locks import SPACE, STRIDE, STRIPES, locks_for
from gatewayctl.state.shared.owners import Owners
from gatewayctl.state.shared.shares import Shares

_WHICH: Final = 1
"""The flag that says which record is the current one."""
_USED: Final = 2
"""The flag of a place whose key was used again."""
_MOVED: Final = 4
"""The flag of a place that ``changed_in`` has given out, and that nobody has changed since."""
_ALL_MOVED: Final = int.from_bytes(bytes([_MOVED]) * WAYS)
_FREE: Final = bytes(8)
_NONE: Final = bytes(FINGERPRINTS)
"""The fingerprints of a bucket that has no key."""
_FINGERPRINT: Final = struct.Struct("=q")
_CHECK: Final = struct.Struct("=qqq")
_NOT_OPENED: Final = (0, 0, 0)
_KNOWN: Final = b"gatewayctl"
_MOST_HASHES: Final = 100_000
NOWHERE: Final = -1
"""The place of a key that is not kept. All others are called by where their fingerprint is."""


class SharedRecords:
    """See ``Records``. Opens the memory of ``make_memory`` by its descriptor and layout, in as many processes as one likes.

    One object a process, used by one thread. What ends in ``_at`` wants the lock of the key's bucket to be held.
    ``serial`` is the memory's own number: where several are locked, it is by serial.
    ``finds``: keys will be looked up here, so this process must hash as the others do (ValueError).
    """

    __slots__ = (
        "__weakref__",
        "_alone",
        "_attempt",
        "_bucket_size",
        "_buckets",
        "_first",
        "_hash",
        "_hashes",
        "_leave",
        "_lock",
        "_lock_base",
        "_locks",
        "_memory",
        "_named",
        "_numbers",
        "_shares",
        "_size",
        "_unlock",
        "_unseen",
        "_wait",
        "descriptor",
        "id",
        "layout",
        "serial",
        "words",
    )

    words: Sequence[int]

    def __init__(
        self,
        descriptor: int,
        layout: Layout,
        owners: Owners,
        *,
        id: str = "",
        serial: int = 0,
        finds: bool = True,
    ) -> None:
        self.descriptor = descriptor
        self.id = id
        self.layout = layout
        self.serial = serial
        self._numbers = struct.Struct("=" + layout.fields)
        self._named = layout.named
        self._shares = Shares(owners) if layout.owned else None
        self._alone = layout.width == 1
        self._unseen: Record = (0,) * layout.width
        self._size = layout.record_size
        self._buckets = layout.buckets
        self._first = layout.first
        self._bucket_size = layout.bucket_size
        self._hashes: dict[bytes, int] = {}
        self._hash: Callable[[bytes], int] = self._hash_of_a_name if layout.named else hash
        self._memory = memory = mmap.mmap(descriptor, layout.size)
        self._locks = locks_for(memory, descriptor)
        if finds:
            self._check((self._hash(_KNOWN), self._buckets, self._size))
        self._lock, self._unlock = self._locks.lock, self._locks.unlock
        self._lock_base = self._locks.base
        self._attempt, self._wait, self._leave = self._locks.attempt, self._locks.wait, self._locks.leave
        self.words = memoryview(memory)[PAGE : PAGE + 8 * self._buckets].cast("q") if layout.named else (0,)

    @classmethod
    def made(cls, layout: Layout, owners: Owners, *, serial: int = 0) -> "SharedRecords":
        """A new, empty one. Raises OSError."""
        descriptor = make_memory(layout)
        table = cls(descriptor, layout, owners, serial=serial)
        weakref.finalize(table, os.close, descriptor)
        return table

    # ── one record ────────────────────────────────────────────────────

    def read(self, key: bytes) -> Record:
        """See ``Records``: its numbers go together."""
        hashed = self._hash(key) or 1
        bucket = hashed % self._buckets
        self._lock(bucket)
        try:
            return self.load_at(self.find_at(hashed))
        finally:
            self._unlock(bucket)

    def change(self, key: bytes, by: Change) -> None:
        """See ``Keeper``: of one record alone. What ``by`` raises comes through and changes nothing."""
        hashed = self._hash(key) or 1
        bucket = hashed % self._buckets
        self._lock(bucket)
        try:
            place = self.find_at(hashed)
            after = by((self.load_at(place),))
            if after is not None:
                self.save_at(hashed, place, after[0])
        finally:
            self._unlock(bucket)

    def take(self, key: bytes, algorithm: Taker, cost: int, now: int) -> tuple[Record, bool]:
        """See ``Records``. The methods below in one piece, without calls: it is on the path of every request."""
        hash_of, attempt, leave = (
            self._hash,
            self._attempt,
            self._leave,
        )  # fetched apart: half the price of a method's call
        hashed = hash_of(key) or 1
        bucket = hashed % self._buckets
        memory, size, shares = self._memory, self._size, self._shares
        lock = self._lock_base + bucket % STRIPES * STRIDE
        busy = attempt(lock)
        if busy:
            self._wait(lock, busy)
        try:
            start = self._first + bucket * self._bucket_size
            at = memory.find(_FINGERPRINT.pack(hashed), start, start + FINGERPRINTS)
            if at < 0 or at - start & 7:
                place = self.find_at(hashed)
                record = self.load_at(place)
                after = algorithm.take(record, cost, now)
                if after is None:
                    return record, False
                self.save_at(hashed, place, after)
                return after, True
            way = at - start >> 3
            current = start + FINGERPRINTS + way
            which = memory[current] & _WHICH
            at = start + RECORDS + 2 * way * size
            numbers = self._numbers.unpack_from(memory, at + which * size)
            usual = False
            if shares is None:
                record = numbers
            elif self._alone and numbers[0] == shares.gone[0]:  # as in Shares.summed
                record, usual = (numbers[1],), True
            else:
                record = shares.summed(numbers)
            after = algorithm.take(record, cost, now)
            if after is None:
                return record, False
            kept: Any = after
            if shares is not None:
                own, total = shares.own, after[0]
                if usual and numbers[own] and total >= numbers[1]:  # as in Shares.shared_out
                    kept = [*numbers]
                    kept[own] += total - numbers[1]
                    kept[1] = total
                else:
                    kept = shares.shared_out(after, numbers)
            self._numbers.pack_into(memory, at + (1 - which) * size, *kept)
            memory[current] = _USED + 1 - which
            if self._named:
                self.words[bucket] += 1  # type: ignore[index]
            return after, True
        finally:
            leave(lock)

    # ── for a keeper, which locks ─────────────────────────────────────

    def hashed(self, key: bytes) -> int:
        """What stands for a key."""
        return self._hash(key) or 1

    def stripe(self, hashed: int) -> int:
        """The lock of its bucket."""
        return hashed % self._buckets % STRIPES

    def lock(self, stripe: int) -> None:
        """Waits."""
        self._lock(stripe)

    def unlock(self, stripe: int) -> None:
        """After ``lock``."""
        self._unlock(stripe)

    def find_at(self, hashed: int) -> int:
        """The place of a key, or ``NOWHERE``."""
        return self._aligned(_FINGERPRINT.pack(hashed), self._start(hashed))

    def load_at(self, place: int) -> Record:
        """The record of a place."""
        if place < 0:
            return self._unseen
        numbers = self._numbers_of(place)
        return numbers if self._shares is None else self._shares.summed(numbers)

    def save_at(self, hashed: int, place: int, record: Record) -> None:
        """Puts a record in its place, which is found for a new one; one of noughts is forgotten."""
        memory, shares = self._memory, self._shares
        if not record[-1] and not any(record):
            if place >= 0:
                memory[place : place + 8] = _FREE
        elif place < 0:
            self._insert(hashed, record if shares is None else shares.shared_out(record, None))
        else:
            current, records = self._parts(place)
            flags, size = memory[current], self._size
            if shares is not None:
                record = shares.shared_out(record, self._numbers.unpack_from(memory, records + (flags & _WHICH) * size))
            self._numbers.pack_into(memory, records + (~flags & _WHICH) * size, *record)
            memory[current] = _USED | ~flags & _WHICH
        if self._named:
            self.words[hashed % self._buckets] += 1  # type: ignore[index]

    # ── inside ────────────────────────────────────────────────────────

    def _insert(self, hashed: int, numbers: Record) -> None:
        place = self._place_in(self._start(hashed))
        if place is None:
            return
        memory = self._memory
        current, records = self._parts(place)
        memory[place : place + 8] = _FREE
        self._numbers.pack_into(memory, records, *numbers)
        memory[current] = 0
        memory[place : place + 8] = _FINGERPRINT.pack(hashed)

    def _place_in(self, start: int) -> int | None:
        """A free place of the bucket that starts there, else one that may go; None where all are held."""
        free = self._aligned(_FREE, start)
        if free >= 0:
            return free
        memory = self._memory
        hand = memory[start + HAND]
        for _ in range(2 * WAYS):
            place, flags = start + 8 * hand, start + FINGERPRINTS + hand
            hand = (hand + 1) % WAYS
            if memory[flags] & _USED:
                memory[flags] &= _WHICH
            elif not self._held(place):
                memory[start + HAND] = hand
                return place
        return None

    def _aligned(self, fingerprint: bytes, start: int) -> int:
        """Where it is in the bucket that starts there; ``NOWHERE`` if it is not."""
        at = self._memory.find(fingerprint, start, start + FINGERPRINTS)
        while at >= 0 and at - start & 7:  # it began in the middle of another
            at = self._memory.find(fingerprint, at + 1, start + FINGERPRINTS)
        return at

    def _start(self, hashed: int) -> int:
        """Where a key's bucket begins."""
        return self._first + hashed % self._buckets * self._bucket_size

    def _parts(self, place: int) -> tuple[int, int]:
        """Where a place has its byte, and the first of its records."""
        within = (place - self._first) % self._bucket_size
        start, way = place - within, within >> 3
        return start + FINGERPRINTS + way, start + RECORDS + 2 * way * self._size

    def _held(self, place: int) -> bool:
        shares = self._shares
        return shares is not None and shares.summed(self._numbers_of(place))[0] > 0

    def _numbers_of(self, place: int) -> Record:
        current, records = self._parts(place)
        return self._numbers.unpack_from(self._memory, records + (self._memory[current] & _WHICH) * self._size)

    def _hash_of_a_name(self, key: bytes) -> int:
        known = self._hashes.get(key)
        if known is None:
            if len(self._hashes) >= _MOST_HASHES:
                self._hashes.clear()
            known = self._hashes[key] = int.from_bytes(blake2b(key, digest_size=8).digest(), "little", signed=True)
        return known

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

    # ── the rest of ``Records`` ───────────────────────────────────────

    def word(self, key: bytes) -> int:
        """See ``Records``."""
        return self.hashed(key) % self._buckets if self._named else 0

    def __len__(self) -> int:
        """Without locks, for counting and for tests."""
        return sum(1 for _ in self._taken())

    def write(self, key: bytes, record: Record) -> None:
        """See ``Records``."""
        self.change(key, lambda _: (record,))

    def changed_in(self, buckets: range, *, everything: bool) -> list[tuple[int, Record]]:
        """The records of these buckets that were changed since they were last asked for, or all of them, by what stands for
        their keys; for a table of another size, whose keys nobody here needs to know."""
        memory, size, at = self._memory, self._bucket_size, self._first + FINGERPRINTS
        found: list[tuple[int, Record]] = []
        for bucket in buckets:
            marks = at + bucket * size
            if everything or int.from_bytes(memory[marks : marks + WAYS]) & _ALL_MOVED != _ALL_MOVED:
                start = marks - FINGERPRINTS
                if memory[start:marks] != _NONE:  # most of a large table is empty
                    self._lock(bucket)
                    try:
                        found += self._marked(start, everything)
                    finally:
                        self._unlock(bucket)
        return found

    def _marked(self, start: int, everything: bool) -> Iterator[tuple[int, Record]]:
        """Those of one bucket, which is locked; with a mark from now on."""
        memory = self._memory
        marks = slice(start + FINGERPRINTS, start + FINGERPRINTS + WAYS)
        for way, flags in enumerate(memory[marks]):
            place = start + 8 * way
            if (everything or not flags & _MOVED) and memory[place : place + 8] != _FREE:
                yield _FINGERPRINT.unpack_from(memory, place)[0], self._numbers_of(place)
        memory[marks] = bytes(flags | _MOVED for flags in memory[marks])

    def _taken(self) -> Iterator[int]:
        for start in range(self._first, self.layout.size, self._bucket_size):
            fingerprints = self._memory[start : start + FINGERPRINTS]
            if fingerprints != _NONE:  # most of a large table is empty
                yield from (start + at for at in range(0, FINGERPRINTS, 8) if fingerprints[at : at + 8] != _FREE)

    def close(self) -> None:
        """It is not used here any more; others may go on, and the descriptor stays open."""
        if isinstance(self.words, memoryview):
            self.words.release()
        self._locks.close()
        self._memory.close()
