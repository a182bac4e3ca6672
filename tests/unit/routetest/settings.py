"""Settings of a server for tests that need no routes, from the configuration ring itself."""

from pathlib import Path

from gatewayctl.config import load
from gatewayctl.core.head import HeadParser
from gatewayctl.plan.model import ServerPlan
from gatewayctl.plan.sections import server_plan
from gatewayctl.routetest.request import head_parser


class Text:
    """A ``config.reading.Reader`` of one file."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, path: Path, limit: int) -> bytes:
        return self._text.encode()

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        return []

    def exists(self, path: Path) -> bool:
        return True


def server_settings(settings: str = "") -> ServerPlan:
    """``[server]`` with these lines in it."""
    loaded = load(["gateway.toml"], environ={}, reader=Text(f"version = 1\n[server]\n{settings}\n"))
    assert loaded.config is not None, loaded.diagnostics
    return server_plan(loaded.config)


def parser(settings: str = "") -> HeadParser:
    """The head parser of such a server."""
    return head_parser(server_settings(settings))
