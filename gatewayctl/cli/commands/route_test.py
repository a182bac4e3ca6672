"""``gatewayctl route-test``: which route takes a request, what happens to it on its way, and who says so."""

from typing import Annotated, Final

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.errors import usage
from gatewayctl.cli.output import Output, TextOrJson
from gatewayctl.core.units import parse_size

SUGGESTED: Final = {"method": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
"""For shell completion: what an argument may well be, by its name."""


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
        str | None,
        typer.Option("--host", metavar="HOST", help="Its Host. Default: the URL's, else localhost."),
    ] = None,
    client_ip: Annotated[
        str, typer.Option("--client-ip", metavar="ADDRESS", help="Who asks, as the gateway sees it.")
    ] = "127.0.0.1",
    claim: Annotated[
        list[str] | None,
        typer.Option(
            "--claim", metavar="NAME=VALUE", help="What its token would say, as if verified. May be given again."
        ),
    ] = None,
    consumer: Annotated[
        str, typer.Option("--consumer", metavar="NAME", help="The consumer whose credentials it would carry.")
    ] = "",
    body_size: Annotated[
        str | None, typer.Option("--body-size", metavar="SIZE", help="The length of the body, such as 5MiB or 1200.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
) -> int:
    """Show which route takes a request, and what happens to it: offline, by the same table that serves live traffic.

    Shown are the route and why it matches, the service and its instances, the path as it is sent on, the parameters and
    each step in its order with the line of the configuration that says so. For a request that no route takes: which
    routes came near, and what each of them lacked.

    Exit codes: 0 the request is served, 1 it is refused, 2 wrong usage or invalid configuration.
    """
    from gatewayctl.cli.live import live_parts
    from gatewayctl.routetest.document import report_data
    from gatewayctl.routetest.request import NotARequest, asked
    from gatewayctl.routetest.text import report_text
    from gatewayctl.routetest.walk import examine

    if json:
        if output.format is TextOrJson.text:
            raise usage("--json and --format text are both given", "give one of them")
        output.format = TextOrJson.json
    form = output.form
    try:
        request = asked(
            path,
            method,
            headers=header or (),
            host=host,
            client_ip=_address(client_ip),
            body_size=None if body_size is None else _size(body_size),
            claims=claim or (),
            consumer=consumer,
        )
    except NotARequest as error:
        raise usage(str(error), error.help) from None
    console = output.console
    loaded, plan = configuration.compiled(console)
    report = examine(request, loaded, plan, live_parts())
    if form == "json":
        output.print_json(report_data(report))
    else:
        console.print(report_text(report, width=console.width, style=console.style))
        for hint in report.hints:
            console.hint(f"hint: {hint}")
    return 0 if report.taken else 1


def _size(written: str) -> int:
    if written.isascii() and written.isdigit():
        return int(written)
    try:
        return parse_size(written)
    except ValueError:
        raise usage(
            f'--body-size: "{written}" is no size', "write a number of bytes, or one with a unit: 5MiB"
        ) from None


def _address(written: str) -> str:
    from ipaddress import ip_address

    try:
        return str(ip_address(written.strip("[]")))
    except ValueError:
        raise usage(f'--client-ip: "{written}" is no IP address', "such as 192.0.2.7 or 2001:db8::7") from None
