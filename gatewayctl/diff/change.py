"""What a comparison gives: changes, each with the routes that it concerns and a request for each that shows it."""

from dataclasses import field

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Span
from gatewayctl.core.frozen import frozen
from gatewayctl.diff.classes import CLASSES, ChangeClass, Severity
from gatewayctl.routing import Witness


@frozen
class Request:
    """A request that a change concerns: what became of it before and what becomes of it now, in words. ``route`` is the
    one that it concerns (where requests moved, the one that took them), ``moved`` the one that takes them now instead."""

    route: str
    moved: str | None
    witness: Witness | None
    before: str
    now: str
    shown: str
    """The request as it may be shown: its secrets masked; empty without one."""
    also: tuple[str, ...] = ()
    """Names of the classes of what is handled otherwise, where another route takes it."""


@frozen
class Change:
    """One kind of change by one cause. ``cause`` is the key path that says so, ``place`` where that stands, on the
    ``side`` ("new", else "old" where it is gone). ``before`` and ``now`` are the values in words."""

    code: str
    cause: KeyPath
    detail: str
    before: str
    now: str
    requests: tuple[Request, ...] = ()
    place: Span | None = None
    side: str = "new"

    @property
    def kind(self) -> ChangeClass:
        """Its class."""
        return CLASSES[self.code]

    @property
    def routes(self) -> tuple[str, ...]:
        """The routes that it concerns, by name."""
        return tuple(sorted({request.route for request in self.requests}))


@frozen
class Diff:
    """All changes, the worst first. ``exact``: nothing was left undecided; ``bounds`` says what was hit. ``unseen``
    are secrets that could not be compared. ``left_out`` pairs of routes were not looked for, since enough of them mean
    the same."""

    old: str
    new: str
    changes: tuple[Change, ...] = ()
    bounds: tuple[str, ...] = ()
    unseen: tuple[str, ...] = field(default=())
    left_out: int = 0

    @property
    def exact(self) -> bool:
        """Whether everything was decided."""
        return not self.bounds

    def worst(self) -> Severity | None:
        """The worst severity; None without changes."""
        return min((change.kind.severity for change in self.changes), key=lambda s: s.rank, default=None)

    def count(self, severity: Severity) -> int:
        """How many changes have that severity."""
        return sum(change.kind.severity is severity for change in self.changes)
