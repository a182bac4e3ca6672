"""The fallback of this service is the service itself.

Finds breakers whose fallback is the service that they stand before, or one with the same servers only.

Why: When the breaker opens, requests go on to the servers that it has opened for: the fallback fails as well, and they
get no rest.

Example:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [services.users-static]
    instances = [{ url = "http://10.0.0.11:9001" }]

    [breakers.standard]
    fallback = { service = "users-static" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }]
    breaker   = "standard"

    [services.users-static]
    instances = [{ url = "http://10.0.0.12:9001" }]

    [breakers.standard]
    fallback = { service = "users-static" }

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import breaker_of
from gatewayctl.lint.places import servers
from gatewayctl.lint.subject import Subject

RULE = Rule("L206", "fallback-to-itself")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    services = subject.config.services
    for name, service in sorted(services.items()):
        found = breaker_of(subject, service)
        if found is None or found[1].fallback is None or found[1].fallback.service is None:
            continue
        breaker, fallback = found[0], found[1].fallback.service
        theirs = servers(services[fallback])
        if fallback != name and not (theirs and theirs <= servers(service)):
            continue
        where = "the service itself" if fallback == name else f'"{fallback}", which has the same servers'
        yield Found(
            ("breakers", breaker, "fallback", "service"),
            f'the fallback of "{name}" is {where}',
            "fails when it fails",
            "name a service with other servers, or answer with status and body",
            related=((("services", name), "the service it stands for"),),
        )
