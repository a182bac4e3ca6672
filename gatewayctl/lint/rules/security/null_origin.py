"""CORS trusts an origin that anybody can have.

Finds CORS policies that name the origin `null`, or an origin with plain `http` beyond this machine together with
credentials.

Why: Every sandboxed frame and every local file has the origin `null`, an attacker's too. A page over plain http can be
replaced on the way, and then acts with the user's cookies.

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
            plain = cors.credentials and origin.startswith("http://") and not inner(urlsplit(origin).hostname or "")
            if origin == "null" or plain:
                yield Found(
                    ("cors", name, "origins", number),
                    f'"{name}" trusts an origin that anybody can have',
                    "every sandboxed frame" if origin == "null" else "can be replaced on the way",
                    "name the https origin of the application",
                )
