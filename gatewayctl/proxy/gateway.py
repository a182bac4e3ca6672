"""One gateway: the generation in force and everything that outlives it. Two of them can live in one process."""

import asyncio
import random
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import TYPE_CHECKING, Final, Protocol

from gatewayctl.core.fields import Field, Kind, field
from gatewayctl.core.reply import Reply
from gatewayctl.policy.health.availability import Availability
from gatewayctl.policy.records import Keeper
from gatewayctl.proxy.bound import Bound
from gatewayctl.proxy.identity import Entropy
from gatewayctl.state.auth.key_set import Fetch
from gatewayctl.state.auth.surroundings import Surroundings
from gatewayctl.state.records import LocalKeeper
from gatewayctl.state.registry import Registry
from gatewayctl.state.timer_wheel import TimerWheel
from gatewayctl.telemetry.access_log import Formatter
from gatewayctl.telemetry.series import RouteSeries
from gatewayctl.upstream.instance import Instance

if TYPE_CHECKING:
    from gatewayctl.policy.auth.base import Scheme
    from gatewayctl.policy.balancing.base import Balancer
    from gatewayctl.policy.health.outlier import OutlierDetector
    from gatewayctl.policy.limits.limit import LimitCount
    from gatewayctl.policy.limits.shared import SharedStore
    from gatewayctl.policy.retries.budget import RetryBudget
    from gatewayctl.proxy.answering import AnsweringExchange
    from gatewayctl.proxy.express import ExpressConnection
    from gatewayctl.upstream.conduct import BreakerShelf

_OK: Final = Reply(
    200, (field(b"Content-Type", b"text/plain; charset=utf-8"), field(b"Cache-Control", b"no-store")), b"ok\n"
)
_DRAINING: Final = Reply(
    503, (field(b"Content-Type", b"text/plain; charset=utf-8"), field(b"Cache-Control", b"no-store")), b"draining\n"
)


class Reporter(Protocol):
    """Where the gateway says what happens to itself: the operational log."""

    def event(self, level: str, message: str, **facts: object) -> None:
        """One event with its facts."""


class UnderscoreNames:
    """Counts request fields dropped for an underscore in their name, and reports each name once (at most 100)."""

    __slots__ = ("_report", "_seen", "dropped")

    def __init__(self, report: Callable[[bytes], None]) -> None:
        self.dropped = 0
        self._seen: set[bytes] = set()
        self._report = report

    def note(self, fields: list[Field]) -> None:
        """Counts those of a head."""
        for f in fields:
            if f[0] & Kind.UNDERSCORE:
                self.dropped += 1
                if f[1] not in self._seen and len(self._seen) < 100:
                    self._seen.add(f[1])
                    self._report(f[1])


class Gateway:
    """Holds the states; ``bound`` is the generation in force, replaced by one assignment."""

    bound: Bound

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        reporter: Reporter,
        *,
        clock: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
        entropy: Entropy | None = None,
        chance: Callable[[], float] = random.random,
        fetch: Fetch | None = None,
    ) -> None:
        self.loop = loop
        self.reporter = reporter
        self.clock = clock
        self.wall_clock = wall_clock
        self.entropy = entropy or Entropy()
        self.random = chance
        self.lease = self.entropy.hex(16)
        """Names this process among those that share a store."""
        self.wheel = TimerWheel(clock, loop.call_later)
        self.instances: Registry[Instance] = Registry()
        self.balancers: Registry[Balancer] = Registry()
        self.availabilities: Registry[Availability] = Registry()
        self.keeper: Keeper = LocalKeeper()
        """What policies count and hold by key; shared with other processes where there are several workers."""
        self.workers = 1
        """How many processes carry the traffic of this host."""
        self.limits: Registry[LimitCount] = Registry()
        self.stores: Registry[SharedStore] = Registry()
        self.breakers: Registry[BreakerShelf] = Registry()
        self.detectors: Registry[OutlierDetector] = Registry()
        self.budgets: Registry[RetryBudget] = Registry()
        self.schemes: Registry[Scheme] = Registry()
        self.surroundings = Surroundings(loop=loop, clock=clock, say=reporter.event, fetch=fetch)
        self.series: Registry[RouteSeries] = Registry()
        self.connections: set[ExpressConnection] = set()
        self.in_flight = 0
        self.created = clock()
        self.leaving = False
        """The end has begun: health checks say no."""
        self.draining = False
        """Connections are closed after their response."""
        self.log_line: Formatter | None = None
        self.write_log: Callable[[bytes], None] | None = None
        self.on_connection_closed: Callable[[], None] = _nothing
        self.underscores = UnderscoreNames(self._report_underscore)
        self.internal_errors = 0
        self.bad_proxy_headers = 0
        self._date_second = -1
        self._date_line = b""

    def date_line(self) -> bytes:
        """The Date field for now, with its CRLF (RFC 9110 6.6.1); made once a second."""
        second = int(self.wall_clock())
        if second != self._date_second:
            self._date_second = second
            self._date_line = b"Date: %b\r\n" % formatdate(second, usegmt=True).encode()
        return self._date_line

    def health_reply(self) -> Reply:
        """The answer of ``server.health_path``: 200, or 503 once the gateway is about to end."""
        return _DRAINING if self.leaving else _OK

    def report(self, error: Exception, doing: str) -> None:
        """A fault of the gateway itself: counted, and logged with its traceback (never shown to a client)."""
        self.internal_errors += 1
        self.reporter.event("error", f"internal error while {doing}", error=error)

    def settle(self, exchange: "AnsweringExchange", now: float) -> None:
        """13. The end of an exchange at ``now``: metrics and its line in the access log."""
        self.in_flight -= 1
        exchange.ended = now
        route, failure = exchange.route, exchange.failure
        status = exchange.status
        total = now - exchange.started
        reason = "" if failure is None else failure.kind.reason
        series = self.bound.unmatched if route is None else route.series
        series.count(exchange.head.method, status, total, exchange.received, exchange.sent, reason)
        write, line = self.write_log, self.log_line
        if write is None or line is None:
            return
        sample = self.bound.log_sample
        if sample < 1.0 and not reason and status < 400 and random.random() >= sample:  # noqa: S311 - a sample, no secret
            return
        wall_clock = self.wall_clock
        write(line(exchange, wall_clock(), total))

    def _report_underscore(self, name: bytes) -> None:
        self.reporter.event(
            "warning",
            f'dropped the request header "{name.decode("latin-1")}": its name holds "_"',
            help="server.allow_underscore_headers lets it pass; said once for each name",
        )


def _nothing() -> None:
    """No one waits for a connection to end."""
