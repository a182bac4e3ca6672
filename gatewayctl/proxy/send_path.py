"""The path that goes to the service: the matched one, with a prefix taken off, or a rewritten one."""

from collections.abc import Callable

from gatewayctl.plan.model import PathPlan
from gatewayctl.routing import RoutingOptions, render_path
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.values import values_of

PathMaker = Callable[[Traffic], bytes]


def path_maker(plan: PathPlan, options: RoutingOptions) -> PathMaker | None:
    """Makes the path of each request; None where it is sent as it was matched. It may raise PathError."""
    template = plan.rewrite
    if template is not None:
        literal = template.literal
        if literal is not None:
            return lambda traffic: literal
        return lambda traffic: render_path(template, values_of(traffic), options)
    if plan.strip:
        length = plan.strip
        return lambda traffic: stripped(traffic.path, length)
    return None


def stripped(path: bytes, length: int) -> bytes:
    """``path`` without its first ``length`` bytes; nothing left is ``/``, and the rest begins with one slash only."""
    rest = path[length:]
    return b"/" + rest.lstrip(b"/") if rest[:1] != b"/" or rest[:2] == b"//" else rest
