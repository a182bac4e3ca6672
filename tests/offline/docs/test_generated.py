"""What follows from the code is in the documentation as it follows from the code now: ``python docs/generate.py``."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from gatewayctl.config import schema
from gatewayctl.core.codes import CODES
from tests.offline.docs.pages import PAGES, ROOT, name, text


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()


@pytest.mark.parametrize("page", GENERATOR.pages(), ids=name)
def test_the_generated_parts_are_current(page: Path) -> None:
    assert text(page) == GENERATOR.current(text(page)), "run python docs/generate.py"


def test_every_part_stands_on_a_page() -> None:
    written = "".join(map(text, PAGES))

    assert [part for part in GENERATOR.PARTS if f"<!-- begin {part} -->" not in written] == []


def test_every_setting_has_a_line() -> None:
    page = text(ROOT / "docs" / "configuration.md")
    keys = {key for table in schema()["$defs"].values() for key in table["properties"]} - {"type"}

    assert [key for key in sorted(keys) if f"| `{key}` |" not in page] == []


def test_every_code_has_a_line() -> None:
    page = text(ROOT / "docs" / "diagnostics.md")

    assert [code for code, meaning in CODES.items() if f"| `{code}` | {meaning} |" not in page] == []
