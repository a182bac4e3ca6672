"""Everything that can go wrong with a request, in one table: whose fault it is, what the client is told, whether to retry.

A reason is one word that means the same in the access log, in metrics, in ``Proxy-Status`` (RFC 9209) and in the problem
body (RFC 9457). Code raises or returns a ``Failure``; nobody else decides a status.
"""

from enum import Enum
from typing import Final

from gatewayctl.core.fields import Field
from gatewayctl.core.frozen import frozen


class Fault(Enum):
    """Who has to do something about it."""

    CLIENT = "client"
    UPSTREAM = "upstream"
    GATEWAY = "gateway"


@frozen
class FailureKind:
    """One reason. ``proxy_error`` is the RFC 9209 2.3 error type; ``closes`` means the client's connection cannot go on."""

    reason: str
    status: int
    fault: Fault
    title: str
    proxy_error: str
    closes: bool = False
    problem_type: str = "about:blank"
    """RFC 9457 3.1.1."""


def _table(*kinds: FailureKind) -> dict[str, FailureKind]:
    return {kind.reason: kind for kind in kinds}


_C, _U, _G = Fault.CLIENT, Fault.UPSTREAM, Fault.GATEWAY

FAILURES: Final[dict[str, FailureKind]] = _table(
    FailureKind("bad_request", 400, _C, "The request is malformed", "http_request_error", closes=True),
    FailureKind("bad_path", 400, _C, "The path is malformed", "http_request_error"),
    FailureKind("ambiguous_path", 400, _C, "The path can be read in two ways", "http_request_denied"),
    FailureKind("unauthorized", 401, _C, "Who asks is not known", "http_request_denied"),
    FailureKind("forbidden", 403, _C, "This client may not do that", "http_request_denied"),
    FailureKind("no_route", 404, _C, "Nothing is served here", "destination_not_found"),
    FailureKind("method_not_allowed", 405, _C, "The method is not allowed here", "http_request_denied"),
    FailureKind("request_timeout", 408, _C, "The request took too long to arrive", "http_request_error", closes=True),
    FailureKind("body_too_large", 413, _C, "The body is too large", "http_request_denied"),
    FailureKind("uri_too_long", 414, _C, "The request line is too long", "http_request_error", closes=True),
    FailureKind("expectation_failed", 417, _C, "The expectation is not supported", "http_request_error"),
    FailureKind(
        "rate_limited",
        429,
        _C,
        "Too many requests",
        "http_request_denied",
        problem_type="https://iana.org/assignments/http-problem-types#quota-exceeded",
    ),
    FailureKind("headers_too_large", 431, _C, "The header section is too large", "http_request_error", closes=True),
    FailureKind("client_closed", 499, _C, "The client left", "connection_terminated", closes=True),
    FailureKind("internal_error", 500, _G, "The gateway failed", "proxy_internal_error", closes=True),
    FailureKind("connect_failed", 502, _U, "The service cannot be reached", "connection_refused"),
    FailureKind("tls_certificate", 502, _U, "The service's certificate is not accepted", "tls_certificate_error"),
    FailureKind("tls_failed", 502, _U, "No TLS connection to the service", "tls_protocol_error"),
    FailureKind("upstream_reset", 502, _U, "The service broke the connection", "connection_terminated"),
    FailureKind("bad_response", 502, _U, "The service answered something that is not HTTP", "http_protocol_error"),
    FailureKind("upgrade_failed", 502, _U, "The service switched protocols unasked", "http_upgrade_failed"),
    FailureKind("dns_failed", 503, _U, "The service's name cannot be resolved", "dns_error"),
    FailureKind("breaker_open", 503, _U, "The service is given time to recover", "destination_unavailable"),
    FailureKind("store_unavailable", 503, _G, "Whether this request is allowed cannot be told", "proxy_internal_error"),
    FailureKind("no_healthy_instance", 503, _U, "No instance of the service is available", "destination_unavailable"),
    FailureKind("shutting_down", 503, _G, "The gateway is shutting down", "proxy_internal_response", closes=True),
    FailureKind("not_started", 503, _G, "The gateway has not started", "proxy_configuration_error"),
    FailureKind("auth_unavailable", 503, _U, "Who asks cannot be found out now", "destination_unavailable"),
    FailureKind("connect_timeout", 504, _U, "The service could not be reached in time", "connection_timeout"),
    FailureKind("upstream_timeout", 504, _U, "The service did not answer in time", "http_response_timeout"),
)


@frozen
class Failure:
    """One occurrence: its kind and what exactly happened, in words that may be shown to the client (no addresses).

    ``fields`` come along in the answer: what a client needs to do better (WWW-Authenticate, Retry-After).
    """

    kind: FailureKind
    detail: str
    fields: tuple[Field, ...] = ()
    members: tuple[tuple[str, object], ...] = ()
    """Further members of the problem (RFC 9457 3.2), JSON-able."""


def failure(reason: str, detail: str, fields: tuple[Field, ...] = ()) -> Failure:
    """A failure by its reason, which must be in the table (KeyError otherwise)."""
    return Failure(FAILURES[reason], detail, fields)
