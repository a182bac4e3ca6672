"""This limit counts by a header that anybody can write.

Finds limits whose key is a header in which proxies say who the client is: X-Forwarded-For, Forwarded, X-Real-IP and
their like.

Why: A client that sends another value with each request is never refused, and with the address of somebody else it uses
up what is theirs. `client_ip` is taken from that header too, but only where one of `server.trusted_proxies` has sent
it, and only the part that they wrote.

Example:

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"
    key       = "header:X-Forwarded-For"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Instead:

    [server]
    trusted_proxies = ["10.0.0.0/8"]

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"
    key       = "client_ip"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Fix: Unsafe: the part becomes `client_ip`. Without `server.trusted_proxies`, all clients behind a proxy then count as
one.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Remove, Replace
from gatewayctl.lint.subject import Subject

FORGED: Final = frozenset(
    {
        "forwarded",
        "x-forwarded-for",
        "x-real-ip",
        "x-client-ip",
        "x-cluster-client-ip",
        "true-client-ip",
        "cf-connecting-ip",
        "fastly-client-ip",
    }
)

RULE = Rule("L305", "limit-key-anybody-writes", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, limit in sorted(subject.config.limits.items()):
        several = isinstance(subject.text("limits", name, "key"), list)
        for number, part in enumerate(limit.key):
            kind, _, header = part.partition(":")
            if kind != "header" or header.lower() not in FORGED:
                continue
            at: KeyPath = ("limits", name, "key", number) if several else ("limits", name, "key")
            edit = Remove(at) if "client_ip" in limit.key else Replace(at, '"client_ip"')
            yield Found(
                at,
                f'"{name}" counts by {header}, in which every client writes what it likes',
                "not to be believed",
                'take "client_ip", and name the proxies in front in server.trusted_proxies',
                fix=Fix(f'count "{name}" by client_ip', (edit,), safe=False),
            )
