"""``--fix``: the texts of a configuration with findings fixed, each step checked before it counts.

A fix that leaves an invalid configuration, or does not make its finding go away, is left out. Nothing is written here.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from gatewayctl.config import Loaded
from gatewayctl.config.reading import Reader
from gatewayctl.core.frozen import frozen
from gatewayctl.lint.edits import Edit, edited
from gatewayctl.lint.findings import Finding, Identity
from gatewayctl.lint.registry import LintRule
from gatewayctl.lint.running import run
from gatewayctl.plan import compile_plan

ROUNDS: Final = 10
"""Fixes may make others possible; no rule needs more than a few rounds."""


@frozen
class Overlay:
    """Files as ``below`` has them, but for these texts: see ``config.reading.Reader``."""

    below: Reader
    texts: Mapping[Path, str]

    def read(self, path: Path, limit: int) -> bytes:
        text = self.texts.get(path)
        return self.below.read(path, limit) if text is None else text.encode()[:limit]

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        return self.below.matches(directory, pattern)

    def exists(self, path: Path) -> bool:
        return path in self.texts or self.below.exists(path)


@frozen
class Fixed:
    """The texts that changed, by path, what was fixed, and the configuration as it would then be."""

    texts: Mapping[Path, str]
    findings: tuple[Finding, ...]
    loaded: Loaded


Load = Callable[[Mapping[Path, str]], Loaded]
"""Loads the configuration with these texts in place of what the files hold."""


def fix(load: Load, rules: Sequence[LintRule], *, unsafe: bool) -> Fixed:
    """Fixes what ``rules`` find, with ``unsafe`` also where somebody should have a look at the outcome."""
    texts: Mapping[Path, str] = {}
    done: list[Finding] = []
    loaded = load(texts)
    refused: set[Identity] = set()
    for _ in range(ROUNDS):
        fixable = [
            finding
            for finding in _findings(loaded, rules) or ()
            if finding.fix is not None and (unsafe or finding.fix.safe) and finding.identity not in refused
        ]
        if not fixable:
            break
        batches = [fixable] if len(fixable) == 1 else [fixable, *([finding] for finding in fixable)]
        for batch in batches:
            made = _attempt(load, loaded, texts, batch, rules)
            if made is not None:
                texts, loaded = made
                done += batch
                if batch is fixable:
                    break
            elif len(batch) == 1:
                refused.add(batch[0].identity)
    return Fixed(texts, tuple(done), loaded)


def _attempt(
    load: Load, loaded: Loaded, texts: Mapping[Path, str], batch: Sequence[Finding], rules: Sequence[LintRule]
) -> tuple[Mapping[Path, str], Loaded] | None:
    """The texts with a batch fixed and what they say; None if that is not valid, or a finding is still there."""
    made = dict(texts)
    for finding in batch:
        for edit in finding.fix.edits if finding.fix is not None else ():
            if not _edit(loaded, made, edit):
                return None
    after = load(made)
    found = _findings(after, rules)
    if found is None or {finding.identity for finding in found} & {finding.identity for finding in batch}:
        return None
    return made, after


def _edit(loaded: Loaded, texts: dict[Path, str], edit: Edit) -> bool:
    """Makes one edit in the file that the value comes from; False where that is no file, or is not there."""
    source = loaded.places.source(edit.path)
    if source is None or source.variables:
        return False
    text = edited(texts.get(source.path, source.text), edit)
    if text is None:
        return False
    texts[source.path] = text
    return True


def _findings(loaded: Loaded, rules: Sequence[LintRule]) -> tuple[Finding, ...] | None:
    """None where the configuration is not valid."""
    plan, _ = compile_plan(loaded)
    return None if plan is None else run(loaded, plan, rules).all
