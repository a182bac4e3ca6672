"""A comment suppresses findings without a reason.

Finds `# lint: ignore[…]` comments with nothing behind the bracket, or without a bracket that names rules. They suppress
nothing.

Why: A year later nobody knows whether the exception was meant, or for what. A reason costs one line, and the review of
the change can judge it.

Example:

    [routes.home]
    path    = "/"
    respond = { status = 200 }    # lint: ignore[L101]

Instead:

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None; only you know the reason.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L002", "unexplained-suppression", Severity.WARNING)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    for one in subject.comments.all:
        if not one.rules:
            help = "write # lint: ignore[CODE] and the reason; gatewayctl rule lists the codes"
            yield Found((), "this comment does not name the rules that it suppresses", "no rule", help, span=one.span)
        elif not one.reason:
            help = "write the reason behind the bracket"
            yield Found((), "this comment suppresses nothing without a reason", "no reason", help, span=one.span)
