"""[routes.*]: one pattern, one action, settings that fit it. Patterns themselves are read by the routing ring."""

from gatewayctl.config.checks.view import View, needs, no_doubles, one_of
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.models.routes import RouteConfig

_ACTIONS = ("service", "split", "respond", "redirect", "aggregate")
_FORWARDING = ("strip_prefix", "rewrite", "mirror")
_BODILESS = (204, 205, 304)


def check(view: View, findings: Findings) -> None:
    """The rules about routes."""
    default_auth = view.config.defaults.auth
    for name, route in view.config.routes.items():
        path: KeyPath = ("routes", name)
        one_of(path, route, ("path", "path_regex"), "a route", findings)
        one_of(path, route, _ACTIONS, "a route", findings)
        _doubles(path, route, findings)
        _forwarding(path, route, findings)
        _action(path, route, findings)
        if route.require is not None and (route.auth or default_auth or "none") == "none":
            message = "require asks who the client is, and no auth tells"
            findings.error("E123", (*path, "require"), message, label="no auth", help='add auth = "…" to this route')
        _dates(path, route, findings)


def _doubles(path: KeyPath, route: RouteConfig, findings: Findings) -> None:
    if route.methods and len(set(route.methods)) < len(route.methods):
        methods = enumerate(route.methods)
        no_doubles([((*path, "methods", n), method, f"{method} is there") for n, method in methods], findings)
    if len(route.hosts) > 1:
        no_doubles([((*path, "hosts", n), host, f"{host} is there") for n, host in enumerate(route.hosts)], findings)
    if len(route.headers) > 1:
        no_doubles([((*path, "headers", name), name.lower(), f"{name} is there") for name in route.headers], findings)


def _forwarding(path: KeyPath, route: RouteConfig, findings: Findings) -> None:
    """strip_prefix, rewrite and mirror are about a request that is sent on."""
    if route.strip_prefix is not None and route.rewrite is not None:
        findings.error(
            "E116",
            (*path, "rewrite"),
            "a route takes only one of strip_prefix and rewrite",
            label="one too many",
            help="rewrite says the whole path: remove strip_prefix",
            on_key=True,
            related=(((*path, "strip_prefix"), "the other one"),),
        )
    for key in _FORWARDING:
        needs(path, route, key, route.service is not None or route.split is not None, "service or split", findings)
    needs(path, route, "split_key", route.split is not None, "split", findings)


def _action(path: KeyPath, route: RouteConfig, findings: Findings) -> None:
    if route.split is not None:
        if not any(side.weight for side in route.split):
            message = "all weights of this split are 0"
            findings.error("E122", (*path, "split"), message, label="nobody gets anything", help="raise one of them")
        sides = enumerate(route.split)
        no_doubles(
            [((*path, "split", n, "service"), side.service, f"{side.service} is there") for n, side in sides], findings
        )
    if route.redirect is not None and route.redirect.to.startswith(("//", "/\\")):
        message = "this redirect leads to another host, although it looks like a path"
        way_out = 'begin with a single "/", or with "https://"'
        findings.error("E120", (*path, "redirect", "to"), message, label="begins with //", help=way_out)
    if route.respond is not None and route.respond.status in _BODILESS and route.respond.body:
        message = f"an answer with status {route.respond.status} has no body"
        findings.error(
            "E122", (*path, "respond", "body"), message, label="cannot be sent", help="remove it, or use 200"
        )
    if route.fault is not None and route.fault.delay is None and route.fault.abort is None:
        findings.error("E117", (*path, "fault"), "a fault needs delay or abort", label="none of them", help="add one")


def _dates(path: KeyPath, route: RouteConfig, findings: Findings) -> None:
    deprecated = route.deprecated
    if deprecated is not None and deprecated.since and deprecated.sunset and deprecated.since > deprecated.sunset:
        findings.error(
            "E122",
            (*path, "deprecated", "sunset"),
            "this route ends before it is deprecated",
            label="before since",
            help="sunset is the later date",
        )
