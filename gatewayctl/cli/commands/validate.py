"""``gatewayctl validate``: everything that is wrong with a configuration, in one run, with its places.

Files given as arguments are each a configuration of their own, or a part of one: then that is what is checked. ``-c``
files are layers of one.
"""

from typing import Annotated

import typer

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration, compiled
from gatewayctl.cli.output import ReportOutput
from gatewayctl.cli.problems import counted, document, drawn
from gatewayctl.cli.reports import Checked, report
from gatewayctl.cli.sets import sets_of
from gatewayctl.cli.styles import Style
from gatewayctl.cli.words import count
from gatewayctl.core.diagnostics import Severity


def run(
    configuration: Configuration,
    output: ReportOutput,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE", help="Configurations to check, each on its own; - is standard input.", show_default=False
        ),
    ] = None,
) -> int:
    """Check configurations: syntax, settings, references, routes, and the files they name.

    All errors are shown in one run, each with its place and a way out. Nothing is opened and nobody is asked: it works
    without the services, secrets and certificates of production. For a FILE that another one includes, the whole is
    checked that it is part of.

    Exit codes: 0 valid, 1 warnings under --strict, 2 invalid.
    """
    console = output.console
    form = output.form
    checked: list[Checked] = []
    reports: list[str] = []
    for names in sets_of(configuration, console, files):
        loaded = configuration.load(names)
        plan, diagnostics = compiled(loaded)
        name = " + ".join(configuration.stdin_filename or "standard input" if n == STANDARD_INPUT else n for n in names)
        size = "" if plan is None else f"{count(len(plan.routes), 'route')}, {count(len(plan.services), 'service')}"
        checked.append(Checked(name, tuple(diagnostics), size))
        if form == "text":
            reports += [drawn(diagnostics, loaded.sources, console.style)] if diagnostics else []
            reports.append(_verdict(checked[-1], console.style))
    found = [diagnostic for one in checked for diagnostic in one.diagnostics]
    ok = all(one.ok for one in checked)
    if form == "json":
        output.print_json(document(found, ok=ok))
    elif form == "text":
        console.print("\n\n".join(reports) if found else "\n".join(reports))
    else:
        console.print(report(form)(checked))
    if not ok:
        return 2
    return 1 if configuration.strict and any(d.severity is Severity.WARNING for d in found) else 0


def _verdict(one: Checked, style: Style) -> str:
    noted = counted(one.diagnostics)
    if not one.ok:
        return f"{one.name}: {style.bad('invalid')}, {noted}"
    return f"{one.name}: {style.good('valid')}, {one.size}{f'; {noted}' if noted else ''}"
