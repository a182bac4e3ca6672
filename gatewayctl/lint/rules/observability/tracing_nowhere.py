"""Tracing is set up, and has nowhere to go.

Finds a `sample_ratio` or `service_name` in `[tracing]` without an `endpoint`.

Why: Without an endpoint no trace is sent, whatever the share: what is written has no effect.

Example:

    [tracing]
    sample_ratio = 0.5

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Instead:

    [tracing]
    endpoint     = "http://127.0.0.1:4318"
    sample_ratio = 0.5

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None: only you know the collector's address.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L604", "tracing-to-nowhere")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    if subject.config.tracing.endpoint is not None:
        return
    for key in ("sample_ratio", "service_name"):
        if subject.written("tracing", key):
            yield Found(
                ("tracing", key),
                f"{key} has no effect: no endpoint is set",
                "no traces are sent",
                f'add endpoint, such as "http://127.0.0.1:4318", or remove {key}',
                on_key=True,
            )
            return
