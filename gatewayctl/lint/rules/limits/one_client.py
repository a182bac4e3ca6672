"""Behind a unix socket all clients count as one.

Finds limits by `client_ip` where the gateway listens on unix sockets only and believes nobody who the client is.

Why: A unix socket has no addresses: without "unix" in `server.trusted_proxies` all requests come from the same client,
and one busy client uses up the limit of all.

Example:

    [server]
    listen = "unix:run/gateway.sock"

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Instead:

    [server]
    listen          = "unix:run/gateway.sock"
    trusted_proxies = ["unix"]

    [limits.per-client]
    algorithm = "sliding_window"
    limit     = 100
    window    = "1m"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Fix: None: only you know whether what is in front says who the client is.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import limited_by
from gatewayctl.lint.subject import Subject

RULE = Rule("L306", "all-clients-are-one", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    server = subject.config.server
    if not all(address.path for address in server.listen) or any(
        str(peer) == "unix" for peer in server.trusted_proxies
    ):
        return
    for name in sorted(limited_by(subject)):
        if subject.config.limits[name].key == ("client_ip",):
            yield Found(
                ("limits", name, "key") if subject.written("limits", name, "key") else ("limits", name),
                f'"{name}" counts by client_ip, and behind a unix socket all clients have the same',
                "one count for all",
                'add "unix" to server.trusted_proxies, if what is in front says who the client is',
                on_key=True,
                related=((("server", "listen"), "no client has an address here"),),
            )
