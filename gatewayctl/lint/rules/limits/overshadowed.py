"""Another limit of the same routes always refuses first.

Finds sliding windows with the same key that stand on all routes of another one, and let less through in its window than
that one allows.

Why: The limit can never refuse anything. Ten a second let through 600 a minute: a limit of 1000 a minute beside it says
nothing, and most often one of the numbers has a zero too many.

Example:

    [limits.per-second]
    algorithm = "sliding_window"
    limit     = 10
    window    = "1s"

    [limits.per-minute]
    algorithm = "sliding_window"
    limit     = 1000
    window    = "1m"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-second", "per-minute"]

Instead:

    [limits.per-second]
    algorithm = "sliding_window"
    limit     = 10
    window    = "1s"

    [limits.per-minute]
    algorithm = "sliding_window"
    limit     = 300
    window    = "1m"

    [services.users]
    instances = [{ url = "http://10.0.0.11:9001" }, { url = "http://10.0.0.12:9001" }]

    [routes.users]
    path    = "/users/*"
    service = "users"
    limits  = ["per-second", "per-minute"]

Fix: None: it may be either of the two that is wrong.
"""

from collections.abc import Iterator
from math import ceil

from gatewayctl.config.models.limits import LimitConfig
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import limited_by
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L309", "overshadowed-limit")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    limits = subject.config.limits
    routes = {limit: set(having) for limit, having in limited_by(subject).items()}
    for name in sorted(routes):
        for other in sorted(routes):
            if other != name and routes[name] <= routes[other] and _first(limits[other], limits[name]):
                if other > name and routes[other] <= routes[name] and _first(limits[name], limits[other]):
                    continue  # they are the same: told once, of the later one
                window = format_duration(limits[other].window or 0)
                yield Found(
                    ("limits", name, "limit"),
                    f'"{name}" never refuses: "{other}" lets through only {limits[other].limit} in {window}',
                    "never reached",
                    "lower it, or remove one of the two",
                    related=((("limits", other, "limit"), "always refuses first"),),
                )
                break


def _first(one: LimitConfig, other: LimitConfig) -> bool:
    """Whether ``one`` refuses whatever ``other`` would."""
    if one.algorithm != "sliding_window" or other.algorithm != "sliding_window":
        return False
    if one.mode != "enforce" or other.mode != "enforce":
        return False
    if set(one.key) != set(other.key) or one.store != other.store or one.window is None or other.window is None:
        return False
    # A sliding window looks back an eighth further than its length.
    times = 1 if one.window == other.window else ceil(other.window * 9 / 8 / one.window)
    return one.window <= other.window and one.limit // one.cost * times <= other.limit // other.cost
