"""A comment suppresses a finding that is not there.

Finds `# lint: ignore[…]` comments whose rules ran and found nothing at that place.

Why: The mistake that it excused was mended, or has moved. The comment would hide the next one without anybody having
decided that.

Example:

    [routes.home]
    path    = "/"
    respond = { status = 200 }    # lint: ignore[L101] nothing shadows it any more

Instead:

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None; remove the comment by hand.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L001", "unneeded-suppression", Severity.NOTE)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    comments = subject.comments
    for one in comments.all:
        ran = bool(one.rules) and all(word.lower() in comments.ran for word in one.rules)
        if one not in comments.needed and one.reason and ran:
            message = f"nothing is suppressed here: {', '.join(one.rules)} finds nothing"
            yield Found((), message, "no longer needed", "remove the comment", span=one.span)
