"""``gatewayctl option``: what a setting means, what it takes, what it is where nobody says it, where it may stand."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Output
from gatewayctl.cli.styles import Style
from gatewayctl.cli.tables import table

if TYPE_CHECKING:
    from gatewayctl.config.settings import Setting


def run(
    output: Output,
    key: Annotated[
        str,
        typer.Argument(
            metavar="KEY",
            help="Such as routes.*.timeout, services.users.health.interval, or just timeout. Without: a list of all.",
            show_default=False,
        ),
    ] = "",
) -> int:
    """Explain a setting: type, default, meaning, an example, and where it may stand.

    In a KEY, * or any name stands for the name of an object. A last word alone shows every setting of that name.

    Exit codes: 0, or 2 where there is no such setting.
    """
    from gatewayctl.config.settings import below, find, nearest, settings

    console = output.console
    form = output.form
    known = settings()
    found = find(key, known) if key else [one for one in known if one.path[-1] != "*"]
    if not found:
        meant = nearest(key, known)
        raise usage(
            f'there is no setting "{key}"',
            f'did you mean "{meant}"?' if meant else "gatewayctl option lists all settings",
        )
    if form == "json":
        output.print_json({"options": [_data(one) for one in found]})
    elif not key:
        rows = [[one.key, _default(one), one.meaning] for one in found]
        console.print(table(["KEY", "DEFAULT", "MEANING"], rows, width=console.width, style=console.style))
    else:
        single = len({one.path for one in found}) == 1
        blocks = ["\n".join(_block(one, console.style)) for one in found]
        inside = below(found, known) if single else []
        if inside:
            rows = [[f"  {one.path[-1]}", one.kind, one.type, _default(one), one.meaning] for one in inside]
            headings = ["  IN IT", "KIND", "TYPE", "DEFAULT", "MEANING"]
            if not any(one.kind for one in inside):
                rows, headings = [[row[0], *row[2:]] for row in rows], [headings[0], *headings[2:]]
            blocks.append(table(headings, rows, width=console.width, style=console.style))
        console.print("\n\n".join(blocks))
    return 0


def _block(one: "Setting", style: Style) -> list[str]:
    from gatewayctl.config.settings import toml

    rows = [("meaning", one.meaning), ("type", one.type)]
    if one.tables != 1 or not one.type.endswith("table"):
        rows.append(("default", _default(one) or "not set"))
    rows += [("example", f"{one.path[-1]} = {toml(example)}") for example in one.examples if one.path[-1] != "*"]
    rows.append(("stands in", one.place + (f', where type = "{one.kind}"' if one.kind else "")))
    if one.missing:
        rows.append(("refused", f"{one.missing} is not available in this version"))
    label = max(len(name) for name, _ in rows)
    return [style.name(one.key), *(f"  {style.faint(name.ljust(label))}  {text}" for name, text in rows if text)]


def _default(one: "Setting") -> str:
    from gatewayctl.config.settings import toml

    return "required" if one.required else "" if one.default is None else toml(one.default)


def _data(one: "Setting") -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind or None,
        "type": one.type,
        "meaning": one.meaning,
        "required": one.required,
        "default": one.default,
        "examples": list(one.examples),
        "place": one.place,
        "available": not one.missing,
        "missing": one.missing or None,
    }
