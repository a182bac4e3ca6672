"""The repository's own gateway.toml: what a newcomer reads first."""

import subprocess
import sys
from pathlib import Path

from gatewayctl.config import load

REPOSITORY = Path(__file__).parents[3]
FILE = REPOSITORY / "gateway.toml"


def test_it_loads_without_a_word() -> None:
    assert load([FILE], environ={}).diagnostics == ()
    assert load([FILE], environ={}, runtime=True).diagnostics == ()


def test_it_needs_nothing_else_to_run() -> None:
    config = load([FILE], environ={}).config
    assert config is not None
    assert all(address.loopback for address in config.server.listen)
    assert config.server.health_path
    assert {service.builtin for service in config.services.values()} == {"echo"}
    assert any((service.builtin_instances or 2) > 1 for service in config.services.values())
    assert any(route.path == "/api/users" for route in config.routes.values())


def test_it_names_its_schema_in_the_first_line() -> None:
    first = FILE.read_text(encoding="utf-8").split("\n")[0]
    assert first == "#:schema ./schemas/gateway.schema.json"
    assert (REPOSITORY / first.removeprefix("#:schema ")).is_file()


def test_loading_it_imports_nothing_that_a_network_needs() -> None:
    """Offline commands start fast and open no socket: a fresh interpreter loads it and looks at what came in."""
    program = (
        "import sys; from gatewayctl.config import load; assert load(['gateway.toml'], environ={}).ok;"
        "print(*sorted(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=REPOSITORY, capture_output=True, text=True, check=True, timeout=60
    )
    loaded = set(done.stdout.split())
    for name in (
        "asyncio",
        "ssl",
        "uvicorn",
        "starlette",
        "httpx",
        "watchfiles",
        "rich",
        "typer",
        "tree_sitter",
        "re2",
    ):
        assert name not in loaded


def test_importing_the_package_imports_no_models() -> None:
    program = "import sys; import gatewayctl.config; assert 'pydantic' not in sys.modules"
    subprocess.run([sys.executable, "-c", program], cwd=REPOSITORY, check=True, timeout=60)
