"""[transforms.*], compiled for the route that uses it: its templates may name the route's parameters."""

from urllib.parse import quote

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.config.models.web import HeaderChangesConfig, TransformConfig
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.model import FieldEdits, KeyPath, RequestEditPlan, ResponseEditPlan
from gatewayctl.plan.own_headers import own_of_requests, warn_of_own
from gatewayctl.plan.security_headers import without
from gatewayctl.plan.texts import template_names, templates
from gatewayctl.routing import CompiledRoute, TemplateNames


def transform_of(name: str, route: RouteConfig, config: GatewayConfig) -> tuple[str, KeyPath] | None:
    """The transform that a route uses and where that is said: its own, else the default, "none" for none."""
    if route.transform is not None:
        return None if route.transform == "none" else (route.transform, ("routes", name, "transform"))
    default = config.defaults.transform
    return None if default is None or default == "none" else (default, ("defaults", "transform"))


def request_edit_plan(
    name: str, route: RouteConfig, config: GatewayConfig, match: CompiledRoute, findings: Findings
) -> RequestEditPlan | None:
    """What the service sees changed; None if nothing is, or nothing is sent on."""
    used = transform_of(name, route, config)
    transform = None if used is None else config.transforms.get(used[0])
    if used is None or transform is None or route.service is None:
        return None
    at, names = ("transforms", used[0]), template_names(route, match, config)
    fields = _field_edits(transform.request, names, (*at, "request"), findings)
    _warn_of_own(transform.request, own_of_requests(config), (*at, "request"), findings)
    texts = templates(transform.query.set, "query", names, (*at, "query", "set"), findings)
    query_set = tuple((quote(name.decode(), safe="").encode(), value) for name, value in texts)
    query_remove = frozenset(name.encode() for name in transform.query.remove)
    if not fields and not query_set and not query_remove:
        return None
    return RequestEditPlan(fields, query_set, query_remove, used[1])


def response_edit_plan(
    name: str, route: RouteConfig, config: GatewayConfig, match: CompiledRoute, findings: Findings
) -> ResponseEditPlan | None:
    """What the client sees changed; None if nothing is."""
    used = transform_of(name, route, config)
    transform = None if used is None else config.transforms.get(used[0])
    if used is None or transform is None:
        return None
    changes, at = transform.response, ("transforms", used[0], "response")
    edits = _field_edits(changes, template_names(route, match, config), at, findings)
    _warn_of_own(changes, frozenset({config.server.request_id_header.lower()}), at, findings)
    missing = _missing(transform)
    return ResponseEditPlan(edits, used[1], missing) if edits or missing else None


def missing_by_default(config: GatewayConfig) -> tuple[bytes, ...]:
    """The built-in headers of the default transform, which answers to what no route takes get too."""
    transform = config.transforms.get(config.defaults.transform or "none")
    return () if transform is None else _missing(transform)


def _missing(transform: TransformConfig) -> tuple[bytes, ...]:
    removed = (name.lower().encode() for name in transform.response.remove)
    return () if transform.builtin is None else without(removed)


def _warn_of_own(changes: HeaderChangesConfig, own: frozenset[str], at: KeyPath, findings: Findings) -> None:
    """Warns of edits of headers that the gateway writes itself: they have no effect."""
    edits = [(("set", name), name) for name in changes.set] + [(("add", name), name) for name in changes.add]
    edits += [(("rename", old), new) for old, new in changes.rename.items()]
    for key, name in edits:
        if name.lower() in own:
            warn_of_own(name, (*at, *key), findings)


def _field_edits(changes: HeaderChangesConfig, names: TemplateNames, at: KeyPath, findings: Findings) -> FieldEdits:
    return FieldEdits(
        rename=tuple((old.lower().encode(), new.encode()) for old, new in sorted(changes.rename.items())),
        remove=frozenset(name.lower().encode() for name in changes.remove),
        set=templates(changes.set, "header", names, (*at, "set"), findings),
        add=templates(changes.add, "header", names, (*at, "add"), findings),
    )
