"""All rules: found by family, code or name, and chosen as ``--select`` and ``--ignore`` say."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib import import_module
from typing import Final

from gatewayctl.core.frozen import frozen
from gatewayctl.core.suggest import closest
from gatewayctl.lint.base import Found, Manual, Rule, manual_of
from gatewayctl.lint.subject import Subject

FAMILIES: Final[dict[str, str]] = {
    "suppressions": "L0",
    "routing": "L1",
    "services": "L2",
    "limits": "L3",
    "security": "L4",
    "style": "L5",
    "observability": "L6",
}
"""The folder of each family, and what its codes begin with. The limits' family has the breakers and retries too."""
ALL: Final = "all"
"""The word that selects every rule, those of taste too."""


@frozen
class LintRule:
    """A rule that can be run. ``docstring`` is that of its module."""

    rule: Rule
    family: str
    check: Callable[[Subject], Iterator[Found]]
    docstring: str

    @property
    def manual(self) -> Manual:
        """What it says about itself."""
        return manual_of(self.docstring)

    @property
    def title(self) -> str:
        """The first line of the manual."""
        return self.docstring.partition("\n")[0].strip().rstrip(".")


class UnknownRuleError(Exception):
    """A word that is no rule, family or beginning of a code; ``nearest`` may be meant."""

    def __init__(self, word: str, nearest: str | None) -> None:
        super().__init__(word)
        self.word, self.nearest = word, nearest


def all_rules() -> tuple[LintRule, ...]:
    """Every rule, by its code."""
    return tuple(sorted(_rules(), key=lambda one: one.rule.code))


def find_rule(word: str) -> LintRule:
    """The rule of that code or name, in any case. Raises UnknownRuleError."""
    rules = all_rules()
    found = next((one for one in rules if word.lower() in (one.rule.code.lower(), one.rule.name)), None)
    if found is None:
        raise UnknownRuleError(word, closest(word, [name for one in rules for name in (one.rule.code, one.rule.name)]))
    return found


def choose(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> tuple[LintRule, ...]:
    """The rules to run. Without ``select`` all but those of taste; its words, and those of ``ignore``, are codes,
    beginnings of codes (``L1``), names, families, or ``all``. Raises UnknownRuleError."""
    rules = all_rules()
    chosen = _matching(select, rules) if select else {one.rule.code for one in rules if not one.rule.taste}
    chosen -= _matching(ignore, rules)
    return tuple(one for one in rules if one.rule.code in chosen)


def _rules() -> Iterator[LintRule]:
    for family in FAMILIES:
        package = import_module(f"gatewayctl.lint.rules.{family}")
        for name in package.RULES:
            module = import_module(f"{package.__name__}.{name}")
            yield LintRule(module.RULE, family, module.check, module.__doc__ or "")


def _matching(words: Iterable[str], rules: Sequence[LintRule]) -> set[str]:
    found: set[str] = set()
    for word in words:
        low = word.lower()
        matching = {
            one.rule.code
            for one in rules
            if low in (ALL, one.family, one.rule.name) or (low[:1] == "l" and one.rule.code.lower().startswith(low))
        }
        if not matching and low not in FAMILIES:
            known = [ALL, *FAMILIES, *(name for one in rules for name in (one.rule.code, one.rule.name))]
            raise UnknownRuleError(word, closest(word, known))
        found |= matching
    return found
