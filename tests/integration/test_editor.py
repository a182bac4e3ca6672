"""A real editor backend: Taplo's language server, which Even Better TOML runs, completes and checks with our schema."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.language_server import LanguageServer

ROOT = Path(__file__).parents[2]
BRIDGE = ROOT / "tests/support/taplo_lsp.cjs"
SETTINGS = {"schema": {"enabled": True, "links": False, "associations": {}, "catalogs": []}}
ATTEMPTS = 500
MODULES = [Path(place) for place in os.environ.get("NODE_PATH", "").split(os.pathsep) if place]

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not any((place / "@taplo/lsp").is_dir() for place in MODULES),
    reason="node with @taplo/lsp on NODE_PATH is not installed",
)


class Editor:
    """One document in an editor. A ``|`` in the text is where the cursor stands."""

    def __init__(self, directory: Path) -> None:
        shutil.copy(ROOT / "schemas/gateway.schema.json", directory)
        self._file = directory / "gateway.toml"
        self._file.touch()
        self._server = LanguageServer(["node", str(BRIDGE)], directory, SETTINGS)

    def open(self, text: str) -> tuple[int, int]:
        """Opens the text as it stands below the line that names the schema. Gives line and column of the cursor."""
        text = f"#:schema ./gateway.schema.json\n{text}"
        before, _, after = text.partition("|")
        self._server.open(self._file.as_uri(), before + after)
        return before.count("\n"), len(before.rpartition("\n")[2])

    def completions(self, text: str) -> set[str]:
        """What is offered at the cursor."""
        line, column = self.open(text)
        where = {"textDocument": {"uri": self._file.as_uri()}, "position": {"line": line, "character": column}}
        for _ in range(ATTEMPTS):  # until the server has read the schema there is nothing to offer
            offered = self._server.request("textDocument/completion", where) or []
            if offered:
                return {item["label"] for item in offered}
        return set()

    def errors(self, text: str) -> list[tuple[int, str]]:
        """Line and message of what is marked once the schema has been asked."""
        self.open(text)
        while not (marked := self._server.notice("textDocument/publishDiagnostics")["diagnostics"]):
            continue
        return [(each["range"]["start"]["line"], each["message"]) for each in marked]

    def close(self) -> None:
        self._server.__exit__(None, None, None)


@pytest.fixture
def editor(tmp_path: Path) -> Iterator[Any]:
    made = Editor(tmp_path)
    yield made
    made.close()


def test_keys_are_completed(editor: Editor) -> None:
    offered = editor.completions('version = 1\n[services.users]\nbuiltin = "echo"\nlo|\n')

    assert {"load_balancer", "connect_timeout", "instances"} <= offered


def test_values_are_completed(editor: Editor) -> None:
    offered = editor.completions('version = 1\n[services.users]\nbuiltin = "echo"\nload_balancer = |\n')

    assert {'"round_robin"', '"least_connections"'} <= offered


def test_a_mistake_is_marked_where_it_is(editor: Editor) -> None:
    marked = editor.errors('version = 1\n[services.users]\nbuiltin = "echo"\nload_balancer = "round-robin"\n')

    assert [line for line, _ in marked] == [4]
    assert "round-robin" in marked[0][1]
