"""``gatewayctl import``: a configuration of what people have, an OpenAPI description or nginx's files."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, usage
from gatewayctl.cli.importing import Target, check_readable, deliver, read_text

if TYPE_CHECKING:
    from gatewayctl.foreign.draft import Draft


class Kind(StrEnum):
    openapi = "openapi"
    nginx = "nginx"


def run(
    kind: Annotated[Kind, typer.Argument(metavar="openapi|nginx", help="What FILE is.", show_default=False)],
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="An OpenAPI description in JSON or YAML (- is standard input), or nginx.conf.",
            show_default=False,
        ),
    ],
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="Write the configuration to FILE.", show_default=False)
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Overwrite FILE if it is there.")] = False,
    upstream: Annotated[
        str,
        typer.Option(
            "--upstream", metavar="URL", help="openapi: where the service is, if not where the description says."
        ),
    ] = "",
    prefix: Annotated[
        str,
        typer.Option(
            "--prefix", metavar="PATH", help="openapi: what public paths begin with, and the service is not shown."
        ),
    ] = "",
    typed: Annotated[
        bool, typer.Option("--typed", help="openapi: number and UUID parameters match nothing else.")
    ] = False,
) -> int:
    """Make a configuration of an OpenAPI description, or of nginx's files. It is valid and formatted.

    What cannot be carried over is said with its file and line; read it before you serve. Nothing is fetched: references
    to other documents are refused. nginx and YAML need two more packages: pip install 'gatewayctl[import]'.

    Exit codes: 0, or 2 where nothing can be made of FILE; then nothing is written.
    """
    from gatewayctl.foreign.problems import RefusedImportError

    console = Console()
    target = Target(output, force)
    target.check()
    if kind is Kind.nginx and (upstream or prefix or typed):
        raise usage("--upstream, --prefix and --typed are for openapi", "leave them out")
    try:
        draft = _openapi(file, upstream, prefix, typed=typed) if kind is Kind.openapi else _nginx(file)
    except RefusedImportError as problem:
        raise CommandError(problem.diagnostics, sources=problem.sources) from None
    return deliver(draft, target, console)


def _openapi(file: str, upstream: str, prefix: str, *, typed: bool) -> "Draft":
    from gatewayctl.foreign.document import read_document
    from gatewayctl.foreign.openapi import Wishes, imported

    if prefix and (not prefix.startswith("/") or prefix.endswith("/")):
        raise usage(f"--prefix {prefix} is no prefix of a path", "such as --prefix /github")
    text, name = read_text(file)
    return imported(read_document(text, name), Wishes(upstream.rstrip("/"), prefix, typed))


def _nginx(file: str) -> "Draft":
    from gatewayctl.foreign.nginx import imported

    check_readable(file)
    return imported(file)
