"""Credentials come in without TLS.

Finds authentication by token, key or password where a plain HTTP listener is on an address that everybody may reach, no
proxy in front is trusted, and plain requests are not redirected to https.

Why: Whoever is on the way reads the credential and uses it. It is sent with every request.

Example:

    [server]
    listen = "0.0.0.0:8080"

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.home]
    path    = "/"
    auth    = "key"
    respond = { status = 200 }

Instead:

    [server]
    listen          = "0.0.0.0:8080"
    trusted_proxies = ["10.0.0.0/24"]

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.home]
    path    = "/"
    auth    = "key"
    respond = { status = 200 }

Fix: None; TLS here or in a proxy before the gateway are both right.
"""

from collections.abc import Iterator

from gatewayctl.lint.addresses import open_to_the_world
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import schemes_in_use
from gatewayctl.lint.subject import Subject

RULE = Rule("L409", "credentials-without-tls")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    server = subject.config.server
    if server.trusted_proxies or (server.tls is not None and server.tls.redirect_http):
        return
    scheme = next(
        (name for name, scheme in schemes_in_use(subject) if scheme.type in ("jwt", "api_key", "basic")), None
    )
    for number, listen in enumerate(server.listen):
        if scheme is None or listen.path or listen.tls or not open_to_the_world(listen.host):
            continue
        listed = isinstance(subject.text("server", "listen"), list)
        yield Found(
            ("server", "listen", number) if listed else ("server", "listen"),
            f'credentials of "{scheme}" are sent to this listener in clear',
            "no TLS, and no proxy in front is trusted",
            "listen on https with [server.tls], or name the proxy that ends TLS in trusted_proxies",
            related=((("auth", scheme, "type"), "these credentials"),),
        )
