"""Lint: what is valid, and still a mistake. Rules with codes, each in a file of its own whose docstring is its manual.

From Python: ``run(loaded, plan)`` gives the ``Findings`` of a configuration that loads and compiles; ``choose`` gives
the rules for ``--select`` and ``--ignore``. ``Finding.identity`` is the same on two sides of a change, wherever the lines
have moved to.

How to add a rule:

1. A module in the folder of its family, ``gatewayctl/lint/rules/FAMILY/``, and its name in ``RULES`` of that folder's
   ``__init__.py``. The next free code of the family is its code; codes are never reused.
2. Its docstring is the manual, in this order: a title (one line, what is wrong, a full sentence), an empty line, what it
   finds, then paragraphs that begin with ``Why:``, ``Example:``, ``Instead:`` and ``Fix:``. After ``Example:`` and
   ``Instead:`` comes TOML, indented by four; a whole configuration without its ``version = 1``. A test runs both: the rule
   must find something in the first and nothing in the second.
3. ``RULE``, a ``Rule`` with code, name and severity (error: it does not do what it says; warning: a mistake as a rule;
   note with ``taste``: only on request), and ``check(subject)``, which yields a ``Found`` for each place: a key path, a
   message, a label for the caret and the way out. It looks only at the ``Subject`` (``subject.py``): the models, the
   plan, what is written, and questions about routes. It never formats a value that may be a secret; should a path be
   secret all the same, only the title is told.
4. A fix, where there is one that cannot be wrong (safe) or that is right as a rule (unsafe): ``Fix`` with edits of
   ``edits.py``.
5. ``tests/offline/lint/err/CODE-what.toml`` and ``ok/CODE-what.toml``; ``GATEWAYCTL_WRITE_GOLDEN=1 pytest
   tests/offline/lint`` writes the text beside them. ``python docs/generate.py`` writes ``docs/lint.md``.
"""

from gatewayctl.lint.base import Fix, Found, Manual, Rule
from gatewayctl.lint.findings import Finding, Findings
from gatewayctl.lint.registry import FAMILIES, LintRule, UnknownRuleError, all_rules, choose, find_rule
from gatewayctl.lint.running import run
from gatewayctl.lint.subject import Subject

__all__ = [
    "FAMILIES",
    "Finding",
    "Findings",
    "Fix",
    "Found",
    "LintRule",
    "Manual",
    "Rule",
    "Subject",
    "UnknownRuleError",
    "all_rules",
    "choose",
    "find_rule",
    "run",
]
