"""The access log holds the keys of clients.

Finds `log.query = "full"` where an auth scheme takes its key from the query.

Why: Each line then has a key that works. Logs are read by many, sent elsewhere and kept for long.

Example:

    [log]
    query = "full"

    [auth.partners]
    type  = "api_key"
    query = "api_key"

    [consumers.acme]
    api_keys = ["sha256:205259caa0ad51360e8ff10e341564f091d91f98ee09267ffd2d01a819622f3b"]

    [routes.home]
    path    = "/"
    auth    = "partners"
    respond = { status = 200 }

Instead:

    [log]
    query = "keys"

    [auth.partners]
    type  = "api_key"
    query = "api_key"

    [consumers.acme]
    api_keys = ["sha256:205259caa0ad51360e8ff10e341564f091d91f98ee09267ffd2d01a819622f3b"]

    [routes.home]
    path    = "/"
    auth    = "partners"
    respond = { status = 200 }

Fix: Safe: `query` becomes keys. Requests are handled as before; the log has names without values.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Fix, Found, Rule
from gatewayctl.lint.edits import Replace
from gatewayctl.lint.subject import Subject

RULE = Rule("L607", "keys-in-the-log")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    if subject.config.log.query != "full" or subject.config.log.access == "off":
        return
    for name, scheme in sorted(subject.config.auth.items()):
        if scheme.type != "api_key" or scheme.query is None:
            continue
        at = ("log", "query")
        yield Found(
            at,
            f'the access log holds the keys that "{name}" takes from the query',
            "all of the query",
            'write "keys", which masks the values',
            related=((("auth", name, "query"), "keys come here"),),
            fix=Fix("mask the values in the log", (Replace(at, '"keys"'),)),
        )
        return
