"""How a difference of one setting is judged: a table for each kind of table of the configuration.

A rule gives the code of the change: one for less and one for more where values have an order (``ordered``), one for
what is taken away and one for what is added where they are sets (``members``), one for whatever change (``any_change``).
A setting that a table does not name is judged by ``OTHER``: it is compared, and counts as breaking.
"""

from collections.abc import Callable
from typing import Any, Final, NamedTuple

from gatewayctl.core.units import parse_duration, parse_size


class Rule(NamedTuple):
    """``less``: the code where the value falls, or members go; ``more``: where it rises, or members come. ``order``
    gives the number that is compared; None: ``members`` or any change. No codes: the setting says nothing of requests."""

    less: str = ""
    more: str = ""
    order: Callable[[Any], float] | None = None
    members: bool = False


def _duration(value: Any) -> float:
    return float("inf") if value in (None, "none") else parse_duration(value)


def _size(value: Any) -> float:
    return float("inf") if value in (None, "unlimited", "none") else float(parse_size(value))


def _number(value: Any) -> float:
    return float("inf") if value is None else float(value)


def any_change(code: str) -> Rule:
    """Whatever changes is this."""
    return Rule(code, code)


def ordered(less: str, more: str, order: Callable[[Any], float] = _number) -> Rule:
    """A value that can fall or rise."""
    return Rule(less, more, order)


def members(gone: str, come: str) -> Rule:
    """A list whose order says nothing."""
    return Rule(gone, come, members=True)


SILENT: Final = Rule()
OTHER: Final = any_change("D109")
_TIMEOUT: Final = ordered("D410", "D411", _duration)
_BOUND: Final = ordered("D412", "D413", _size)
_COUNT_BOUND: Final = ordered("D412", "D413")
_WORDS: Final[dict[bool, float]] = {False: 0.0, True: 1.0}
_SWITCH_ON_WEAKENS: Final = ordered("D304", "D303", lambda value: _WORDS[bool(value)])


def _place_in(*words: str) -> Callable[[Any], float]:
    return lambda value: float(words.index(value)) if value in words else 0.0


ROUTE_MATCH: Final = ("path", "path_regex", "methods", "hosts", "headers", "query", "priority", "enabled")
"""The settings that decide which requests a route takes: they are compared by what they match, in moves.py."""

FOR_PEOPLE: Final = ("description", "tags")
"""The settings of a route that say nothing of requests."""

ROUTE: Final[dict[str, Rule]] = {
    **dict.fromkeys(ROUTE_MATCH, SILENT),
    **dict.fromkeys(FOR_PEOPLE, SILENT),
    **dict.fromkeys(("service", "split", "split_key", "respond", "redirect", "aggregate"), SILENT),  # see compare.py
    **dict.fromkeys(("auth", "limits", "retry", "access", "cache", "cors", "transform", "require"), SILENT),
    "strip_prefix": any_change("D202"),
    "rewrite": any_change("D202"),
    "timeout": _TIMEOUT,
    "max_body_size": _BOUND,
    "upgrades": members("D214", "D215"),
    "compress": any_change("D507"),
    "mirror": any_change("D216"),
    "fault": any_change("D217"),
    "deprecated": any_change("D506"),
}
SERVICE: Final[dict[str, Rule]] = {
    **dict.fromkeys(("description", "tags", "instances", "tls", "breaker"), SILENT),  # the last three: see services.py
    **dict.fromkeys(("load_balancer", "hash_key", "sticky"), any_change("D208")),
    **dict.fromkeys(("discovery", "builtin_instances"), any_change("D206")),
    "builtin": any_change("D201"),
    "host_header": any_change("D209"),
    **dict.fromkeys(("connect_timeout", "first_byte_timeout", "idle_timeout", "tunnel_idle_timeout"), _TIMEOUT),
    "max_in_flight": ordered("D420", "D421"),
    "keepalive": any_change("D419"),
    "health": any_change("D418"),
    "outlier": any_change("D418"),
}
JWT: Final[dict[str, Rule]] = {
    "type": SILENT,
    "algorithms": members("D304", "D303"),
    **dict.fromkeys(
        ("jwks_url", "discovery_url", "jwks_file", "public_key_file", "issuer", "secret"), any_change("D305")
    ),
    "audience": members("D304", "D303"),
    "leeway": ordered("D304", "D303", _duration),
    "token_types": any_change("D305"),
    "token_from": any_change("D305"),
    "required_claims": members("D303", "D304"),
    "scopes_claim": any_change("D305"),
    "consumer_claim": any_change("D305"),
    "forward_claims": any_change("D314"),
    "forward_credentials": any_change("D314"),
    "realm": SILENT,
    "optional": _SWITCH_ON_WEAKENS,
}
AUTH: Final[dict[str, dict[str, Rule]]] = {
    "jwt": JWT,
    "api_key": {
        "type": SILENT,
        "header": any_change("D305"),
        "query": any_change("D305"),
        "realm": SILENT,
        "forward_credentials": any_change("D314"),
        "optional": _SWITCH_ON_WEAKENS,
    },
    "basic": {
        "type": SILENT,
        "users_file": any_change("D305"),
        "realm": SILENT,
        "forward_credentials": any_change("D314"),
        "optional": _SWITCH_ON_WEAKENS,
    },
    "forward": {
        "type": SILENT,
        "url": any_change("D305"),
        "timeout": _TIMEOUT,
        "send_headers": any_change("D305"),
        "copy_headers": any_change("D314"),
    },
    "mtls": {"type": SILENT, "identity": any_change("D305")},
    "any": {"type": SILENT, "of": SILENT},
}
REQUIRE: Final[dict[str, Rule]] = {
    "scopes": members("D306", "D307"),
    "claims": SILENT,
    "consumers": SILENT,
    "tags": SILENT,
}
CORS: Final[dict[str, Rule]] = {
    **dict.fromkeys(("origins", "methods", "headers", "expose"), members("D313", "D312")),
    "credentials": ordered("D313", "D312", lambda value: _WORDS[bool(value)]),
    "max_age": SILENT,
}
RETRY: Final[dict[str, Rule]] = {
    "attempts": ordered("D414", "D415"),
    "on": members("D414", "D415"),
    "methods": members("D414", "D415"),
    "attempt_timeout": _TIMEOUT,
    "max_body": ordered("D414", "D415", _size),
    **dict.fromkeys(("backoff", "budget", "min_budget"), any_change("D415")),
}
BREAKER: Final[dict[str, Rule]] = {
    **dict.fromkeys(
        (
            *("failure_threshold", "failure_rate", "min_requests", "window", "recovery_timeout"),
            *("half_open_requests", "failure_statuses", "slow_call", "scope"),
        ),
        any_change("D416"),
    ),
    "fallback": any_change("D203"),
}
UPSTREAM_TLS: Final[dict[str, Rule]] = {
    "verify": ordered("D210", "D211", lambda value: _WORDS[bool(value)]),
    **dict.fromkeys(("ca", "cert", "key", "server_name"), any_change("D212")),
}
LIMIT: Final[dict[str, Rule]] = {
    **dict.fromkeys(("limit", "window", "burst", "cost"), SILENT),  # see limits.py
    **dict.fromkeys(("algorithm", "key", "store", "max_keys"), any_change("D405")),
    "mode": SILENT,
    "on_store_error": any_change("D405"),
    "headers": any_change("D406"),
}
SERVER: Final[dict[str, Rule]] = {
    **dict.fromkeys(("max_body_size", "health_path", "trusted_proxies", "tls"), SILENT),  # looked at elsewhere
    **dict.fromkeys(("listen", "proxy_protocol"), any_change("D601")),
    **dict.fromkeys(("workers", "nameservers", "shutdown_delay", "shutdown_grace"), any_change("D602")),
    "client_ip_header": any_change("D315"),
    **dict.fromkeys(("forwarded_headers", "request_id_header", "via"), any_change("D502")),
    "allow_underscore_headers": members("D501", "D503"),
    **dict.fromkeys(("encoded_slashes", "merge_slashes"), any_change("D107")),
    "max_header_size": _BOUND,
    "max_headers": _COUNT_BOUND,
    "header_timeout": _TIMEOUT,
    "body_timeout": _TIMEOUT,
    "min_body_rate": ordered("D411", "D410", _size),
    "keepalive_timeout": any_change("D602"),
    "max_connections": ordered("D420", "D421"),
}
SERVER_TLS: Final[dict[str, Rule]] = {
    "min_version": ordered("D319", "D320", _place_in("1.2", "1.3")),
    "client_auth": ordered("D319", "D320", _place_in("none", "request", "require")),
    "client_ca": any_change("D319"),
    "redirect_http": ordered("D319", "D320", lambda value: _WORDS[bool(value)]),
    "certificates": any_change("D320"),
}
