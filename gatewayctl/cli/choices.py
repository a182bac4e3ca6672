"""Options that several commands have, each written once."""

from typing import Annotated

import typer

from gatewayctl.cli.output import FailOn

Against = Annotated[
    str | None,
    typer.Option("--against", metavar="URL", help="The old side is what runs: a gateway's admin address."),
]
AgainstTokenFile = Annotated[
    str | None,
    typer.Option("--token-file", metavar="FILE", help="With --against: read the admin token from FILE."),
]
FailOnChanges = Annotated[
    FailOn | None,
    typer.Option("--fail-on", help="Exit with 1 on changes at least as bad as this.", show_default=False),
]
LogFile = Annotated[
    str, typer.Argument(metavar="LOG", help="An access log, also compressed (gzip); - for standard input.")
]
LogHost = Annotated[
    str | None,
    typer.Option("--host", metavar="HOST", help="The host of requests where the log tells none. Default: localhost."),
]
