"""A credential is set as a header in clear.

Finds literal values of `authorization`, `proxy-authorization`, `cookie` and of headers named after keys, tokens and
passwords, in transforms, health checks and the conditions of routes.

Why: It is a secret like any other, but the language cannot know that: it is shown by dump, diff and explain, and stays
in the history of the repository.

Example:

    [services.users]
    builtin = "echo"

    [transforms.upstream]
    request = { set = { authorization = "Bearer abc123" } }

    [routes.users]
    path      = "/users"
    service   = "users"
    transform = "upstream"

Instead:

    [services.users]
    builtin = "echo"

    [transforms.upstream]
    request = { set = { authorization = "Bearer ${secret:UPSTREAM_TOKEN:-none}" } }

    [routes.users]
    path      = "/users"
    service   = "users"
    transform = "upstream"

Fix: None; the secret has to be replaced, since it is known now.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L404", "credential-in-clear", Severity.ERROR)

_NAMES: Final = re.compile(r"(proxy-)?authorization|cookie|.*(api-?key|token|secret|password|signature).*")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for at, headers in _places(subject):
        for name, value in headers.items():
            path = (*at, name)
            literal = subject.literal(path) or ""
            if not _NAMES.fullmatch(name.lower()) or not value or value == "*" or value.startswith("~"):
                continue
            if "${" in literal or "{" in value or subject.secret(path):
                continue
            yield Found(
                path,
                f"the header {name} holds a credential in clear",
                "known to everybody who reads the file",
                "take the value from ${secret:NAME} or ${file:PATH}, and replace it, since it is known now",
                on_key=True,
            )


def _places(subject: Subject) -> Iterator[tuple[KeyPath, Mapping[str, str]]]:
    config = subject.config
    for name, transform in sorted(config.transforms.items()):
        yield ("transforms", name, "request", "set"), transform.request.set
        yield ("transforms", name, "request", "add"), transform.request.add
    for name, service in sorted(config.services.items()):
        if service.health is not None:
            yield ("services", name, "health", "headers"), service.health.headers
    for name, route in subject.enabled():
        yield ("routes", name, "headers"), route.headers
