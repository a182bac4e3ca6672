"""From the text of a configuration to its plan, without files."""

from pathlib import Path

from gatewayctl.config import Loaded, load
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.plan import Plan, compile_plan

SERVICES = """
[services.up]
instances = [{ id = "one", url = "http://10.0.0.1:8001" }]
"""


class Text:
    """A ``Reader`` of one file."""

    def __init__(self, text: str) -> None:
        self._text = text

    def read(self, path: Path, limit: int) -> bytes:
        return self._text.encode()

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        return []

    def exists(self, path: Path) -> bool:
        return True


def loaded(text: str) -> Loaded:
    """What is loaded from these lines, with a version and a service ``up``."""
    return load(["gateway.toml"], environ={}, reader=Text(f"version = 1\n{text}\n{SERVICES}"))


def compiled(text: str) -> Plan:
    """The plan of a right configuration."""
    source = loaded(text)
    assert source.ok, source.diagnostics
    plan, diagnostics = compile_plan(source)
    assert plan is not None, diagnostics
    return plan


def problems(text: str) -> list[Diagnostic]:
    """What compiling finds wrong with a configuration that loads."""
    source = loaded(text)
    assert source.ok, source.diagnostics
    plan, diagnostics = compile_plan(source)
    assert plan is None
    return list(diagnostics)
