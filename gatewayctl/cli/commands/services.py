"""``gatewayctl services``: what requests are sent to, a row for each instance."""

from typing import Any

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import Output
from gatewayctl.cli.tables import table


def run(configuration: Configuration, output: Output) -> int:
    """List the services with their instances, as the configuration says them.

    Whether an instance answers right now is what gatewayctl status shows.

    Exit codes: 0, or 2 for an invalid configuration.
    """
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
    if not cells:
        console.hint("no services: routes can only respond or redirect")
        return 0
    headings = ["SERVICE", "INSTANCE", "URL", "WEIGHT", "STATUS", "BALANCER", "AT"]
    console.print(table(headings, cells, width=console.width, style=console.style))
    unused = [name for name, users in routes.items() if not users]
    if unused:
        console.hint(f"no route sends to: {', '.join(unused)}")
    return 0
