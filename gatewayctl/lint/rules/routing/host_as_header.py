"""A host is asked for as a header.

Finds routes with a condition on the header `host` or `:authority`.

Why: Hosts are compared without port and case and count before the path; a header condition counts after path and method, and
compares every byte, `example.com:8080` too. The route loses to wider ones, and fails behind another port.

Example:

    [routes.shop]
    path    = "/*"
    headers = { host = "shop.example.com" }
    respond = { status = 200 }

Instead:

    [routes.shop]
    path    = "/*"
    hosts   = ["shop.example.com"]
    respond = { status = 200 }

Fix: None; the order of the routes changes with it.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L113", "host-as-header")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, route in subject.enabled():
        for header in route.headers:
            if header.lower() == "host":
                yield Found(
                    ("routes", name, "headers", header),
                    f'"{name}" compares the host as a header, port and case included',
                    "after path and method",
                    "write it as hosts",
                    on_key=True,
                )
