"""Idle connections are kept longer than servers keep them.

Finds services whose `keepalive.idle` is above 60 s.

Why: A server closes idle connections after a time of its own: 5 s in most Node.js and Python servers, 60 s in Tomcat
and many load balancers, 75 s in nginx. A request that is sent on a connection in that moment is lost, and only a safe
method may be sent again.

Example:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    keepalive = { idle = "2m" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    keepalive = { idle = "30s" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: Unsafe: `idle` becomes 4s, the default. More connections are opened.
"""

from collections.abc import Iterator
from typing import Final

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Replace
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

LONGEST: Final = 60.0
"""Seconds."""

RULE = Rule("L207", "keepalive-too-long")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        idle = service.keepalive.idle
        if idle <= LONGEST:
            continue
        at = ("services", name, "keepalive", "idle")
        yield Found(
            at,
            f'idle connections to "{name}" are kept for {format_duration(idle)}: most servers close them before',
            "requests are lost",
            "stay below what the server keeps: 4s fits nearly all",
            fix=Fix("keep idle connections for 4s", (Replace(at, '"4s"'),), safe=False),
        )
