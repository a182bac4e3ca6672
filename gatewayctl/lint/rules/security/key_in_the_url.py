"""API keys are part of the URL.

Finds API key schemes that read the key from the query.

Why: URLs are written to the logs of every proxy on the way, to browser histories and to `Referer` headers. A key there is known
to many.

Example:

    [auth.key]
    type  = "api_key"
    query = "api_key"

    [routes.home]
    path    = "/"
    auth    = "key"
    respond = { status = 200 }

Instead:

    [auth.key]
    type   = "api_key"
    header = "X-API-Key"

    [routes.home]
    path    = "/"
    auth    = "key"
    respond = { status = 200 }

Fix: None; clients have to change.
"""

from collections.abc import Iterator

from gatewayctl.config.models.auth import ApiKeyConfig
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.guards import schemes_in_use
from gatewayctl.lint.subject import Subject

RULE = Rule("L410", "key-in-the-url")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, scheme in schemes_in_use(subject):
        if isinstance(scheme, ApiKeyConfig) and scheme.query is not None:
            yield Found(
                ("auth", name, "query"),
                f'the keys of "{name}" stand in URLs, which are logged on the way',
                "seen by every proxy",
                'take the key from a header: header = "X-API-Key"',
                on_key=True,
            )
