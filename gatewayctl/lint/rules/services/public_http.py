"""Requests go over the Internet without encryption.

Finds instances with an http URL and an IP address that is reachable from everywhere. Names are not looked up, so they
are never found.

Why: Whoever is on the way reads and changes requests and answers, with all credentials in them.

Example:

    [services.users]
    instances = [{ url = "http://8.8.8.8:80" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "https://8.8.8.8:443" }]
    tls       = { server_name = "users.example.com" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: the instance has to speak TLS first.
"""

from collections.abc import Iterator

from gatewayctl.config.kinds.net import ip_literal
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L210", "http-to-a-public-address")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        for number, one in enumerate(service.instances or ()):
            address = ip_literal(one.url.host)
            if one.url.scheme == "http" and address is not None and address.is_global:
                yield Found(
                    ("services", name, "instances", number, "url"),
                    f'requests to "{one.name}" of "{name}" cross the Internet without encryption',
                    "http to a public address",
                    "speak https to it, or reach it by a private address",
                )
