"""Traces have somewhere to go, and none is made.

Finds a tracing endpoint with a `sample_ratio` of 0.

Why: Only requests that come with a sampled traceparent are traced: for all that begin here there is no trace, and the
collector looks as if it were broken.

Example:

    [tracing]
    endpoint     = "http://127.0.0.1:4318"
    sample_ratio = 0

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [tracing]
    endpoint     = "http://127.0.0.1:4318"
    sample_ratio = 0.1

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L603", "trace-sampling-zero")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    tracing = subject.config.tracing
    if tracing.endpoint is not None and tracing.sample_ratio == 0:
        yield Found(
            ("tracing", "sample_ratio"),
            "traces have an endpoint, but none is ever begun here",
            "no trace is sampled",
            "take a small share, such as 0.01, or remove endpoint",
            related=((("tracing", "endpoint"), "where they would go"),),
        )
