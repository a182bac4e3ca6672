"""A log against two configurations: counts and samples for each kind of change. Decisions are remembered, so many."""

from dataclasses import field
from typing import Final

from gatewayctl.config.masking import MASK
from gatewayctl.core.frozen import frozen, mutable
from gatewayctl.diff.classes import Severity
from gatewayctl.diff.difference import Difference
from gatewayctl.diff.side import Side
from gatewayctl.diff.whole import whole_differences
from gatewayctl.plan.findings import secret_parts
from gatewayctl.replay.asking import AGENT, Taken, by_query, unknowable
from gatewayctl.replay.entry import SOME_HOST, Entry, as_sent
from gatewayctl.replay.query_shown import QueryShown
from gatewayctl.replay.verdicts import Kind, Verdict, Verdicts

REMEMBERED: Final = 50_000
"""Distinct requests whose decision is remembered; then all are forgotten, and it begins anew."""
_LONGEST: Final = 1024
"""Characters of a request that is remembered: a flood of long ones does not fill the memory."""
SAMPLES: Final = 3
MOST_KINDS: Final = 1_000
"""Kinds of change that are told apart; requests of further ones are counted together."""


@frozen
class Sample:
    """A request that shows a change, its secrets and the values of its query masked, and the number of its line."""

    line: int
    request: str
    before: str
    now: str


@mutable
class Counted:
    """How many requests meet one kind of change, with some of them."""

    kind: Kind
    requests: int = 0
    samples: list[Sample] = field(default_factory=list)


class Replay:
    """Takes in entries one by one. ``requests`` were asked, ``changed`` are handled otherwise; ``masked`` have a query
    whose values the log has masked; ``left_out`` are changes of kinds beyond those that are told apart."""

    def __init__(self, old: Side, new: Side, *, host: str = SOME_HOST, remembered: int = REMEMBERED) -> None:
        self.verdicts = Verdicts(old, new, host)
        self.old, self.new = old, new
        self.whole: list[Difference] = list(whole_differences((old, new)))
        """What holds for all requests, whichever the log has."""
        self.header_routes = sorted({*unknowable(old.routes), *unknowable(new.routes)})
        self.query_routes = sorted({*by_query(old.routes), *by_query(new.routes)})
        self.requests = self.changed = self.masked = self.left_out = 0
        self.kinds: dict[Kind, Counted] = {}
        self._secret = secret_parts(old.loaded, new.loaded)
        secret = {name for part, name in self._secret if part == "query"}
        self._query = QueryShown((*old.routes, *new.routes), secret)
        self._remembered = remembered
        self._by_agent = any(c.name == AGENT for s in (old, new) for route in s.routes for c in route.headers)
        self._known: dict[tuple[str, ...], list[Counted] | None] = {}

    @property
    def remembered(self) -> int:
        """How many decisions are remembered now."""
        return len(self._known)

    def take(self, line: int, entry: Entry) -> None:
        """Counts one request, of the line with that number."""
        self.requests += 1
        if self.query_routes and "=*" in entry.target:
            self.masked += self._query.lacks(as_sent(entry.target.partition("?")[2]))
        key: tuple[str, ...] = (entry.method, entry.host, entry.target)
        if self._by_agent:
            key = (*key, entry.agent or "")
        try:
            counted = self._known[key]
        except KeyError:
            counted = self._decide(line, entry)
            if sum(map(len, key)) <= _LONGEST:
                if len(self._known) >= self._remembered:
                    self._known.clear()
                self._known[key] = counted
        if counted is not None:
            self.changed += 1
            for one in counted:
                one.requests += 1
            if not counted:
                self.left_out += 1

    def found(self) -> list[Counted]:
        """The kinds of change, the worst first, and of one severity the most frequent."""
        return sorted(self.kinds.values(), key=lambda c: (c.kind.kind.severity.rank, -c.requests, c.kind.code, c.kind))

    def worst(self) -> Severity | None:
        """The worst severity that a request of the log meets; None where all are handled alike."""
        severities = [counted.kind.kind.severity for counted in self.kinds.values()]
        return min(severities, key=lambda severity: severity.rank, default=None)

    def _decide(self, line: int, entry: Entry) -> list[Counted] | None:
        """What is counted for such a request; None where it is handled alike."""
        verdict, taken = self.verdicts.of(entry)
        if not verdict.kinds:
            return None
        counted = []
        for kind in verdict.kinds:
            known = self.kinds.get(kind)
            if known is None:
                if len(self.kinds) >= MOST_KINDS:
                    continue
                known = self.kinds[kind] = Counted(kind)
            if len(known.samples) < SAMPLES:
                self._sample(known, line, verdict, taken)
            counted.append(known)
        return counted

    def _sample(self, counted: Counted, line: int, verdict: Verdict, taken: Taken) -> None:
        asked = taken.asked
        fit = asked._replace(
            host=_fit(asked.host),
            path=_fit(asked.path),
            query=_fit(self._query(asked.query)),
            headers=asked.headers if self._by_agent else (),
        )
        shown = fit.shown(self._secret, MASK.encode())
        if all(sample.request != shown for sample in counted.samples):
            counted.samples.append(Sample(line, shown, verdict.before, verdict.now))


def _fit(sent: bytes) -> bytes:
    """Bytes of a request as UTF-8, whatever was sent."""
    return sent if sent.isascii() else sent.decode("utf-8", "backslashreplace").encode()
