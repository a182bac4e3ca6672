"""``gatewayctl test``: route tests as files, run offline by the table that serves live traffic, with their coverage."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import CaseOutput

if TYPE_CHECKING:
    from gatewayctl.cli.testing import Ran
    from gatewayctl.routetest.suite.reading import Case


def run(
    configuration: Configuration,
    output: CaseOutput,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE",
            help="Files of tests, or directories. Default: *.test.toml beside the configuration.",
            show_default=False,
        ),
    ] = None,
    filter: Annotated[
        str | None,
        typer.Option("--filter", metavar="TEXT", help="Only cases whose name or request has TEXT in it (* for any)."),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="PERCENT", min=0, max=100, help="Fail where less than this is covered."),
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Show cases that passed, too.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Run again whenever a file changes.")] = False,
    record: Annotated[
        str | None,
        typer.Option("--record", metavar="LOG", help="Write cases from an access log; - is standard input."),
    ] = None,
) -> int:
    """Run route tests: what is expected of requests, compared with what happens to them.

    A file of tests is about the configuration it names, else about gateway.toml beside it; -c names one for all. Nothing
    is opened and nobody is asked. Coverage says which routes and policies no case exercises.

    Exit codes: 0 all passed, 1 a case failed or too little is covered, 2 wrong usage or invalid files.
    """
    if record is not None:
        if files or filter or watch or fail_under is not None:
            raise usage("--record writes cases and runs none", "give it alone, with -o FILE")
        from gatewayctl.cli.recording import write_cases

        return write_cases(record, configuration, output.console, output.output)
    if filter is not None and fail_under is not None:
        raise usage("--fail-under says nothing about a part of the cases", "leave --filter out")
    form = output.form
    once = _once(configuration, output, files or [], filter, fail_under, form, verbose)
    if not watch:
        return once(set())
    if form != "text" or output.output is not None:
        raise usage("--watch is for people at a terminal", "leave --format and -o out")
    from gatewayctl.cli.watching import watching

    watching(once, output.console)
    return 0


def _once(
    configuration: Configuration,
    output: CaseOutput,
    files: list[str],
    filter: str | None,
    fail_under: float | None,
    form: str,
    verbose: bool,
) -> Callable[[set[Path]], int]:
    """One run as a function of the set that gets the files it depends on."""

    def once(watched: set[Path]) -> int:
        from gatewayctl.cli.problems import on_one_line
        from gatewayctl.cli.testing import run_files

        console = output.console
        ran = run_files(configuration, files, _wanted(filter), watched)
        for note in ran.notes:
            console.hint(on_one_line(note, console.hint_style))
        if filter is not None:
            ran.coverages.clear()
            if not ran.results:
                raise usage(f'no case has "{filter}" in its name or request', "gatewayctl test -v lists them")
        low = fail_under is not None and ran.percent < fail_under
        if form == "json":
            output.print_json(_data(ran, ok=not ran.failures and not low))
        elif form == "text":
            _show(ran, output, verbose)
        else:
            from gatewayctl.cli.casereports import WRITERS

            console.print(WRITERS[form](ran))
        if low:
            console.hint(f"covered are {ran.percent:.0f} %, and --fail-under asks for {fail_under:g}")
        return 1 if ran.failures or low else 0

    return once


def _wanted(filter: str | None) -> "Callable[[Case], bool]":
    if filter is None:
        return lambda case: True
    from fnmatch import fnmatchcase

    pattern = f"*{filter.lower()}*"
    return lambda case: any(fnmatchcase(text.lower(), pattern) for text in (case.name, case.config.request))


def _show(ran: "Ran", output: CaseOutput, verbose: bool) -> None:
    from gatewayctl.cli.casereports import verdict
    from gatewayctl.routetest.suite.text import coverage_text, failure_text
    from gatewayctl.routetest.visible import visible

    console = output.console
    style = console.style
    for file, results in ran.files:
        for result in results:
            if not result.passed:
                console.print(failure_text(file, result, width=console.width, style=style) + "\n")
            elif verbose:
                console.print(f"{style.good('passed')} {visible(result.case.name)}  {style.faint(file)}")
    for name, covered in ran.coverages:
        of = f"{name}: " if len(ran.coverages) > 1 else ""
        console.print(of + coverage_text(covered, style))
    console.print((style.bad if ran.failures else style.good)(verdict(ran)))


def _data(ran: "Ran", *, ok: bool) -> dict[str, object]:
    from gatewayctl.routetest.suite.document import coverage_data, results_data

    return {
        "ok": ok,
        "passed": len(ran.results) - ran.failures,
        "failed": ran.failures,
        "cases": [one for file, results in ran.files for one in results_data(file, results)],
        "coverage": [coverage_data(name, covered) for name, covered in ran.coverages],
    }
