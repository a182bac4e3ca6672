"""The request id takes the place of another header.

Finds a `server.request_id_header` that has a meaning of its own: traceparent, Authorization, Cookie, X-Forwarded-For
and their like.

Why: From clients that are not trusted the header is replaced by an id: the trace, the credentials or the address that
it was for are lost.

Example:

    [server]
    request_id_header = "traceparent"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [server]
    request_id_header = "X-Correlation-ID"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: Unsafe: the setting is removed, so that it is X-Request-ID.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove
from gatewayctl.lint.subject import Subject

TAKEN: Final = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "authorization",
        "baggage",
        "cache-control",
        "content-type",
        "cookie",
        "date",
        "etag",
        "forwarded",
        "from",
        "host",
        "if-match",
        "if-none-match",
        "location",
        "origin",
        "range",
        "referer",
        "server",
        "set-cookie",
        "traceparent",
        "tracestate",
        "user-agent",
        "vary",
        "via",
        "x-api-key",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-proto",
        "x-real-ip",
    }
)
"""Names of headers in lower case (RFC 9110, RFC 6265, RFC 7239, W3C Trace Context, and what proxies send)."""

RULE = Rule("L605", "request-id-in-a-taken-header", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    header = subject.config.server.request_id_header
    if header.lower() not in TAKEN:
        return
    at = ("server", "request_id_header")
    yield Found(
        at,
        f"the request id takes the place of {header}, which means something else",
        "what clients send is lost",
        'take "X-Request-ID", the default',
        fix=Fix("take X-Request-ID", (Remove(at),), safe=False),
    )
