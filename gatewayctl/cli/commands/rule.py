"""``gatewayctl rule``: the manual of a rule of lint, or a list of all rules."""

from typing import TYPE_CHECKING, Annotated

import typer

from gatewayctl.cli.output import Output
from gatewayctl.cli.tables import table

if TYPE_CHECKING:
    from gatewayctl.cli.styles import Style
    from gatewayctl.lint import LintRule


def run(
    output: Output,
    code: Annotated[
        str,
        typer.Argument(metavar="CODE", help="A code or a name, such as L101. Without: all rules.", show_default=False),
    ] = "",
) -> int:
    """Explain a rule of gatewayctl lint: what it finds, why that is bad, an example, what to write instead.

    Exit codes: 0, or 2 where there is no such rule.
    """
    from gatewayctl.cli.linting import unknown_rule
    from gatewayctl.lint import UnknownRuleError, all_rules, find_rule
    from gatewayctl.lint.document import rule_data

    console = output.console
    try:
        rules = [find_rule(code)] if code else list(all_rules())
    except UnknownRuleError as error:
        raise unknown_rule(error.word, error.nearest) from None
    if output.form == "json":
        output.print_json({"rules": [rule_data(one) for one in rules]})
    elif code:
        console.print(_manual(rules[0], console.style))
    else:
        rows = [[one.rule.code, one.rule.name, one.family, _level(one), one.title] for one in rules]
        headings = ["CODE", "NAME", "FAMILY", "SEVERITY", "WHAT IS WRONG"]
        console.print(table(headings, rows, width=console.width, style=console.style))
    return 0


def _level(one: "LintRule") -> str:
    return f"{one.rule.severity.value}{', on request' if one.rule.taste else ''}"


def _manual(one: "LintRule", style: "Style") -> str:
    import textwrap

    manual = one.manual

    def wrapped(text: str) -> str:
        return "\n\n".join(textwrap.fill(part, 100) for part in text.split("\n\n"))

    title = style.severity(one.rule.severity, f"{one.rule.code} {one.rule.name}")
    parts = [
        f"{title}  {style.faint(f'{one.family}, {_level(one)}')}\n{style.strong(manual.title)}.",
        wrapped(manual.finds),
        wrapped(manual.why),
        f"{style.strong('Example')}\n\n{textwrap.indent(manual.example.rstrip(), '    ')}",
        f"{style.strong('Instead')}\n\n{textwrap.indent(manual.instead.rstrip(), '    ')}",
        wrapped(f"Fix: {manual.fix}"),
    ]
    return "\n\n".join(parts)
