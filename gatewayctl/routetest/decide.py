"""What becomes of a request before any step of a route is asked: the decision of journey steps 4 and 5, as data.

Pure: the same table, the same canonical path, the same words for what is refused as on the live path.
"""

from typing import Final, NamedTuple

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.messages import RequestHead
from gatewayctl.core.preflight import asked_method
from gatewayctl.plan.identity import PreflightPlan
from gatewayctl.plan.model import Plan
from gatewayctl.plan.table import routing_options
from gatewayctl.routing import Match, Miss, PathError, Table, canonical_path

SERVER_OPTIONS: Final = b"*"


class Decision(NamedTuple):
    """One of: a ``match``; an ``own`` answer of the gateway ("health", "options", "preflight", "closed_preflight"); a
    ``refusal`` with its ``allow``.

    ``path`` is the canonical path, or the path as it came where it has no canonical form.
    """

    path: bytes
    match: Match | None = None
    own: str = ""
    refusal: Failure | None = None
    allow: tuple[bytes, ...] = ()


def decide(head: RequestHead, table: Table, plan: Plan) -> Decision:
    """The decision about a request that has a head."""
    server = plan.server
    options = routing_options(server)
    try:
        path = canonical_path(head.path, encoded_slashes=options.encoded_slashes, merge_slashes=options.merge_slashes)
    except PathError as error:
        if head.path == SERVER_OPTIONS and head.method == b"OPTIONS":
            return Decision(head.path, own="options")
        if head.method == b"CONNECT":
            detail = "this gateway is not a tunnel: CONNECT is refused"
            return Decision(head.path, refusal=failure("method_not_allowed", detail))
        return Decision(head.path, refusal=failure("bad_path", str(error)))
    if path == server.health_path:
        return Decision(path, own="health")
    query = head.query or b""
    match = table.match(head.method, head.host, path, query, head.fields)
    preflight = _preflight(head, table, plan, path, match)
    if preflight is not None:
        return preflight
    if isinstance(match, Miss):
        if match.allow:
            detail = f"{head.method.decode('latin-1')[:32]} is not among the methods of this path"
            return Decision(path, refusal=failure("method_not_allowed", detail), allow=match.allow)
        return Decision(path, refusal=failure("no_route", "no route takes this host and path"))
    if table.ambiguous(head.method, head.host, path, query, head.fields, match):
        detail = "a server behind could read another route from this path"
        return Decision(path, refusal=failure("ambiguous_path", detail))
    return Decision(path, match=match)


def _preflight(head: RequestHead, table: Table, plan: Plan, path: bytes, match: Match | Miss) -> Decision | None:
    """For a CORS preflight that is answered: the route that would take the request it asks for, or the default policy."""
    method = asked_method(head)
    if method is None:
        return None
    asked = table.match_preflight(method, head.host, path, head.query or b"")
    if isinstance(asked, Match):
        if _answers(plan, asked):
            return Decision(path, match=asked)
        return Decision(path, own="closed_preflight") if isinstance(match, Match) and _answers(plan, match) else None
    if plan.identity.default_cors is not None and isinstance(match, Miss):
        return Decision(path, own="preflight")
    return None


def _answers(plan: Plan, match: Match) -> bool:
    return any(isinstance(step, PreflightPlan) for step in plan.routes[match.route].steps)
