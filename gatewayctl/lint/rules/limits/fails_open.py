"""A limit that guards a login is off while its store is away.

Finds limits in a store, without `on_store_error`, on routes where passwords or codes are guessed: those with an auth
scheme of type basic, and those whose path says so (login, token, password and the like).

Why: By default all requests pass while the store cannot be reached. Whoever can bring it down, or waits for an outage,
may then guess without end.

Example:

    [stores.shared]
    url = "redis://127.0.0.1:6379/0"

    [limits.logins]
    algorithm = "sliding_window"
    limit     = 5
    window    = "1m"
    store     = "shared"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.login]
    path    = "/login"
    service = "users"
    limits  = ["logins"]

Instead:

    [stores.shared]
    url = "redis://127.0.0.1:6379/0"

    [limits.logins]
    algorithm      = "sliding_window"
    limit          = 5
    window         = "1m"
    store          = "shared"
    on_store_error = "local"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.login]
    path    = "/login"
    service = "users"
    limits  = ["logins"]

Fix: Unsafe: `on_store_error` becomes local, so that each host counts for itself meanwhile.
"""

import re
from collections.abc import Iterator
from typing import Final

from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Add
from gatewayctl.lint.effective import limits_of
from gatewayctl.lint.subject import Subject

_WORDS: Final = re.compile(r"\b(login|log-in|signin|sign-in|token|password|otp|2fa|mfa|pin)\b", re.IGNORECASE)

RULE = Rule("L321", "guard-fails-open")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    guarding: dict[str, str] = {}
    for name, route in subject.enabled():
        if _guessed(subject, route):
            for limit in limits_of(subject, route):
                guarding.setdefault(limit, name)
    for name, route_name in sorted(guarding.items()):
        limit_config = subject.config.limits[name]
        at = ("limits", name)
        if limit_config.store == "memory" or subject.written(*at, "on_store_error"):
            continue
        fix = Fix("count on each host while the store is away", (Add(at, "on_store_error", '"local"'),), safe=False)
        yield Found(
            (*at, "store"),
            f'while its store is away, "{name}" lets all through, and "{route_name}" may be guessed at without end',
            "off without it",
            'write on_store_error = "local" or "deny"; "allow" says that it is meant',
            fix=fix,
        )


def _guessed(subject: Subject, route: RouteConfig) -> bool:
    """Whether passwords or codes are tried out there."""
    auth = subject.config.defaults.auth if route.auth is None else route.auth
    scheme = None if auth is None else subject.config.auth.get(auth)
    return (scheme is not None and scheme.type == "basic") or bool(_WORDS.search(route.path or route.path_regex or ""))
