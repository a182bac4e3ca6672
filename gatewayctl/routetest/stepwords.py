"""What each step does to the request at hand, in words: one function a step, in a table by the step's name."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from gatewayctl.config import Loaded
from gatewayctl.core.fields import Field, Kind, combined
from gatewayctl.core.frozen import mutable
from gatewayctl.core.messages import RequestHead
from gatewayctl.core.preflight import asked_method
from gatewayctl.core.units import format_duration, format_size
from gatewayctl.plan.identity import (
    AccessPlan,
    AnyPlan,
    ApiKeyPlan,
    AuthPlan,
    BasicPlan,
    CorsPlan,
    ForwardAuthPlan,
    JwtPlan,
    MtlsPlan,
    PreflightPlan,
    RequirePlan,
)
from gatewayctl.plan.model import (
    BodyLimitPlan,
    DeprecatedPlan,
    FieldEdits,
    ForwardPlan,
    KeyPath,
    Plan,
    RedirectPlan,
    RespondPlan,
    RoutePlan,
)
from gatewayctl.plan.policies import IdentityLimitsPlan, LimitFieldsPlan, LimitsPlan, StickyFieldPlan
from gatewayctl.plan.security_headers import SECURITY_HEADERS
from gatewayctl.routetest.hidden import MASK, Hidden
from gatewayctl.routetest.limitwords import key_words, limit_words, own_limits, policed
from gatewayctl.routetest.places import place
from gatewayctl.routetest.report import Answered, Sent

_SCHEMES: Final = {
    JwtPlan: "jwt",
    ApiKeyPlan: "api_key",
    BasicPlan: "basic",
    ForwardAuthPlan: "forward",
    MtlsPlan: "mtls",
    AnyPlan: "any",
}
_UNSAID: Final[KeyPath] = ()
"""Where no setting says it."""


@mutable
class Passage:
    """A request on its way through the steps, as far as it has come when a step is put into words."""

    loaded: Loaded
    hidden: Hidden
    plan: Plan
    head: RequestHead
    client_ip: str
    path: str
    route: RoutePlan | None = None
    sent: Sent | None = None
    answered: Answered | None = None
    fields_before: tuple[Field, ...] = ()
    fields_after: tuple[Field, ...] = ()
    identity: Any = None
    """Who asks, once that is known: see ``policy.auth.identity``."""
    query_before: str | None = None
    query_after: str | None = None


Words = tuple[list[str], KeyPath]
"""What a step does, and the key that says so."""


def _request_id(passage: Passage, step: Any) -> Words:
    server = passage.plan.server
    name = server.request_id_header.decode()
    does = [f"makes one, sent on and answered as {name}"]
    if passage.head.kinds & Kind.REQUEST_ID:
        does.append(f"the client's {name} counts only if it comes from a trusted proxy")
    return does, ("server", "request_id_header")


def _client_address(passage: Passage, step: Any) -> Words:
    server = passage.plan.server
    does = [passage.client_ip]
    if passage.head.kinds & Kind.FORWARDED:
        if server.trusted_proxies or server.trust_unix:
            does.append(f"from a trusted proxy, {server.client_ip_header} says it instead")
        else:
            does.append("what the request says about it is replaced: no proxy is trusted")
    return does, ("server", "trusted_proxies")


def _canonical_path(passage: Passage, step: Any) -> Words:
    came = passage.head.path.decode("latin-1")
    return ["as it came" if came == passage.path else f"{came} becomes {passage.path}"], _UNSAID


def _match(passage: Passage, step: Any) -> Words:
    return ([f"route {passage.route.name}"], ("routes", passage.route.name)) if passage.route else ([], _UNSAID)


def _max_body_size(passage: Passage, step: BodyLimitPlan) -> Words:
    size = passage.head.body
    fits = f"; this one has {format_size(size)}" if size > 0 else ""
    return [f"bodies up to {format_size(step.limit)} pass{fits}"], step.said_at


def _cors_preflight(passage: Passage, step: PreflightPlan) -> Words:
    method = asked_method(passage.head)
    if method is None:
        return ["passes: it is no preflight"], step.said_at
    if passage.answered is None:
        return [f"answers preflights as cors.{step.cors} says"], step.said_at
    allowed = any(name == "Access-Control-Allow-Origin" for name, _ in passage.answered.fields)
    origin = _shown(passage.head, b"origin")
    return [
        f"answers the preflight for {_name(method)}: {'allowed' if allowed else 'not allowed'} from {origin}"
    ], step.said_at


def _cors(passage: Passage, step: CorsPlan) -> Words:
    return [f"adds what cors.{step.cors} says, in place of what the service says"], step.said_at


def _access(passage: Passage, step: AccessPlan) -> Words:
    access = passage.plan.identity.access[step.access]
    said = [f"allow {', '.join(access.allow)}"] if access.allow else []
    said += [f"deny {', '.join(access.deny)}"] if access.deny else []
    if passage.hidden.covers(("access", step.access)):
        said = [MASK]
    return [f"asks access.{step.access} about {passage.client_ip}: {'; '.join(said) or 'all may'}"], step.said_at


def _auth(passage: Passage, step: AuthPlan) -> Words:
    identity = passage.identity
    scheme = passage.plan.identity.schemes[step.scheme]
    does = [f"by auth.{step.scheme} ({_SCHEMES[type(scheme)]})"]
    if identity is None:
        does.append("nobody is known: say who asks with --claim NAME=VALUE or --consumer NAME")
    else:
        who = f"consumer {identity.consumer}" if identity.consumer else "somebody without a name"
        by = "" if identity.scheme == step.scheme else f", by auth.{identity.scheme}"
        does.append(f"taken as proved: {who}{by}")
        if identity.tags:
            does.append(f"tags {', '.join(sorted(identity.tags))}")
        if identity.scopes:
            does.append(f"scopes {', '.join(sorted(identity.scopes))}")
    before, after = passage.fields_before, passage.fields_after
    does += [f"removes {_name(f.name)}" for f in before if f not in after]
    does += [f"sets {_written(f, frozenset())}" for f in after if f not in before]
    return does, step.said_at


def _require(passage: Passage, step: RequirePlan) -> Words:
    does = [f"all scopes of {', '.join(step.scopes)}"] if step.scopes else []
    covers = passage.hidden.covers
    does += [
        f"claim {name} one of {MASK if covers((*step.said_at, 'claims', name)) else ', '.join(values)}"
        for name, values in step.claims
    ]
    does += [f"a consumer of {', '.join(sorted(step.consumers))}"] if step.consumers else []
    does += [f"a consumer tagged {' or '.join(sorted(step.tags))}"] if step.tags else []
    return does or ["somebody who is known"], step.said_at


def _answers(passage: Passage, step: RespondPlan | RedirectPlan) -> Words:
    answered = passage.answered
    if answered is None:
        return [f"answers {step.status}"], step.said_at
    location = next((value for name, value in answered.fields if name.lower() == "location"), None)
    if location is not None:
        return [f"answers {answered.status}, Location: {location}"], step.said_at
    kind = next((f" of {value}" for name, value in answered.fields if name.lower() == "content-type"), "")
    return [f"answers {answered.status} with {len(answered.body.encode())} bytes{kind}"], step.said_at


def _request_transform(passage: Passage, step: Any) -> Words:
    before, after, route, hidden = passage.fields_before, passage.fields_after, passage.route, passage.hidden
    at = ("transforms", "" if route is None else hidden.transform(route), "request")
    secret = hidden.names(*at, "set") | hidden.names(*at, "add")
    does = [f"removes {_written(f, frozenset())}" for f in before if f not in after]
    does += [f"sets {_written(f, secret)}" for f in after if f not in before]
    if passage.query_before != passage.query_after and route is not None:
        query = hidden.query(passage.query_after, route)
        does.append(f"the query becomes {query}" if query else "the query is gone")
    return [*(does or ["changes nothing of this request"]), _by(passage)], step.said_at


def _by(passage: Passage) -> str:
    """Where the edits of a transform stand; the step itself is where the route names it."""
    name = "" if passage.route is None else passage.hidden.transform(passage.route)
    return f"as transforms.{name} says, {place(passage.loaded, ('transforms', name))}"


def _forward(passage: Passage, step: ForwardPlan) -> Words:
    sent = passage.sent
    if sent is None:
        return [f"to service {step.service}"], step.said_at
    within = "" if sent.timeout is None else f", within {format_duration(sent.timeout)}"
    service = passage.plan.services[step.service]
    return [f"to service {sent.service}{within}", *policed(service, step.retry, passage.loaded)], step.said_at


def _limits(passage: Passage, step: LimitsPlan) -> Words:
    return _limits_in_words(passage, step.limits), step.said_at


def _limits_in_words(passage: Passage, names: tuple[str, ...]) -> list[str]:
    does = []
    for name in names:
        limit = passage.plan.policies.limits[name]
        at = place(passage.loaded, ("limits", name))
        does.append(f"{limit_words(limit)}, key {key_words(limit, passage)}, {at}")
    return does


def _identity_limits(passage: Passage, step: IdentityLimitsPlan) -> Words:
    own = own_limits(passage) if step.by_consumer else None
    if own is None:
        return _limits_in_words(passage, step.of(None)), step.said_at
    consumer = passage.identity.consumer
    at = place(passage.loaded, ("consumers", consumer, "limits"))
    said = f"consumer {consumer} has its own in place of {', '.join(step.by_consumer)}, {at}"
    return [said, *_limits_in_words(passage, step.of(own))], step.said_at


def _limit_fields(passage: Passage, step: LimitFieldsPlan) -> Words:
    return ["adds RateLimit-Policy and RateLimit"], step.said_at


def _sticky_cookie(passage: Passage, step: StickyFieldPlan) -> Words:
    name = step.cookie.cookie.decode("latin-1")
    return [f"sets the cookie {name} where the client does not send the one of its instance"], step.said_at


def _response_transform(passage: Passage, step: Any) -> Words:
    edits: FieldEdits = step.fields
    does = [f"renames {_name(old)} to {_name(new)}" for old, new in edits.rename]
    does += [f"removes {_name(name)}" for name in sorted(edits.remove)]
    does += [f"sets {_name(name)}" for name, _ in edits.set]
    does += [f"adds {_name(name)}" for name, _ in edits.add]
    missing = [header for header in SECURITY_HEADERS if header.key in step.missing]
    does += [f"adds {one.name}{' to what goes by TLS' if one.by_tls else ''} where it is missing" for one in missing]
    return [*does, _by(passage)], step.said_at


def _deprecated(passage: Passage, step: DeprecatedPlan) -> Words:
    return [f"adds {_name(name)}: {value.decode('latin-1')}" for name, value in step.fields], step.said_at


def _response_ids(passage: Passage, step: Any) -> Words:
    server = passage.plan.server
    via = f" and Via: 1.1 {server.via.decode()}" if server.via and passage.sent is not None else ""
    return [f"adds {server.request_id_header.decode()}{via}"], ("server", "request_id_header")


def _metrics(passage: Passage, step: Any) -> Words:
    if not passage.plan.metrics.enabled:
        return ["counted, but not shown: /metrics is off"], ("metrics", "enabled")
    return [f'counted as route="{passage.route.name if passage.route else ""}"'], ("metrics", "enabled")


def _access_log(passage: Passage, step: Any) -> Words:
    log = passage.plan.log
    if log.access == "off":
        return ["no line: it is off"], ("log", "access")
    share = "" if log.sample >= 1 else f" for a share of {log.sample:g} of good answers"
    return [f"one line to {log.access if log.access in ('stdout', 'stderr') else 'its file'}{share}"], ("log", "access")


STEP_WORDS: Final[Mapping[str, Callable[[Passage, Any], Words]]] = {
    "request_id": _request_id,
    "client_address": _client_address,
    "canonical_path": _canonical_path,
    "match": _match,
    "cors_preflight": _cors_preflight,
    "access": _access,
    "max_body_size": _max_body_size,
    "limits": _limits,
    "identity_limits": _identity_limits,
    "auth": _auth,
    "require": _require,
    "respond": _answers,
    "redirect": _answers,
    "request_transform": _request_transform,
    "forward": _forward,
    "response_transform": _response_transform,
    "cors": _cors,
    "deprecated": _deprecated,
    "sticky_cookie": _sticky_cookie,
    "limit_fields": _limit_fields,
    "response_ids": _response_ids,
    "metrics": _metrics,
    "access_log": _access_log,
}
"""By the name in ``plan.order.STEPS``; every step has one."""


def _written(field: Field, secret: frozenset[str]) -> str:
    line = field.line.decode("latin-1").rstrip("\r\n")
    return f"{line.partition(':')[0]}: {MASK}" if field.name.decode("latin-1") in secret else line


def _shown(head: RequestHead, name: bytes) -> str:
    return (combined(head.fields, name) or b"").decode("latin-1")


def _name(name: bytes) -> str:
    return name.decode("latin-1")
