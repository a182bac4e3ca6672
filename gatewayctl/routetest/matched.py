"""Why a route took the request: what of it fits, and where the configuration says each part."""

from collections.abc import Mapping

from gatewayctl.config import Loaded
from gatewayctl.core.messages import RequestHead
from gatewayctl.plan.model import RoutePlan
from gatewayctl.routetest.hidden import Hidden
from gatewayctl.routetest.places import place
from gatewayctl.routetest.report import Matched
from gatewayctl.routetest.words import ANY, methods
from gatewayctl.routing.compiled import ANY_METHOD, HEAD_BY_GET, best_host, method_class
from gatewayctl.routing.hosts import canonical_host


def matched(
    loaded: Loaded, hidden: Hidden, route: RoutePlan, head: RequestHead, params: Mapping[str, bytes]
) -> Matched:
    """The parts of the match, for a request that this route takes."""
    match, key = route.match, ("routes", route.name)
    _, host = best_host(match, canonical_host(head.host))
    config = loaded.config.routes[route.name] if loaded.config is not None else None
    hosts = [str(written).lower() for written in config.hosts] if config is not None else []
    host_key = (*key, "hosts", hosts.index(str(host))) if host is not None and str(host) in hosts else (*key, "hosts")
    how = {ANY_METHOD: "any", HEAD_BY_GET: "HEAD, since GET is named"}
    kind = method_class(match.methods, head.method)
    return Matched(
        pattern=hidden.pattern(route),
        pattern_at=place(loaded, (*key, "path" if match.path is not None else "path_regex")),
        host=hidden.host(route, host),
        host_at=place(loaded, host_key),
        methods=ANY if match.methods is None else methods(match),
        how="as the preflight asks" if kind is None else how.get(kind, "named"),
        methods_at=place(loaded, (*key, "methods")),
        conditions=tuple(hidden.conditions(route)),
        priority=match.priority,
        priority_at=place(loaded, (*key, "priority")),
        params=tuple((name, params[name].decode("latin-1")) for name in match.params if name in params),
    )
