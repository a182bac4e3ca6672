"""``gatewayctl lint``: what is valid and still a mistake, in one run, with its places."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Least, ReportOutput

if TYPE_CHECKING:
    from gatewayctl.cli.linting import Linted
    from gatewayctl.cli.reports import Checked
    from gatewayctl.lint import LintRule


def run(
    configuration: Configuration,
    output: ReportOutput,
    files: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="FILE", help="Configurations to lint, each on its own; - is standard input.", show_default=False
        ),
    ] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(
            "--select",
            metavar="RULES",
            help="Only these: codes, their beginnings (L1), names, families, or all; with commas, or again.",
            show_default=False,
        ),
    ] = None,
    ignore: Annotated[
        list[str] | None,
        typer.Option("--ignore", metavar="RULES", help="Not these, written alike.", show_default=False),
    ] = None,
    severity: Annotated[Least, typer.Option("--severity", help="Show only what is at least as bad.")] = Least.note,
    fail_on: Annotated[
        Least, typer.Option("--fail-on", help="Exit with 1 on findings at least as bad as this.")
    ] = Least.warning,
    fix: Annotated[bool, typer.Option("--fix", help="Mend in the files what can be mended safely.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="With --fix: also what somebody should look at afterwards.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Lint again whenever a file changes.")] = False,
) -> int:
    """Find mistakes in valid configurations: routes that nothing reaches, secrets in clear, limits that limit nothing.

    Rules that are a matter of taste run only where --select asks for them. gatewayctl rule CODE explains a rule. A comment
    suppresses a finding at its place: # lint: ignore[CODE] and the reason, which is required. Nothing is opened and
    nobody is asked.

    Exit codes: 0 clean, 1 findings (from --fail-on on), 2 a configuration that is not valid.
    """
    from gatewayctl.cli.linting import rules_of
    from gatewayctl.cli.sets import sets_of

    console = output.console
    rules = rules_of(select or (), ignore or ())
    if unsafe_fixes and not fix:
        raise usage("--unsafe-fixes is given without --fix", "add --fix")
    if watch and fix:
        raise usage("--watch and --fix do not go together", "leave one of them out")
    sets = sets_of(configuration, console, files)
    if (fix or watch) and any(STANDARD_INPUT in names for names in sets):
        raise usage("standard input (-) has no file", "name a file, or leave --fix and --watch out")
    once = _once(configuration, output, sets, rules, severity, fail_on, _fixer(fix, unsafe_fixes))
    if not watch:
        return once(set())
    if output.form != "text" or output.output is not None:
        raise usage("--watch is for people at a terminal", "leave --format and -o out")
    from gatewayctl.cli.watching import watching

    watching(once, console)
    return 0


def _fixer(fix: bool, unsafe: bool) -> Callable[[Configuration, Sequence[str], "Sequence[LintRule]"], int] | None:
    if not fix:
        return None
    from gatewayctl.cli.linting import fix_set

    return lambda configuration, names, rules: fix_set(configuration, names, rules, unsafe=unsafe)


def _once(
    configuration: Configuration,
    output: ReportOutput,
    sets: list[list[str]],
    rules: "Sequence[LintRule]",
    severity: Least,
    fail_on: Least,
    fixer: Callable[[Configuration, Sequence[str], "Sequence[LintRule]"], int] | None,
) -> Callable[[set[Path]], int]:
    """One run as a function of the set that gets the files it depends on."""

    def once(watched: set[Path]) -> int:
        from gatewayctl.cli.linting import at_least, lint_sets
        from gatewayctl.cli.words import count
        from gatewayctl.core.diagnostics import Severity

        form = output.form
        if fixer is not None:
            lint_sets(configuration, sets, (), set())  # so that nothing is written where one of them is not valid
            done = sum(fixer(configuration, names, rules) for names in sets)
            output.console.hint(f"{count(done, 'finding')} fixed")
        linted = [at_least(one, Severity(severity.value)) for one in lint_sets(configuration, sets, rules, watched)]
        checked = _checked(linted, configuration, rules, Severity(fail_on.value))
        ok = all(one.ok for one in checked)
        if form == "json":
            output.print_json(_data(linted, ok=ok))
        elif form == "text":
            _show(linted, checked, output)
        else:
            from gatewayctl.cli.reports import report

            output.console.print(report(form)(checked))
        return 0 if ok else 1

    return once


def _checked(
    linted: "Sequence[Linted]", configuration: Configuration, rules: "Sequence[LintRule]", fails: Any
) -> "list[Checked]":
    from gatewayctl.cli.linting import title_of
    from gatewayctl.cli.reports import Checked, Checking
    from gatewayctl.cli.words import count

    meanings = {one.rule.code: one.title for one in rules}
    by = Checking("lint", "clean", "not clean", meanings, "finding", fails)
    return [
        Checked(
            title_of(one, configuration.stdin_filename),
            tuple(one.findings.diagnostics),
            f"{count(one.routes, 'route')}, {count(one.services, 'service')}",
            by,
        )
        for one in linted
    ]


def _show(linted: "Sequence[Linted]", checked: "Sequence[Checked]", output: ReportOutput) -> None:
    from gatewayctl.cli.problems import counted, drawn

    console = output.console
    style = console.style
    parts: list[str] = []
    for one, told in zip(linted, checked, strict=True):
        if told.diagnostics:
            parts.append(drawn(told.diagnostics, one.loaded.sources, style))
        verdict = style.good(told.by.good) if not told.diagnostics else style.bad(counted(told.diagnostics))
        suppressed = f", {len(one.findings.suppressed)} suppressed" if one.findings.suppressed else ""
        fixable = [finding.fix for finding in one.findings.all if finding.fix is not None]
        size = f", {told.size}" if not told.diagnostics else ""
        parts.append(f"{told.name}: {verdict}{size}{suppressed}")
        if fixable:
            safe = sum(fix.safe for fix in fixable)
            console.hint(f"fixable: {safe} with --fix, {len(fixable) - safe} more with --fix --unsafe-fixes")
    console.print("\n\n".join(parts) if any(told.diagnostics for told in checked) else "\n".join(parts))


def _data(linted: "Sequence[Linted]", *, ok: bool) -> dict[str, Any]:
    from gatewayctl.lint.document import findings_data

    return {
        "ok": ok,
        "findings": [item for one in linted for item in findings_data(one.findings.all)],
        "suppressed": [item for one in linted for item in findings_data(one.findings.suppressed)],
    }
