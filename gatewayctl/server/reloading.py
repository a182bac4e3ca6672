"""Reload: read → validate → compile (in a child) → bind → one assignment → retire. A failure before it changes nothing.

One reload at a time; what changes meanwhile makes one more afterwards. A compilation that failed for another reason than
the configuration (it was killed, memory or descriptors ran out) is tried again by itself.
"""

import asyncio
import gc
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import Any, Final, Protocol

from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span
from gatewayctl.core.frozen import frozen, mutable
from gatewayctl.core.snippet import render
from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.proxy.bound import Bound
from gatewayctl.proxy.gateway import Gateway
from gatewayctl.server.changes import changes
from gatewayctl.server.compiling import Compilation, CompileFailed
from gatewayctl.server.fleets import Fleets
from gatewayctl.server.generation import Generations, dismantle
from gatewayctl.server.handover import Verdict
from gatewayctl.server.seen import Seen
from gatewayctl.state.certificates import BadCertificate

Fixed = tuple[str, Callable[[Plan], object]]
"""A setting that cannot change while the gateway runs: its key, and what of a plan comes from it."""
ADMIN_LISTEN: Final[Fixed] = ("admin.listen", lambda plan: plan.admin.listen)
STORES: Final[Fixed] = ("stores", lambda plan: plan.policies.stores)
NEEDS_RESTART: Final[tuple[Fixed, ...]] = (
    ("server.listen", lambda plan: frozenset(plan.server.listen)),
    ("server.workers", lambda plan: plan.server.workers),
    ("server.proxy_protocol", lambda plan: plan.server.proxy_protocol),
    ADMIN_LISTEN,
    STORES,
)


class NotFollowed(Exception):  # noqa: N818
    """A worker process could not take a generation over; the message says which and why."""


class Followers(Protocol):
    """Other processes that get every generation too: all of them, or none."""

    def record(self, plan: Plan, slices: AsyncIterator[bytes]) -> AsyncIterator[tuple[RoutePlan, ...]]:
        """The routes of ``slices``, which are kept for the others on their way. ``plan`` is without its routes."""

    async def prepare(self, bound: Bound) -> None:
        """Makes all of them ready for what was recorded, ``bound`` being the same here. Raises NotFollowed."""

    async def commit(self) -> None:
        """Puts it in force in all of them."""

    def discard(self) -> None:
        """It will not come: what was recorded and prepared is forgotten. Nothing to forget is fine."""


RETRY_AFTER: Final = (2.0, 10.0, 60.0)
"""Seconds before each further try of a load that failed for no fault of the configuration."""


@frozen
class Outcome:
    """How one load ended. ``summary`` is one line; ``rendered`` the diagnostics as people read them."""

    ok: bool
    summary: str
    generation: int
    at: float
    """Seconds since the epoch."""
    diagnostics: tuple[Diagnostic, ...] = ()
    rendered: tuple[str, ...] = ()
    changed: bool = True


@mutable
class Loads:
    """What is known of loads so far; shown by status and metrics."""

    files: tuple[str, ...] = ()
    digest: str = ""
    loaded_at: float = 0.0
    effective: bytes = b"{}"
    hash: str = ""
    """A hash of the effective configuration without its secrets: the same wherever the same is in force."""
    places: Mapping[str, Span] = field(default_factory=dict)
    """Where the settings stand that only a restart can change."""
    last: Outcome = field(default_factory=lambda: Outcome(False, "nothing has been loaded yet", 0, 0.0))
    count: int = 0
    failures: int = 0


def _alone(plan: Plan) -> None:
    """One process that serves, and no others."""


def _unwatched(begins: bool) -> None:
    """Nobody wants to know."""


class Reloader:
    """Loads ``files`` into a gateway, first and again. ``adopt(plan)`` is told of each plan that comes into force.

    ``loading`` is told when a load begins (True) and when it has ended, whatever came of it. ``follow`` is asked with the
    first plan which other processes are to get every generation too, if any.
    """

    def __init__(
        self,
        gateway: Gateway,
        files: Sequence[str],
        *,
        adopt: Callable[[Plan], Awaitable[None] | None],
        watch: Callable[[Seen], None],
        follow: Callable[[Plan], Followers | None] = _alone,
        loading: Callable[[bool], None] = _unwatched,
        fixed: Sequence[Fixed] = NEEDS_RESTART,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._gateway = gateway
        self._files = list(files)
        self._adopt = adopt
        self._watch = watch
        self._follow = follow
        self._loading = loading
        self._followers: Followers | None = None
        self._fixed = fixed
        self._clock = clock
        self._generations = Generations(gateway)
        self._lock = asyncio.Lock()
        self._again: asyncio.Task[Outcome] | None = None
        self._running: set[asyncio.Task[Outcome]] = set()
        self._retry: asyncio.TimerHandle | None = None
        self._failed_in_a_row = 0
        self._old: list[Bound] = []
        self._dismantling: asyncio.Task[None] | None = None
        self.loads = Loads()

    @property
    def plan(self) -> Plan:
        """The plan in force."""
        return self._gateway.bound.plan

    @property
    def echoes(self) -> Any:
        """The built-in upstreams that are running."""
        return self._generations.echoes

    @property
    def fleets(self) -> Fleets:
        """What takes the snapshots of instances that change by themselves."""
        return self._generations.fleets

    def request(self, *, quiet: bool = False) -> None:
        """Asks for a reload from outside a coroutine (a signal, a changed file). Requests that wait are one.

        ``quiet``: it is not worth a line if nothing turns out to have changed.
        """
        if self._again is None or self._again.done():
            self._again = asyncio.get_running_loop().create_task(self.load(quiet=quiet))
            self._running.add(self._again)
            self._again.add_done_callback(self._running.discard)

    async def load(self, *, quiet: bool = False) -> Outcome:
        """Loads the configuration as it is now and puts it in force, or leaves all as it is and says why."""
        async with self._lock:
            self._again = None  # what changes from here on needs another load
            self._forget_retry()
            first = self.loads.count == 0
            self.loads.count += 1
            self._loading(True)
            gc.disable()  # see Swap.apply; young objects of traffic wait for a moment
            try:
                outcome = await self._load(first)
                self._failed_in_a_row = 0
            except BadCertificate as error:
                outcome = self._refused(f"not put in force: {error}", (), ())
            except CompileFailed as error:
                outcome = self._refused(f"not compiled: {error}", (), ())
                if not first:
                    self._try_again()
            except NotFollowed as error:
                outcome = self._refused(f"not put in force: {error}", (), ())
                self._try_again()
            except Exception as error:
                self._gateway.report(error, "loading the configuration")
                outcome = self._refused("not loaded: an internal error, see the log", (), ())
            finally:
                gc.enable()
            self.loads.last = outcome
            if not outcome.ok:
                self.loads.failures += 1
                self._generations.give_back()
                self._let_go_of_followers()
            if not first and (outcome.changed or not quiet):
                self._tell(outcome)
            self._loading(False)
            return outcome

    def _let_go_of_followers(self) -> None:
        if self._followers is not None:
            self._followers.discard()

    def _forget_retry(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
            self._retry = None

    def _try_again(self) -> None:
        if self._failed_in_a_row < len(RETRY_AFTER):
            delay = RETRY_AFTER[self._failed_in_a_row]
            self._failed_in_a_row += 1
            self._retry = asyncio.get_running_loop().call_later(delay, self.request)

    async def _load(self, first: bool) -> Outcome:
        async with Compilation(self._files, beside_traffic=not first) as compilation:
            verdict = await compilation.verdict()
            self._watch(verdict.seen)
            if verdict.plan is None:
                return self._refused("refused", verdict.diagnostics, verdict.rendered)
            if not first:
                refusal = self._needs_restart(verdict)
                if refusal is not None:
                    return refusal
                if verdict.digest == self.loads.digest:
                    return self._unchanged()
            if first:
                self._followers = self._follow(verdict.plan)
            number = 1 if first else self._gateway.bound.generation + 1
            swap = await self._generations.bind(verdict.plan, self._routes(verdict.plan, compilation), number)
            effective = await compilation.effective()
        summary = await changes(getattr(self._gateway, "bound", None), swap.bound)
        if summary and self._followers is not None:
            await self._followers.prepare(swap.bound)
        self.loads.files = verdict.files
        self.loads.digest = verdict.digest
        self.loads.places = verdict.places
        self.loads.effective = effective
        self.loads.hash = verdict.hash
        if not summary:  # comments, layout, an object moved to another file
            self._generations.give_back()
            self._let_go_of_followers()
            self._free(swap.bound)
            return self._unchanged()
        before = swap.apply()
        if self._followers is not None:
            await self._followers.commit()
        told = self._adopt(swap.bound.plan)
        if told is not None:
            await told
        self.loads.loaded_at = self._clock()
        if before is not None:
            self._free(before)
        return Outcome(True, summary, number, self._clock(), verdict.diagnostics, verdict.rendered)

    def _routes(self, plan: Plan, compilation: Compilation) -> AsyncIterator[tuple[RoutePlan, ...]]:
        if self._followers is None:
            return compilation.routes()
        return self._followers.record(plan, compilation.slices())

    def _unchanged(self) -> Outcome:
        generation = self._gateway.bound.generation
        return Outcome(True, "nothing has changed", generation, self._clock(), changed=False)

    def _free(self, bound: Bound) -> None:
        self._old.append(bound)
        if self._dismantling is None or self._dismantling.done():
            self._dismantling = asyncio.get_running_loop().create_task(dismantle(self._old))

    def _needs_restart(self, verdict: Verdict) -> Outcome | None:
        running, plan = self._gateway.bound.plan, verdict.plan
        found = []
        for key, value in self._fixed:
            if plan is not None and value(running) != value(plan):
                found.append(
                    Diagnostic(
                        "E510",
                        Severity.ERROR,
                        f"{key} cannot change while the gateway runs",
                        verdict.places.get(key),
                        "needs a restart",
                        "undo this change, or restart the gateway to put it in force",
                    )
                )
        if not found:
            return None
        return self._refused("refused", tuple(found), tuple(render(d, sources_of(found)) for d in found))

    def _refused(self, summary: str, diagnostics: Sequence[Diagnostic], rendered: Sequence[str]) -> Outcome:
        bound = getattr(self._gateway, "bound", None)
        generation = 0 if bound is None else bound.generation
        errors = sum(d.severity is Severity.ERROR for d in diagnostics)
        if errors:
            summary = f"{summary}: {errors} error{'s' if errors > 1 else ''}"
        return Outcome(False, summary, generation, self._clock(), tuple(diagnostics), tuple(rendered))

    def _tell(self, outcome: Outcome) -> None:
        event = self._gateway.reporter.event
        if outcome.ok:
            if outcome.changed:
                event("info", f"reloaded: {outcome.summary}, generation {outcome.generation}")
            else:
                event("info", f"reloaded: {outcome.summary}")
            for diagnostic, text in zip(outcome.diagnostics, outcome.rendered, strict=True):
                if diagnostic.severity is Severity.WARNING:
                    event("warning", diagnostic.message, diagnostic=text)
            return
        facts = {"diagnostics": "\n\n".join(outcome.rendered)} if outcome.rendered else {}
        if self._retry is not None:
            facts["next"] = f"it is tried again in {RETRY_AFTER[self._failed_in_a_row - 1]:.0f} s"
        summary = outcome.summary if outcome.summary.startswith("refused") else f"failed: {outcome.summary}"
        event("error", f"reload {summary}; generation {outcome.generation} goes on serving", **facts)

    async def cease(self) -> None:
        """No generation comes into force any more; a load that is under way is given up."""
        self._forget_retry()
        await _cancelled(self._running)

    async def stop(self) -> None:
        """Ends what runs in the background."""
        await self.cease()
        if self._dismantling is not None:
            await _cancelled([self._dismantling])
        for echo in self.echoes.values():
            echo.close()


async def _cancelled(tasks: Iterable[asyncio.Task[Any]]) -> None:
    waiting = list(tasks)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


def sources_of(diagnostics: Sequence[Diagnostic]) -> dict[str, str]:
    """The texts that these diagnostics point into, as far as they can be read now."""
    texts: dict[str, str] = {}
    spans: list[Span] = [d.span for d in diagnostics if d.span is not None]
    related: list[Related] = [r for d in diagnostics for r in d.related]
    for span in (*spans, *(r.span for r in related)):
        try:
            texts[span.file] = Path(span.file).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            continue  # the place is still named, only without the line
    return texts
