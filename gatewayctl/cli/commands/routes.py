"""``gatewayctl routes``: the routes in the order in which they are matched, a row for each (route, host pattern)."""

from typing import Any

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import Output
from gatewayctl.cli.tables import table


def run(configuration: Configuration, output: Output) -> int:
    """List the routes in the order in which they are matched.

    Of two routes that both take a request, the one further up wins. A route with several hosts has a row for each,
    since an exact host counts more than a wildcard. Routes with enabled = false are not matched and not listed.

    Exit codes: 0, or 2 for an invalid configuration.
    """
    from gatewayctl.routetest.hidden import Hidden
    from gatewayctl.routetest.places import place
    from gatewayctl.routetest.words import ANY, methods, target
    from gatewayctl.routing import rows

    console = output.console
    form = output.form
    loaded, plan = configuration.compiled(console)
    hidden = Hidden(loaded)
    off = sorted(name for name, route in loaded.config.routes.items() if not route.enabled) if loaded.config else []
    listed = [(plan.routes[row.route], row.host) for row in rows([route.match for route in plan.routes])]
    if form == "json":
        data: list[dict[str, Any]] = [
            {
                "name": route.name,
                "priority": route.match.priority,
                "host": hidden.host(route, host),
                "methods": None if route.match.methods is None else [m.decode() for m in route.match.methods],
                "path": None if route.match.path is None else hidden.pattern(route),
                "path_regex": None if route.match.path_regex is None else hidden.pattern(route).removeprefix("~"),
                "conditions": hidden.conditions(route),
                "to": target(route),
                "tags": list(route.tags),
                "at": place(loaded, ("routes", route.name)).data(),
            }
            for route, host in listed
        ]
        output.print_json({"routes": data, "disabled": off})
        return 0
    if not listed:
        console.hint("no routes: every request is answered with 404")
    else:
        cells = [
            [
                route.name,
                methods(route.match),
                hidden.host(route, host) or ANY,
                hidden.pattern(route),
                ", ".join(hidden.conditions(route)),
                str(route.match.priority or ""),
                target(route),
                str(place(loaded, ("routes", route.name))),
            ]
            for route, host in listed
        ]
        headings = ["ROUTE", "METHODS", "HOST", "PATH", "WHEN", "PRIORITY", "TO", "AT"]
        console.print(table(headings, cells, width=console.width, style=console.style))
    if off:
        console.hint(f"not listed, since they are not enabled: {', '.join(off)}")
    return 0
