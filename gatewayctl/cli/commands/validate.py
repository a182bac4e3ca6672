"""``gatewayctl validate``: everything that is wrong with a configuration, in one run, with its places.

Files given as arguments are each a configuration of their own; ``-c`` files are layers of one.
"""

from typing import Annotated

import typer

from gatewayctl.cli.configuration import Configuration, compiled
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Output
from gatewayctl.cli.problems import counted, document, drawn
from gatewayctl.core.diagnostics import Diagnostic, Severity, has_errors


def run(
    configuration: Configuration,
    output: Output,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE", help="Configurations to check, each on its own; - is standard input.", show_default=False
        ),
    ] = None,
) -> int:
    """Check configurations: syntax, settings, references, routes, and the files they name.

    All errors are shown in one run, each with its place and a way out. Nothing is opened and nobody is asked: it works
    without the services, secrets and certificates of production.

    Exit codes: 0 valid, 1 warnings under --strict, 2 invalid.
    """
    if files and configuration.config:
        raise usage(
            "both FILE and -c are given", "FILE is a configuration of its own, -c FILE a layer of one: use either"
        )
    console = output.console
    sets = [[file] for file in files] if files else [configuration.files]
    found: list[Diagnostic] = []
    reports: list[str] = []
    for names in sets:
        loaded = configuration.load(names)
        plan, diagnostics = compiled(loaded)
        found += diagnostics
        if diagnostics:
            reports.append(drawn(diagnostics, loaded.sources, console.style))
        name = " + ".join(configuration.stdin_filename or "standard input" if n == "-" else n for n in names)
        if plan is None:
            reports.append(f"{name}: {console.style.bad('invalid')}, {counted(diagnostics)}")
        else:
            noted = f"; {counted(diagnostics)}" if diagnostics else ""
            size = f"{_count(len(plan.routes), 'route')}, {_count(len(plan.services), 'service')}"
            reports.append(f"{name}: {console.style.good('valid')}, {size}{noted}")
    ok = not has_errors(found)
    if output.form == "json":
        output.print_json(document(found, ok=ok))
    else:
        console.print("\n\n".join(reports) if found else "\n".join(reports))
    if not ok:
        return 2
    return 1 if configuration.strict and any(d.severity is Severity.WARNING for d in found) else 0


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
