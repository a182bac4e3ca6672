"""The memory of a table of shared records: how it is laid out, and how it is made.

Layout of the memory, all numbers in the machine's own order:

- the locks;
- a page: ``CHECK`` (what this program's hash gives for a known key), so that a process with another seed is refused;
- of a named table, a word for each bucket, which changes with every change in it;
- the buckets, each of them in one piece, since memory that is far apart is slow: for each of its ``WAYS`` places the key's
  fingerprint (64 bits; 0: free), then for each one byte of flags (which of its two records is the current one, whether it
  has been used lately), then the hand (see below), then for each its two records.
"""

import mmap
import os
import struct
import tempfile
from typing import Final

from gatewayctl.core.frozen import frozen
from gatewayctl.state.shared.locks import SPACE, make_locks
from gatewayctl.state.shared.shares import fields_for

WAYS: Final = 16
"""Places in a bucket."""
ROOM: Final = 3
"""Places for each key that is to be remembered: with chance alone spreading them, no bucket of 100 000 keys is full then
but one in thousands, and what goes there is the least recent of sixteen."""
PAGE: Final = SPACE + 4096
"""Where the words begin, or else the buckets."""
FINGERPRINTS: Final = 8 * WAYS
HAND: Final = 9 * WAYS
RECORDS: Final = HAND + 8
"""Where they begin in a bucket."""


@frozen
class Layout:
    """Records of ``width`` numbers for ``most`` keys, shared by so many processes. See ``Keeper.records`` for the rest."""

    width: int
    most: int
    sharers: int
    owned: bool = False
    named: bool = False
    whole: bool = False

    @property
    def fields(self) -> str:
        """Of a record as it is in memory."""
        return fields_for(self.sharers, self.width) if self.owned else ("q" if self.whole else "d") * self.width

    @property
    def record_size(self) -> int:
        """Bytes of a record."""
        return struct.calcsize("=" + self.fields)

    @property
    def buckets(self) -> int:
        """How many buckets so many keys need."""
        return -(-self.most * ROOM // WAYS)

    @property
    def first(self) -> int:
        """Where the first bucket begins."""
        return PAGE + (8 * self.buckets if self.named else 0)

    @property
    def bucket_size(self) -> int:
        """Bytes from one to the next."""
        return RECORDS + WAYS * 2 * self.record_size

    @property
    def size(self) -> int:
        """Bytes of the whole memory."""
        return self.first + self.buckets * self.bucket_size


def make_memory(layout: Layout) -> int:
    """The descriptor of a new, empty memory; what is not used yet takes no room. Raises OSError."""
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("gatewayctl-records", os.MFD_CLOEXEC)
    else:
        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    os.ftruncate(descriptor, layout.size)
    with mmap.mmap(descriptor, SPACE) as memory:
        make_locks(memory)
    return descriptor
