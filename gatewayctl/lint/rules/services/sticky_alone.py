"""A balancer is chosen for a single instance.

Finds services with one written instance by its IP address that have sticky sessions, or the hash balancer.

Why: There is nothing to stay on: the one instance gets all. Clients get a cookie for nothing, and who reads the file
believes in more instances.

Example:

    [services.shop]
    instances = [{ url = "http://10.0.0.11:9001" }]
    sticky    = { cookie = "gw" }

    [routes.shop]
    path    = "/shop/*"
    service = "shop"

Instead:

    [services.shop]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]
    sticky    = { cookie = "gw" }

    [routes.shop]
    path    = "/shop/*"
    service = "shop"

Fix: None: an instance may be missing.
"""

from collections.abc import Iterator

from gatewayctl.config.kinds.net import ip_literal
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L215", "balancing-one-instance")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        instances = service.instances or ()
        if len(instances) != 1 or ip_literal(instances[0].url.host) is None:
            continue  # a name may stand for several addresses
        if service.sticky is not None or service.load_balancer == "hash":
            key = "load_balancer" if service.sticky is None else "sticky"
            yield Found(
                ("services", name, key),
                f'"{name}" has one instance: {key} has no effect',
                "nothing to choose from",
                f"add the other instances, or remove {key}",
                on_key=True,
            )
