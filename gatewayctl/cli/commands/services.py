"""``gatewayctl services``: what requests are sent to, a row for each instance."""

from typing import Annotated, Any, Final

import typer

from gatewayctl.cli.admin import AdminOptions
from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import Output
from gatewayctl.cli.tables import table


def run(
    configuration: Configuration,
    output: Output,
    live: Annotated[
        bool, typer.Option("--live", help="Ask a running gateway: also what was found, and who is fit.")
    ] = False,
    admin: Annotated[
        str | None,
        typer.Option("--admin", metavar="URL", help="With --live: its admin address, also unix:PATH."),
    ] = None,
    token_file: Annotated[
        str | None, typer.Option("--token-file", metavar="FILE", help="With --live: read the token from FILE.")
    ] = None,
) -> int:
    """List the services with their instances, as the configuration says them; with --live as a running gateway has them.

    Exit codes: 0, or 2 for an invalid configuration or no gateway to ask.
    """
    if live:
        return _live(AdminOptions(configuration.config, admin, token_file), output)
    from gatewayctl.plan.feeds import source_kind
    from gatewayctl.routetest.hidden import Hidden
    from gatewayctl.routetest.places import place

    console = output.console
    form = output.form
    loaded, plan = configuration.compiled(console)
    hidden = Hidden(loaded)
    routes: dict[str, list[str]] = {name: [] for name in plan.services}
    for route in plan.routes:
        if route.forward is not None:
            routes[route.forward.service].append(route.name)
    if form == "json":
        data: list[dict[str, Any]] = [
            {
                "name": name,
                "load_balancer": service.load_balancer,
                "discovery": source_kind(service),
                "instances": [
                    {
                        "id": id,
                        "url": None if instance.builtin else url,
                        "weight": instance.weight,
                        "status": instance.status,
                    }
                    for instance in service.instances
                    for id, url in [hidden.instance(service, instance)]
                ],
                "routes": routes[name],
                "at": place(loaded, ("services", name)).data(),
            }
            for name, service in plan.services.items()
        ]
        output.print_json({"services": data})
        return 0
    cells = [
        [
            name,
            *hidden.instance(service, instance),
            str(instance.weight),
            instance.status,
            service.load_balancer,
            str(place(loaded, ("services", name))),
        ]
        for name, service in plan.services.items()
        for instance in service.instances
    ]
    cells += [
        [name, "-", f"found by {kind}", "-", "-", service.load_balancer, str(place(loaded, ("services", name)))]
        for name, service in plan.services.items()
        if (kind := source_kind(service))
    ]
    cells.sort(key=lambda row: row[0])
    if not cells:
        console.hint("no services: routes can only respond or redirect")
        return 0
    headings = ["SERVICE", "INSTANCE", "URL", "WEIGHT", "STATUS", "BALANCER", "AT"]
    console.print(table(headings, cells, width=console.width, style=console.style))
    unused = [name for name, users in routes.items() if not users]
    if unused:
        console.hint(f"no route sends to: {', '.join(unused)}")
    return 0


_WAIT: Final = 5.0
"""Seconds for the gateway's answer."""


def _live(admin: AdminOptions, output: Output) -> int:
    console = output.console
    services: list[dict[str, Any]] = admin.find(console).data("GET", "/services", within=_WAIT).get("services") or []
    if output.form == "json":
        output.print_json({"services": services})
        return 0
    cells = [
        [str(service.get("service")), *_fitness(instance), str(service.get("discovery") or "static")]
        for service in services
        for instance in service.get("instances") or []
    ]
    if cells:
        headings = ["SERVICE", "INSTANCE", "URL", "WEIGHT", "STATUS", "HEALTH", "IN FLIGHT", "FOUND BY"]
        console.print(table(headings, cells, width=console.width, style=console.style))
    for service in services:
        name = service.get("service")
        if not service.get("instances"):
            console.hint(f"service {name} has no instance")
        if service.get("panic"):
            console.hint(f"all instances of service {name} are out: all get traffic (panic)")
        if service.get("trouble"):
            console.hint(f"service {name}: {service['trouble']}")
    return 0


def _fitness(instance: dict[str, Any]) -> list[str]:
    health = instance.get("health")
    words = "not checked" if health is None else "healthy" if health.get("healthy") else str(health.get("problem"))
    others = [str(reason) for reason in instance.get("against") or [] if reason != "health"]
    keys = ("id", "url", "weight", "status")
    return [
        *(str(instance.get(key, "")) for key in keys),
        ", ".join([words, *others]),
        str(instance.get("in_flight", "")),
    ]
