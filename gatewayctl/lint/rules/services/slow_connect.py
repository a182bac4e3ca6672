"""Connecting may take longer than answering.

Finds services whose `connect_timeout` is longer than their `first_byte_timeout`, where one of the two is written.

Why: A connection is there within milliseconds or never; an answer has to be computed. Most often the two were mixed up.

Example:

    [services.users]
    instances          = [{ url = "http://10.0.0.11:9001" }]
    connect_timeout    = "10s"
    first_byte_timeout = "2s"

    [routes.users]
    path    = "/users/*"
    service = "users"

Instead:

    [services.users]
    instances          = [{ url = "http://10.0.0.11:9001" }]
    connect_timeout    = "2s"
    first_byte_timeout = "10s"

    [routes.users]
    path    = "/users/*"
    service = "users"

Fix: None: it may be either of the two that is wrong.
"""

from collections.abc import Iterator

from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.effective import connect_timeout_of, first_byte_timeout_of
from gatewayctl.lint.subject import Subject
from gatewayctl.lint.words import format_duration

RULE = Rule("L213", "connecting-longer-than-answering")


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for name, service in sorted(subject.config.services.items()):
        connect, first = connect_timeout_of(subject, service), first_byte_timeout_of(subject, service)
        if connect <= first or service.connect_timeout is None:
            continue
        yield Found(
            ("services", name, "connect_timeout"),
            f'connecting to "{name}" may take {format_duration(connect)}, its answer only {format_duration(first)}',
            "longer than first_byte_timeout",
            "lower it; 1s to 3s is enough nearly everywhere",
            related=((("services", name, "first_byte_timeout"), "the time for an answer"),),
        )
