"""The admin listener is on every address.

Finds `admin.listen` on `0.0.0.0`, `::` or a public address.

Why: Health and metrics, with the names of all routes and services, are open to everybody who reaches the host, and the
token that guards the rest goes over the wire without TLS.

Example:

    [admin]
    listen = "0.0.0.0:9080"
    token  = "${secret:ADMIN_TOKEN:-of-thirty-two-characters-or-more}"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [admin]
    listen = "10.0.0.5:9080"
    token  = "${secret:ADMIN_TOKEN:-of-thirty-two-characters-or-more}"

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None; which address operators come from is for you to say.
"""

from collections.abc import Iterator

from gatewayctl.lint.addresses import open_to_the_world
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L405", "admin-in-the-open")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    listen = subject.config.admin.listen
    if listen is not None and not listen.path and open_to_the_world(listen.host):
        yield Found(
            ("admin", "listen"),
            "the admin listener is on an address that everybody may reach, without TLS",
            "not only for operators",
            'name an inner address, or a socket: listen = "unix:run/admin.sock"',
        )
