"""Answers to authenticated requests are cached for everybody.

Finds routes with authentication and a cache whose key does not hold the consumer.

Why: The first user's answer is given to the second. RFC 9111 3.5 forbids it to shared caches for good reason.

Example:

    [services.users]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [caches.hot]
    ttl = "30s"

    [routes.me]
    path    = "/me"
    service = "users"
    auth    = "key"
    cache   = "hot"

Instead:

    [services.users]
    builtin = "echo"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [caches.hot]
    ttl  = "30s"
    vary = ["consumer"]

    [routes.me]
    path    = "/me"
    service = "users"
    auth    = "key"
    cache   = "hot"

Fix: None; the cache may be shared with public routes.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import scheme_name
from gatewayctl.lint.subject import Subject

RULE = Rule("L407", "cached-for-everybody", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in subject.enabled():
        cache = subject.config.defaults.cache if route.cache is None else route.cache
        if cache in (None, "none") or cache is None or scheme_name(subject, route) is None:
            continue
        vary = [str(part).lower() for part in subject.config.caches[cache].vary]
        if "consumer" not in vary and "header:authorization" not in vary:
            yield Found(
                ("routes", name, "cache") if route.cache is not None else ("defaults", "cache"),
                f'answers of "{name}" to one client are given to others',
                "not by consumer",
                f'add "consumer" to vary of [caches.{cache}], or use a cache of its own',
                related=((("caches", cache), "the cache"),),
            )
