"""What a route does with a request in the end: respond, redirect, or forward (with the path that is sent on)."""

from typing import Final

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.findings import Findings
from gatewayctl.plan.model import ForwardPlan, KeyPath, PathPlan, RedirectPlan, RespondPlan
from gatewayctl.plan.resilience import retry_plan
from gatewayctl.plan.texts import template, template_names, templates
from gatewayctl.routing import CompiledRoute, Template
from gatewayctl.routing.templates import Place

_PLAIN_TEXT: Final = (b"content-type", Template("header", (), b"text/plain; charset=utf-8"))


def respond_plan(
    name: str, route: RouteConfig, config: GatewayConfig, match: CompiledRoute, findings: Findings
) -> RespondPlan | None:
    """The answer that a route gives itself."""
    respond = route.respond
    if respond is None:
        return None
    at, names = ("routes", name, "respond"), template_names(route, match, config)
    body = template(respond.body, _body_place(respond.headers), names, (*at, "body"), findings)
    fields = templates(respond.headers, "header", names, (*at, "headers"), findings)
    if respond.body and not any(name.lower() == "content-type" for name in respond.headers):
        fields = (_PLAIN_TEXT, *fields)  # without a type a browser guesses one: text would become a page
    return RespondPlan(
        status=respond.status,
        fields=fields,
        body=body,
        said_at=at,
    )


def _body_place(headers: "dict[str, str]") -> Place:
    """How values are put into a body: by its content type."""
    media = next((value for name, value in headers.items() if name.lower() == "content-type"), "").lower()
    if "json" in media:
        return "json"
    return "html" if "html" in media else "text"


def redirect_plan(
    name: str, route: RouteConfig, config: GatewayConfig, match: CompiledRoute, findings: Findings
) -> RedirectPlan | None:
    """Where a route redirects to."""
    redirect = route.redirect
    if redirect is None:
        return None
    at = ("routes", name, "redirect")
    to = template(redirect.to, "location", template_names(route, match, config), (*at, "to"), findings)
    return RedirectPlan(redirect.status, to, at)


def forward_plan(
    name: str, route: RouteConfig, config: GatewayConfig, match: CompiledRoute, findings: Findings
) -> ForwardPlan | None:
    """The service that a route sends to, and how."""
    if route.service is None:
        return None
    timeout: float | None
    timeout_at: KeyPath
    if route.timeout is None:
        timeout, timeout_at = config.defaults.timeout, ("defaults", "timeout")
    else:
        timeout = None if isinstance(route.timeout, str) else route.timeout
        timeout_at = ("routes", name, "timeout")
    return ForwardPlan(
        service=route.service,
        path=_path_plan(name, route, config, match, findings),
        timeout=timeout,
        upgrades=frozenset(protocol.lower().encode() for protocol in route.upgrades),
        said_at=("routes", name, "service"),
        timeout_said_at=timeout_at,
        retry=retry_plan(name, route, config),
    )


def _path_plan(
    name: str, route: RouteConfig, config: GatewayConfig, match: CompiledRoute, findings: Findings
) -> PathPlan:
    if route.rewrite is not None:
        at = ("routes", name, "rewrite")
        return PathPlan(
            rewrite=template(route.rewrite, "path", template_names(route, match, config), at, findings), said_at=at
        )
    strip = route.strip_prefix
    if strip is None:
        return PathPlan()
    at = ("routes", name, "strip_prefix")
    if match.regex is not None:
        findings.error(
            "E321", "strip_prefix needs a path pattern", at, help="with path_regex, write rewrite with its named groups"
        )
        return PathPlan()
    literal = _literal_prefix(match)
    if strip is True:
        return PathPlan(strip=len(literal), said_at=at)
    wanted = str(strip).rstrip("/").encode()
    if wanted and not (literal == wanted or literal.startswith(wanted + b"/")):
        findings.error(
            "E320",
            f'"{strip}" is not what every path of this route begins with',
            at,
            label=f'the pattern begins with "{literal.decode() or "/"}"',
            help=f'write a prefix of "{match.pattern}" that ends at a "/" and holds no parameter',
        )
    return PathPlan(strip=len(wanted), said_at=at)


def _literal_prefix(match: CompiledRoute) -> bytes:
    """The whole segments before the first parameter or wildcard, without a slash at the end."""
    if match.literal is not None:
        return match.literal.rstrip(b"/")
    prefix = b""
    for segment in match.segments:
        text = b"".join(piece.text for piece in segment.pieces) if segment.kind == 1 else None
        if text is None:
            break
        prefix += b"/" + text
    return prefix
