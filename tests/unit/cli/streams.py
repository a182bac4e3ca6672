"""Streams as a terminal, a pipe or a file has them."""

import io


class Stream(io.TextIOWrapper):
    """A text stream into memory; ``terminal`` is what ``isatty`` says."""

    def __init__(self, *, terminal: bool = False, encoding: str = "utf-8") -> None:
        self.bytes = io.BytesIO()
        super().__init__(self.bytes, encoding=encoding, write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal

    @property
    def text(self) -> str:
        """What has been written so far."""
        return self.bytes.getvalue().decode(self.encoding)
