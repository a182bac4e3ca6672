"""The arguments and options about a request, for the commands that say what becomes of one."""

from typing import TYPE_CHECKING, Annotated, Final

import typer

from gatewayctl.cli.errors import usage
from gatewayctl.core.frozen import mutable
from gatewayctl.core.units import parse_size

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from gatewayctl.cli.configuration import Configuration
    from gatewayctl.cli.output import Output
    from gatewayctl.routetest.report import Report
    from gatewayctl.routetest.request import Asked

    Data = Callable[[Report], dict[str, Any]]
    Text = Callable[..., str]

SUGGESTED: Final = {"method": ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")}
"""For shell completion: what an argument may well be, by its name."""


@mutable
class Asking:
    """A request in words."""

    path: Annotated[str, typer.Argument(metavar="PATH", help="A path with its query, or a URL.", show_default=False)]
    method: Annotated[str, typer.Argument(metavar="METHOD", help="The method.")] = "GET"
    header: Annotated[
        list[str] | None,
        typer.Option("--header", "-H", metavar="'NAME: VALUE'", help="A header of the request. May be given again."),
    ] = None
    host: Annotated[
        str | None,
        typer.Option("--host", metavar="HOST", help="Its Host. Default: the URL's, else localhost."),
    ] = None
    client_ip: Annotated[
        str, typer.Option("--client-ip", metavar="ADDRESS", help="Who asks, as the gateway sees it.")
    ] = "127.0.0.1"
    body_size: Annotated[
        str | None, typer.Option("--body-size", metavar="SIZE", help="The length of the body, such as 5MiB or 1200.")
    ] = None
    claim: Annotated[
        list[str] | None,
        typer.Option(
            "--claim", metavar="NAME=VALUE", help="A claim of its token; VALUE as JSON or text. May be given again."
        ),
    ] = None
    consumer: Annotated[
        str, typer.Option("--consumer", metavar="NAME", help="The consumer whose credentials it would carry.")
    ] = ""
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False

    def choose_format(self, output: "Output") -> str:
        """The format that is meant, ``--json`` being one of the ways to say it."""
        from gatewayctl.cli.output import TextOrJson

        if self.json:
            if output.format is TextOrJson.text:
                raise usage("--json and --format text are both given", "give one of them")
            output.format = TextOrJson.json
        return output.form

    def asked(self) -> "Asked":
        """The request that is meant."""
        from gatewayctl.routetest.request import NotARequest, asked

        try:
            return asked(
                self.path,
                self.method,
                headers=self.header or (),
                host=self.host,
                client_ip=_address(self.client_ip),
                body_size=None if self.body_size is None else _size(self.body_size),
                claims=dict(_claim(written) for written in self.claim or ()),
                consumer=self.consumer,
            )
        except NotARequest as error:
            raise usage(str(error), error.help) from None

    def answer(self, configuration: "Configuration", output: "Output", data: "Data", text: "Text") -> int:
        """Says what becomes of it under that configuration, in one of two forms. Gives the exit code."""
        from gatewayctl.cli.live import live_parts
        from gatewayctl.routetest.walk import examine

        form, request, console = self.choose_format(output), self.asked(), output.console
        loaded, plan = configuration.compiled(console)
        report = examine(request, loaded, plan, live_parts())
        if form == "json":
            output.print_json(data(report))
        else:
            console.print(text(report, width=console.width, style=console.style))
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


def _claim(written: str) -> tuple[str, object]:
    from json import JSONDecodeError, loads

    name, equals, value = written.partition("=")
    if not equals or not name.strip():
        raise usage(f'--claim: "{written}" names no claim', "write --claim NAME=VALUE, such as --claim sub=u1")
    try:
        return name.strip(), loads(value)
    except JSONDecodeError:
        return name.strip(), value
