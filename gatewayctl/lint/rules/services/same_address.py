"""Two instances of this service are the same server.

Finds instances of one service that are written differently and have the same address: localhost and 127.0.0.1, an IPv4
address written as IPv6, a name with and without its final dot, http and https at one port.

Why: The server gets twice its share, a retry goes to the server that has just failed, and where health checks take out
one of the two, the other goes on.

Example:

    [services.users]
    instances = [{ url = "http://localhost:9001" }, { url = "http://127.0.0.1:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "http://127.0.0.1:9001" }, { url = "http://127.0.0.1:9002" }]

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: remove or change one of them by hand.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.places import same_place
from gatewayctl.lint.subject import Subject

RULE = Rule("L205", "same-address-twice")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        first: dict[str, int] = {}
        for number, one in enumerate(service.instances or ()):
            before = first.setdefault(same_place(one.url), number)
            if before == number:
                continue
            yield Found(
                ("services", name, "instances", number, "url"),
                f'two instances of "{name}" are the same server',
                "the second time",
                "remove one of them; weight gives a server a larger share",
                related=((("services", name, "instances", before, "url"), "the first time"),),
            )
