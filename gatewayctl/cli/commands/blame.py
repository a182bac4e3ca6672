"""``gatewayctl blame``: the commit that last changed how a request is handled."""

from typing import Annotated, Final

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Output
from gatewayctl.cli.waiting import waiting

SUGGESTED: Final = {"method": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}


def run(
    configuration: Configuration,
    output: Output,
    path: Annotated[str, typer.Argument(metavar="PATH", help="A path with its query, or a URL.", show_default=False)],
    method: Annotated[str, typer.Argument(metavar="METHOD", help="The method.")] = "GET",
    header: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", metavar="'NAME: VALUE'", help="A header of the request. May be given again."),
    ] = None,
    host: Annotated[
        str | None, typer.Option("--host", metavar="HOST", help="Its Host. Default: the URL's, else localhost.")
    ] = None,
) -> int:
    """Show the commit that last changed how a request is handled, and what it changed.

    The history of the configuration's files is walked from HEAD back; commits that change nothing for this request are
    passed over, as are those whose configuration is not valid (how many is said). Changes that are not committed yet are
    told first.

    Exit codes: 0 found, 2 wrong usage, no history, or a configuration that is not valid.
    """
    from gatewayctl.cli.blaming import Blame, blame_data, blame_text
    from gatewayctl.cli.sides import Sides
    from gatewayctl.routetest.request import NotARequest, asked

    console, form = output.console, output.form
    try:
        request = asked(path, method, headers=header or (), host=host)
    except NotARequest as error:
        raise usage(str(error), error.help) from None
    with Sides(configuration, console) as sides, waiting("the history is walked"):
        found = Blame(sides, request).run()
    if form == "json":
        output.print_json(blame_data(found))
    else:
        console.print(blame_text(found, console.style))
    return 0
