"""Lines of a log of any size: compressed with gzip or not, from a file or a stream, none longer than a bound."""

import gzip
import io
import zlib
from collections.abc import Iterator
from typing import BinaryIO, Final, cast

LONGEST: Final = 64 * 1024
"""Bytes of a line; a longer one is broken, and is not kept in memory."""
_GZIP: Final = b"\x1f\x8b"
TOO_LONG: Final = b"(a line of more than 64 KiB)"
"""Stands for a line that is too long."""


class LogEndsError(Exception):
    """The log ends in the middle, or cannot be read any further; says why."""


def lines(stream: BinaryIO) -> Iterator[bytes]:
    """Each line without its line feed. Raises LogEndsError where the compressed data is broken off or damaged."""
    buffered = stream if isinstance(stream, io.BufferedReader) else io.BufferedReader(cast(io.RawIOBase, stream))
    source: BinaryIO = buffered
    if buffered.peek(len(_GZIP))[: len(_GZIP)] == _GZIP:
        source = cast(BinaryIO, io.BufferedReader(gzip.GzipFile(fileobj=buffered), 256 * 1024))
    try:
        yield from _lines(source)
    except EOFError:
        raise LogEndsError("the compressed log breaks off") from None
    except (gzip.BadGzipFile, zlib.error):
        raise LogEndsError("the compressed log is damaged") from None


def _lines(source: BinaryIO) -> Iterator[bytes]:
    read = source.readline
    while line := read(LONGEST):
        if line[-1:] == b"\n" or len(line) < LONGEST:
            yield line.rstrip(b"\r\n")
            continue
        while line and line[-1:] != b"\n":
            line = read(LONGEST)
        yield TOO_LONG
