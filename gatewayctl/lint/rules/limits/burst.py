"""The burst of this limit makes its rate meaningless.

Finds token buckets whose `burst` is more than 60 times their `limit`, and at least a minute's worth of it.

Why: Whoever was idle for a while gets the whole burst at once, and the rate holds only after that. With such a bucket
it is the burst that is the limit, over the time in which it fills: most often `limit` and `burst` were mixed up.

Example:

    [limits.per-client]
    algorithm = "token_bucket"
    limit     = 10
    window    = "1s"
    burst     = 1000

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Instead:

    [limits.per-client]
    algorithm = "token_bucket"
    limit     = 10
    window    = "1s"
    burst     = 20

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-client"]

Fix: None: it may be any of the three that is wrong.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L307", "burst-outweighs-limit")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, limit in sorted(subject.config.limits.items()):
        if limit.burst is None or limit.window is None or limit.burst <= 60 * limit.limit:
            continue
        filled = limit.burst / limit.limit * limit.window
        if filled < 60:
            continue
        yield Found(
            ("limits", name, "burst"),
            f'"{name}" allows {limit.limit} in {format_duration(limit.window)}, and {limit.burst} at once',
            f"takes {format_duration(round(filled))} to fill",
            "lower burst to what a client may need at once, or write a longer window",
            related=((("limits", name, "limit"), "says little beside it"),),
        )
