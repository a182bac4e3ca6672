"""CORS trusts an origin that anybody can have.

Finds CORS policies that name the origin `null`; together with credentials also an origin with plain `http` beyond this
machine, and a wildcard before a top-level domain.

Why: Every sandboxed frame and every local file has the origin `null`, an attacker's too. A page over plain http can be
replaced on the way, and then acts with the user's cookies. Names below `https://*.com` are to be had for a few coins.

Example:

    [cors.web]
    origins     = ["null"]
    credentials = true

    [routes.home]
    path    = "/"
    cors    = "web"
    respond = { status = 200 }

Instead:

    [cors.web]
    origins     = ["https://app.example.com"]
    credentials = true

    [routes.home]
    path    = "/"
    cors    = "web"
    respond = { status = 200 }

Fix: None; the origin of your application is for you to say.
"""

from collections.abc import Iterator
from urllib.parse import urlsplit

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.addresses import inner
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L413", "weak-origin", Severity.ERROR)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, cors in sorted(subject.config.cors.items()):
        for number, origin in enumerate(cors.origins):
            why = _why(origin, cors.credentials)
            if why:
                yield Found(
                    ("cors", name, "origins", number),
                    f'"{name}" trusts an origin that anybody can have',
                    why,
                    "name the https origin of the application",
                )


def _why(origin: str, credentials: bool) -> str:
    """Who else can have it; empty where nobody can."""
    if origin == "null":
        return "every sandboxed frame"
    if credentials and origin.startswith("http://") and not inner(urlsplit(origin).hostname or ""):
        return "can be replaced on the way"
    return "anybody can register a name there" if credentials and _below_the_top(origin) else ""


def _below_the_top(origin: str) -> bool:
    """Whether it is a wildcard before one label that is a public domain."""
    _, wildcard, domain = origin.partition("://*.")
    domain = domain.partition(":")[0].rstrip(".")
    return bool(wildcard) and "." not in domain and not inner(f"any.{domain}")
