"""What the service is asked, within which times, and who says so; or what the gateway answers instead."""

from collections.abc import Iterable
from typing import Final

from gatewayctl.core.fields import REQUEST_DROPS, Field
from gatewayctl.core.reply import Reply
from gatewayctl.plan.model import ForwardPlan, RoutePlan
from gatewayctl.routetest.hidden import MASK, Hidden
from gatewayctl.routetest.places import Place, place
from gatewayctl.routetest.report import Answered, Sent, SentInstance
from gatewayctl.routetest.stepwords import Passage

_TIMEOUTS: Final = ("connect_timeout", "first_byte_timeout", "idle_timeout", "tunnel_idle_timeout")


def sent(
    passage: Passage, route: RoutePlan, forward: ForwardPlan, path: str, query: str | None, fields: Iterable[Field]
) -> Sent:
    """What goes to an instance of the service. ``path``, ``query`` and ``fields`` are those after all edits."""
    loaded, service = passage.loaded, passage.plan.services[forward.service]
    hidden = passage.hidden
    if forward.path.rewrite is not None and hidden.covers(forward.path.said_at):
        path = MASK
    query = hidden.query(query, route)
    host_key = ("services", service.name, "host_header")
    hosts = {"instance": "the instance's", "preserve": f"{passage.head.authority.decode('latin-1')} (the client's)"}
    times = [
        (name.removesuffix("_timeout").replace("_", " "), getattr(service, name), _first(passage, service.name, name))
        for name in _TIMEOUTS
        if name != "tunnel_idle_timeout" or forward.upgrades
    ]
    return Sent(
        service=service.name,
        service_at=place(loaded, forward.said_at),
        load_balancer=service.load_balancer,
        instances=tuple(
            SentInstance(id, None if i.builtin else url, i.weight, i.status)
            for i in service.instances
            for id, url in [hidden.instance(service, i)]
        ),
        method=passage.head.method.decode("latin-1"),
        path=path,
        query=query,
        path_at=place(loaded, forward.path.said_at) if forward.path.said_at else Place(),
        host=hosts.get(service.host_header, MASK if hidden.covers(host_key) else service.host_header),
        host_at=place(loaded, host_key),
        timeout=forward.timeout,
        timeout_at=place(loaded, forward.timeout_said_at),
        service_timeouts=tuple(times),
        upgrades=tuple(sorted(upgrade.decode() for upgrade in forward.upgrades)),
        upgrades_at=place(loaded, ("routes", route.name, "upgrades")),
        fields=_going_on(passage, route, fields),
    )


def _going_on(passage: Passage, route: RoutePlan, fields: Iterable[Field]) -> tuple[tuple[str, str], ...]:
    """The fields that are sent on as they are now, the values of secret ones masked."""
    at = ("transforms", passage.hidden.transform(route), "request")
    secret = passage.hidden.names(*at, "set") | passage.hidden.names(*at, "add")
    going = [(f.name.decode("latin-1"), f.value.decode("latin-1")) for f in fields if not f.kind & REQUEST_DROPS]
    return tuple((name, MASK if name in secret else value) for name, value in going)


def answered(hidden: Hidden, route: RoutePlan, reply: Reply) -> Answered:
    """What the gateway answers itself."""
    at = ("routes", route.name)
    secret = hidden.names(*at, "respond", "headers")
    if hidden.covers((*at, "redirect", "to")):
        secret |= {"location"}
    fields = []
    for field in reply.fields:
        name = field.line.partition(b":")[0].decode("latin-1")
        fields.append((name, MASK if name.lower() in secret else field.value.decode("latin-1")))
    body = MASK if hidden.covers((*at, "respond", "body")) else reply.body.decode("utf-8", "replace")
    return Answered(reply.status, tuple(fields), body)


def _first(passage: Passage, service: str, name: str) -> Place:
    """Where a time of a service is said: by itself, else by ``[defaults]``."""
    own = place(passage.loaded, ("services", service, name))
    return own if own != Place() else place(passage.loaded, ("defaults", name))
