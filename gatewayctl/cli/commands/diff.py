"""``gatewayctl diff``: which requests are handled otherwise, not which lines changed."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatewayctl import __version__
from gatewayctl.cli.choices import Against, AgainstTokenFile, FailOnChanges
from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Answer, DiffOutput

if TYPE_CHECKING:
    from gatewayctl.lint.comparing import Comparison


def run(
    configuration: Configuration,
    output: DiffOutput,
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="OLD", help="A revision, REV:PATH, a file or a folder. Default: HEAD.", show_default=False
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(metavar="NEW", help="The same. Default: the working tree.", show_default=False),
    ] = None,
    against: Against = None,
    token_file: AgainstTokenFile = None,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 1 if anything changed.")] = False,
    fail_on: FailOnChanges = None,
    lint: Annotated[
        bool, typer.Option("--lint/--no-lint", help="Also say which findings of lint are introduced, fixed, unchanged.")
    ] = True,
) -> int:
    """Show what changes for requests between two configurations: by default, between HEAD and the working tree.

    Each change has a class, a severity (security, breaking, safe) and a request that shows it, confirmed by routing it
    through both. Formatting, comments, order and moved files are no difference. It is exact for path, host, method,
    header and query conditions; where a bound is hit, that is said, and counts as a change. Secrets never appear.

    Exit codes: 0 done, 1 changes (with --exit-code or --fail-on), 2 a side that cannot be read.
    """
    from gatewayctl.cli.lintchanges import lint_changes
    from gatewayctl.cli.sides import Sides, two
    from gatewayctl.diff import compare
    from gatewayctl.diff.text import notes

    if token_file is not None and against is None:
        raise usage("--token-file is given without --against", "add --against URL")
    form = output.form
    console = output.console
    with Sides(configuration, console) as sides:
        pair = two(
            sides, [word for word in (old, new) if word is not None], _admin(configuration, against, token_file, output)
        )
        diff = compare(*pair)
        found = lint_changes(sides, *pair) if lint else None
    _print(diff, found, form, output)
    if form != "markdown":
        for note in notes(diff):
            console.hint(f"note: {note}")
    worst = diff.worst()
    if worst is None:
        return 0
    return 1 if exit_code or (fail_on is not None and fail_on.covers(worst.value)) else 0


def _admin(configuration: Configuration, against: str | None, token_file: str | None, output: Answer) -> Any:
    if against is None:
        return None
    from gatewayctl.cli.admin import AdminOptions

    return AdminOptions(config=configuration.config, admin=against, token_file=token_file).find_with_token(
        output.console
    )


def _print(diff: Any, found: "Comparison | None", form: str, output: DiffOutput) -> None:
    from gatewayctl.cli import lintchanges

    console = output.console
    if form == "json":
        from gatewayctl.diff.document import diff_data

        output.print_json({**diff_data(diff), "lint": lintchanges.data(found)})
    elif form == "markdown":
        from gatewayctl.diff.markdown import diff_markdown

        _print_parts(diff_markdown(diff), lintchanges.markdown(found) if found else "", output)
    elif form == "github":
        from gatewayctl.diff.annotations import github

        for line in (*github(diff), *(lintchanges.github(found) if found else ())):
            console.print(line)
    elif form == "sarif":
        import json

        from gatewayctl.diff.annotations import sarif

        log = sarif(diff, __version__)
        if found:
            log["runs"].append(lintchanges.sarif_run(found))
        console.print(json.dumps(log, indent=2, ensure_ascii=console.ascii_only))
    else:
        from gatewayctl.diff.text import diff_text

        style = console.style
        _print_parts(diff_text(diff, style=style), lintchanges.text(found, style) if found else "", output)


def _print_parts(said: str, of_lint: str, output: DiffOutput) -> None:
    output.console.print(f"{said}\n\n{of_lint}" if of_lint else said)
