"""A comment names a rule that there is not.

Finds `# lint: ignore[…]` comments with a word that is no rule's code or name.

Why: It suppresses nothing, or not what was meant; often it is a slip of the keyboard.

Example:

    [routes.home]
    path    = "/"
    respond = { status = 200 }    # lint: ignore[L1001] answered for the load balancer

Instead:

    [routes.home]
    path    = "/"
    respond = { status = 200 }

Fix: None; it cannot be known which rule was meant.
"""

from collections.abc import Iterator

from gatewayctl.core.diagnostics import Severity
from gatewayctl.lint.base import Found, Rule
from gatewayctl.lint.subject import Subject

RULE = Rule("L003", "unknown-suppression", Severity.WARNING)


def check(subject: Subject) -> Iterator[Found]:
    """See the manual above."""
    from gatewayctl.lint.registry import UnknownRuleError, find_rule  # which imports this module

    for one in subject.comments.all:
        for word in one.rules:
            try:
                find_rule(word)
            except UnknownRuleError as error:
                help = f'did you mean "{error.nearest}"?' if error.nearest else "gatewayctl rule lists the rules"
                yield Found((), f'there is no rule "{word}"', "unknown", help, span=one.span)
