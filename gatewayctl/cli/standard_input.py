"""Standard input in place of one file; all others are read from the disk."""

from pathlib import Path
from typing import BinaryIO

from gatewayctl.config.reading import DiskReader


class StandardInput(DiskReader):
    """See ``config.reading.Reader``. ``path`` is the (absolute) name that stands for the stream."""

    def __init__(self, path: Path, stream: BinaryIO) -> None:
        self._path = path
        self._stream = stream
        self._content: bytes | None = None

    def read(self, path: Path, limit: int) -> bytes:
        if path != self._path:
            return super().read(path, limit)
        if self._content is None:
            self._content = self._stream.read(limit)
        return self._content[:limit]

    def exists(self, path: Path) -> bool:
        return path == self._path or super().exists(path)
