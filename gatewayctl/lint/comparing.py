"""Which findings a change introduces, which it mends, and which stay: by what is found and where in the configuration,
not by lines."""

from collections import Counter
from collections.abc import Sequence

from gatewayctl.core.frozen import frozen
from gatewayctl.lint.findings import Finding, Findings


@frozen
class Comparison:
    """``fixed`` have their places on the old side, the others on the new one."""

    introduced: tuple[Finding, ...] = ()
    fixed: tuple[Finding, ...] = ()
    unchanged: tuple[Finding, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.introduced or self.fixed or self.unchanged)


def compare(old: Findings, new: Findings) -> Comparison:
    """The findings of two versions of a configuration, each once."""
    fixed, _ = _parted(old.all, new.all)
    introduced, unchanged = _parted(new.all, old.all)
    return Comparison(introduced, fixed, unchanged)


def _parted(these: Sequence[Finding], others: Sequence[Finding]) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Those that the others do not have, and those that they have too."""
    left = Counter(finding.identity for finding in others)
    alone: list[Finding] = []
    both: list[Finding] = []
    for finding in these:
        known = left[finding.identity] > 0
        left[finding.identity] -= known
        (both if known else alone).append(finding)
    return tuple(alone), tuple(both)
