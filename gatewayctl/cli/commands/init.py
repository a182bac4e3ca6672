"""``gatewayctl init``: a first configuration that runs at once, with its schema beside it for the editor."""

import json
from pathlib import Path
from typing import Annotated

import typer

from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import failed, problem_of
from gatewayctl.cli.starter import SCHEMA_FILE, STARTER
from gatewayctl.core.layers import DEFAULT_FILE


def run(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where to; it is made if it is not there.")] = Path(),
) -> int:
    """Write a first configuration: gateway.toml, and its schema in schemas/ for completion in your editor.

    Nothing that is there is overwritten.

    Exit codes: 0, or 2 where a file is there already or cannot be written.
    """
    from gatewayctl.config import schema

    console = Console()
    target, schema_target = directory / DEFAULT_FILE, directory / SCHEMA_FILE
    schema_text = json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"
    try:
        directory.mkdir(parents=True, exist_ok=True)
        _write(target, STARTER)
        schema_target.parent.mkdir(exist_ok=True)
        if not schema_target.exists():
            _write(schema_target, schema_text)
    except OSError as error:
        where = error.filename or directory
        raise failed("E022", f"{where} cannot be written: {problem_of(error)}", "name another directory") from None
    elsewhere = "" if directory == Path() else f" -c {target}"
    console.print(f"wrote {target} and {schema_target}")
    console.hint(f"""
Next:
  gatewayctl serve{elsewhere}
  curl http://127.0.0.1:8080/api/hello
  gatewayctl route-test /api/hello GET{elsewhere}
and change {target} while it runs.""")
    return 0


def _write(path: Path, text: str) -> None:
    """Writes a file that is not there yet, and never over one that is."""
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        way_out = "name another directory: gatewayctl init DIR; or look at it with gatewayctl validate"
        raise failed("E024", f"{path} is there already, and is not overwritten", way_out) from None
