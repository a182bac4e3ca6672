"""Builders: files on disk, and what loading them gives."""

from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.config import Loaded, load
from gatewayctl.core.diagnostics import Diagnostic

Write = Callable[..., Path]


class Config:
    """Writes files into a directory of their own and loads them."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def write(self, **files: str | bytes) -> None:
        """Files by name, ``__`` being a slash and the ending ``.toml``: ``conf__users="…"`` is conf/users.toml."""
        for name, content in files.items():
            path = self.directory / (name.replace("__", "/") + ".toml")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content if isinstance(content, bytes) else content.encode())

    def load(self, *names: str, **options: object) -> Loaded:
        """The files of those names (by default ``gateway.toml``) as layers."""
        options.setdefault("environ", {})
        options.setdefault("directory", self.directory)
        return load(names or ("gateway.toml",), **options)  # type: ignore[arg-type]

    def __call__(self, text: str, **options: object) -> Loaded:
        """What one file says; ``version = 1`` is put before it."""
        self.write(gateway=f"version = 1\n{text}")
        return self.load(**options)


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(tmp_path)


def codes(loaded: Loaded) -> list[str]:
    """The codes of all diagnostics, in order."""
    return [diagnostic.code for diagnostic in loaded.diagnostics]


def only(loaded: Loaded) -> Diagnostic:
    """The one diagnostic there is."""
    assert len(loaded.diagnostics) == 1, loaded.diagnostics
    return loaded.diagnostics[0]


ROUTE = '[services.s]\nbuiltin = "echo"\n[routes.r]\npath = "/"\nservice = "s"\n'
"""The smallest configuration that serves something."""
