"""A comment that silences a rule has nothing to silence.

Finds `# lint: ignore[…]` comments at whose place none of the rules that they name finds anything.

Why: A `# lint: ignore[L101] reason` tells lint to keep quiet about L101 at that place. Here L101 has nothing to say: what
was wrong has been corrected, or is somewhere else now. If the comment stays, it will hide the next such mistake there,
which nobody has looked at.

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
            rules = ", ".join(one.rules)
            message = f"this comment silences {rules}, and there is nothing to silence"
            way_out = "remove the comment, or move it to the value that it is about"
            yield Found((), message, f"lint finds no {rules} here", way_out, span=one.span)
