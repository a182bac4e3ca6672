"""``gatewayctl discover``: asks a service's source of instances once, as a running gateway would, and prints the answer."""

import asyncio
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.errors import failed, usage
from gatewayctl.cli.output import Output
from gatewayctl.cli.tables import table
from gatewayctl.cli.waiting import waiting
from gatewayctl.core.suggest import did_you_mean

if TYPE_CHECKING:
    from gatewayctl.plan.feeds import FeedPlan
    from gatewayctl.upstream.discovery.base import Snapshot

_NOT_FOUND: Final = "E527"


def run(
    configuration: Configuration,
    output: Output,
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="The service, by its name in the configuration.")],
    timeout: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="How long the source may take.")
    ] = 10.0,
) -> int:
    """Ask a service's source of instances once, and print what it finds: the addresses of names too.

    It goes to the network (DNS, Consul, ZooKeeper), but to no instance and to no running gateway.

    Exit codes: 0 instances were found, 1 none, or not all could be resolved, 2 the source does not answer.
    """
    from gatewayctl.plan.feeds import FeedPlan, StaticPlan, feed_of, source_kind

    console = output.console
    loaded, plan = configuration.compiled(console)
    found = plan.services.get(service)
    if found is None:
        known = sorted(plan.services)
        raise usage(
            f'there is no service "{service}"', did_you_mean(service, known) or f"known are: {', '.join(known)}"
        )
    feed = feed_of(found, plan.server.nameservers) or FeedPlan(service, StaticPlan(found.instances), ())
    unset = [path for path in loaded.unset if path[:3] == ("services", service, "discovery")]
    if unset:
        raise failed(
            "E401", f"{'.'.join(map(str, unset[0]))} needs a variable that is not set", "set it, or --env-file"
        )
    with waiting(f"the source of {service} is asked"):
        snapshot = asyncio.run(_ask(feed, timeout))
    if snapshot is None or not snapshot.known:
        why = f"nothing came within {timeout:g}s" if snapshot is None else snapshot.trouble
        raise failed(
            _NOT_FOUND, f"the instances of {service} cannot be found: {why}", "see [services.*.discovery] of this one"
        )
    instances = [
        {
            "id": i.id,
            "url": i.url,
            "addresses": list(snapshot.addresses.get(i.host, ())) if i.by_name else [i.host] if i.host else [],
            "weight": i.weight,
            "status": i.status,
        }
        for i in snapshot.instances
    ]
    if output.form == "json":
        source = source_kind(found) or "static"
        output.print_json(
            {"service": service, "source": source, "instances": instances, "trouble": snapshot.trouble or None}
        )
    elif instances:
        cells = [
            [str(i["id"]), str(i["url"]), _listed(i["addresses"]), str(i["weight"]), str(i["status"])]
            for i in instances
        ]
        headings = ["INSTANCE", "URL", "ADDRESSES", "WEIGHT", "STATUS"]
        console.print(table(headings, cells, width=console.width, style=console.style))
    if snapshot.trouble:
        console.hint(snapshot.trouble)
    return 1 if snapshot.trouble or not instances else 0


def _listed(addresses: Any) -> str:
    return ", ".join(addresses) or "-"


async def _ask(feed: "FeedPlan", within: float) -> "Snapshot | None":
    """The first that the feed says; None if that takes too long."""
    from gatewayctl.upstream.discovery.plane import ControlPlane

    said: asyncio.Future[Snapshot] = asyncio.get_running_loop().create_future()
    faults: list[Exception] = []

    def publish(snapshot: "Snapshot") -> None:
        if not said.done():
            said.set_result(snapshot)

    plane = ControlPlane(publish, event=lambda *_, **__: None, report=lambda error, _: faults.append(error))
    plane.follow([feed])
    try:
        async with asyncio.timeout(within):
            snapshot = await said
    except TimeoutError:
        snapshot = None
    finally:
        await plane.stop()
    if faults:
        raise faults[0]
    return snapshot
