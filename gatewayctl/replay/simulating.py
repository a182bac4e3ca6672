"""Limits over a log: the gateway's own engines, with the log's times as their clock.

A log is written when requests end; they are put into the order in which they began, as far as a bounded number of them
can be held back. What still comes late is taken as if it came now.
"""

from heapq import heappop, heappush
from operator import itemgetter
from typing import Final, NamedTuple

from gatewayctl.plan import Plan
from gatewayctl.plan.policies import LimitsPlan
from gatewayctl.plan.table import routing_options
from gatewayctl.policy.limits.limit import Limit, LimitCount
from gatewayctl.policy.records import Record
from gatewayctl.replay.asking import AGENT, Asker
from gatewayctl.replay.entry import SOME_HOST, Entry
from gatewayctl.replay.keys import LogRequest, untold
from gatewayctl.replay.limit_seen import MOST_KEYS, LimitSeen
from gatewayctl.state.records import LocalKeeper

HELD_BACK: Final = 20_000
"""Requests that wait for earlier ones that a log has later."""
REMEMBERED: Final = 50_000
"""Distinct requests whose route is remembered; then all are forgotten."""
_LONGEST: Final = 1024
_BEGAN: Final = itemgetter(0)


class _Route(NamedTuple):
    """What a request meets: its route and service by name, its limits."""

    name: str
    service: str
    limits: tuple[LimitSeen, ...]


class _Met(NamedTuple):
    route: _Route
    path: bytes
    params: "dict[str, bytes]"


class Simulation:
    """Takes in entries one by one; ``finish`` when there are no more. ``late`` came too late to be put in order;
    ``unlimited`` meet no limit, ``without_duration`` a limit of concurrency, though the log tells no duration."""

    def __init__(
        self,
        plan: Plan,
        *,
        host: str = SOME_HOST,
        remembered: int = REMEMBERED,
        held_back: int = HELD_BACK,
        most_keys: int = MOST_KEYS,
    ) -> None:
        self.plan = plan
        self.untold = {name: parts for name, limit in plan.policies.limits.items() if (parts := untold(limit.key))}
        """The limits that are not simulated, with what of their keys no log tells."""
        self._keeper = LocalKeeper()
        self.limits = {
            name: LimitSeen(Limit(limit, self._keeper, LimitCount(name)), most_keys)
            for name, limit in plan.policies.limits.items()
            if name not in self.untold
        }
        self.requests = self.late = self.unlimited = self.without_duration = self.refused = 0
        matches = tuple(route.match for route in plan.routes)
        self._asker = Asker(matches, routing_options(plan.server), host)
        self._by_agent = any(condition.name == AGENT for match in matches for condition in match.headers)
        self._key_by_agent = any(f"header:{AGENT.decode()}" in seen.limit.plan.key for seen in self.limits.values())
        self._routes = [self._route(place) for place in range(len(plan.routes))]
        self._remembered, self._held_back = remembered, held_back
        self._known: dict[tuple[str, ...], _Met | None] = {}
        self._waiting: list[Entry] = []
        self._ends: list[tuple[int, int, LimitSeen, bytes]] = []
        self._now = self._holds = 0

    @property
    def remembered(self) -> int:
        """How many requests' routes are remembered now."""
        return len(self._known)

    def take(self, line: int, entry: Entry) -> None:
        """One request, of the line with that number."""
        self._waiting.append(entry)
        if len(self._waiting) >= 2 * self._held_back:
            self._admit_first(self._held_back)

    def finish(self) -> None:
        """The log is over."""
        self._admit_first(len(self._waiting))

    def _admit_first(self, number: int) -> None:
        """So many of those that wait, in the order in which they began (that of the log where that is the same)."""
        waiting = self._waiting
        waiting.sort(key=_BEGAN)
        self._waiting = waiting[number:]
        for entry in waiting[:number]:
            self._admit(entry)

    def close(self) -> None:
        """Forgets what is kept on the disk."""
        for seen in self.limits.values():
            seen.demand.close()

    def _route(self, place: int) -> _Route:
        route = self.plan.routes[place]
        names = [name for step in route.steps if isinstance(step, LimitsPlan) for name in step.limits]
        forward = route.forward
        service = "" if forward is None else forward.service
        return _Route(route.name, service, tuple(self.limits[name] for name in names if name in self.limits))

    def _admit(self, entry: Entry) -> None:
        self.requests += 1
        if entry.began < self._now:
            self.late += 1
        now = self._now = max(self._now, entry.began)
        if self._ends:
            self._give_back(now)
        key: tuple[str, ...] = (entry.method, entry.host, entry.target)
        if self._by_agent:
            key = (*key, entry.agent or "")
        try:
            met = self._known[key]
        except KeyError:
            met = self._ask(entry)
            if sum(map(len, key)) <= _LONGEST:
                if len(self._known) >= self._remembered:
                    self._known.clear()
                self._known[key] = met
        limits = () if met is None else met.route.limits
        if entry.took is None and any(seen.limit.algorithm.holds for seen in limits):
            self.without_duration += 1
            limits = tuple(seen for seen in limits if not seen.limit.algorithm.holds)
        if met is None or not limits:
            self.unlimited += 1
            return
        agent = entry.agent if self._key_by_agent else None
        request = LogRequest(entry, agent, met.route.name, met.route.service, met.path, met.params)
        self._decide(limits, request, now, entry.took)

    def _decide(self, limits: tuple[LimitSeen, ...], request: LogRequest, now: int, took: int | None) -> None:
        """All limits are checked, then all are taken from; a request that is refused takes from none."""
        if len(limits) == 1 and not limits[0].limit.algorithm.holds:  # the commonest case
            (seen,) = limits
            limit = seen.limit
            key = limit.key(request)
            _, fits = limit.records.take(key, limit.algorithm, limit.plan.cost, now)
            self._count(seen, request, key, now, 0, fits)
            self.refused += not (fits or limit.plan.reports)
            return
        places = [(seen.limit.records, seen.limit.key(request)) for seen in limits]
        within: list[bool] = []

        def change(records: "list[Record] | tuple[Record, ...]") -> list[Record] | None:
            after: list[Record] = []
            short = False
            for seen, record in zip(limits, records, strict=True):
                plan = seen.limit.plan
                taken = seen.limit.algorithm.take(record, plan.cost, now)
                within.append(taken is not None)
                short = short or (taken is None and not plan.reports)
                after.append(record if taken is None else taken)
            return None if short else after

        self._keeper.change(places, change)  # type: ignore[arg-type]
        refused = False
        for seen, (_, key), fits in zip(limits, places, within, strict=True):
            refused = refused or not (fits or seen.limit.plan.reports)
            self._count(seen, request, key, now, took or 0, fits)
        if refused:
            self.refused += 1
            return
        for seen, (_, key), fits in zip(limits, places, within, strict=True):
            if seen.limit.algorithm.holds and fits:
                heappush(self._ends, (now + (took or 0), self._holds, seen, key))
                self._holds += 1

    def _count(self, seen: LimitSeen, request: LogRequest, key: bytes, now: int, held: int, fits: bool) -> None:
        number = seen.number(key)
        if number is None:
            number = seen.name(key, request.words(seen.limit.plan.key))
        seen.count(now, number, held, fits)

    def _give_back(self, now: int) -> None:
        ends = self._ends
        while ends and ends[0][0] <= now:
            _, _, seen, key = heappop(ends)
            limit = seen.limit
            after = limit.algorithm.give_back(limit.records.read(key), limit.plan.cost, now, now)
            limit.records.write(key, after)

    def _ask(self, entry: Entry) -> _Met | None:
        taken = self._asker.ask(entry)
        if taken.match is None or taken.asked.path == self.plan.server.health_path:
            return None
        return _Met(self._routes[taken.match.route], taken.asked.path, dict(taken.match.params))
