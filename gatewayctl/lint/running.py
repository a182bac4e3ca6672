"""``run``: all chosen rules over one configuration, what comments suppress taken out."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gatewayctl.config import Loaded
from gatewayctl.config.finding import Finding as Place
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.lint.base import Found
from gatewayctl.lint.findings import Finding, Findings, in_place_order
from gatewayctl.lint.registry import LintRule, choose
from gatewayctl.lint.subject import Comments, Subject
from gatewayctl.lint.suppressions import Suppression, suppressions_in
from gatewayctl.plan import Plan

COMMENTS = "suppressions"
"""The family about the comments themselves: it runs last, and no comment suppresses it."""

VEILED = "correct the value, or where it comes from"


def run(loaded: Loaded, plan: Plan, rules: Sequence[LintRule] | None = None) -> Findings:
    """What ``rules`` (by default all but those of taste) find in a configuration that loads and compiles."""
    rules = choose() if rules is None else rules
    suppressions = suppressions_in(loaded)
    subject = Subject(loaded, plan)
    told: list[Finding] = []
    suppressed: list[Finding] = []
    needed: set[Suppression] = set()
    for one in rules:
        for finding in _found(one, subject) if one.family != COMMENTS else ():
            covering = [suppression for suppression in suppressions if suppression.covers(finding)]
            needed.update(covering)
            (suppressed if covering else told).append(finding)
    ran = frozenset(word for one in rules for word in (one.rule.code.lower(), one.rule.name))
    subject.comments = Comments(suppressions, frozenset(needed), ran)
    for one in rules:
        told += _found(one, subject) if one.family == COMMENTS else ()
    return Findings(in_place_order(told), in_place_order(suppressed))


def _found(one: LintRule, subject: Subject) -> Iterator[Finding]:
    places = subject.loaded.places
    root = places.sources[0] if places.sources else None
    rule = one.rule
    for found in one.check(subject):
        if found.span is not None:
            made = Diagnostic(rule.code, rule.severity, found.message, found.span, found.label, found.help)
            yield Finding(rule, found.path, made, found.fix)
            continue
        paths = (found.path, *(path for path, _ in found.related))
        if any(subject.uncertain(path) for path in paths):
            continue
        if not found.about_secret and any(subject.secret(path) for path in paths):
            found = Found(found.path, one.title.lower(), "", VEILED, found.on_key)
        elif found.fix is not None and subject.made_of_variables(found.path):
            found = replace(found, fix=None)
        place = Place(
            rule.code, found.path, found.message, found.label, found.help, found.on_key, rule.severity, found.related
        )
        yield Finding(rule, found.path, places.diagnostic(place, root), found.fix)
