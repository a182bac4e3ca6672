"""What a simulation found, in words and pictures that fit a terminal."""

from collections.abc import Iterator

from gatewayctl.cli.console import Console
from gatewayctl.cli.tables import table
from gatewayctl.cli.words import count
from gatewayctl.replay.picture import ASCII, DRAWN, moment, picture
from gatewayctl.replay.simulated import LimitFound
from gatewayctl.replay.simulating import Simulation
from gatewayctl.replay.text import requests, share
from gatewayctl.routetest.visible import visible


def simulate_text(simulation: Simulation, found: list[LimitFound], console: Console) -> str:
    """A summary, then one piece for each limit, those that refuse most first."""
    style = console.style
    asked, refused = simulation.requests, simulation.refused
    head = (
        f"{style.strong(f'{refused:,} of {requests(asked)}')} ({share(refused, asked)}) would have been refused"
        if asked
        else "the log has no requests"
    )
    ordered = sorted(found, key=lambda limit: (-limit.seen.refused, limit.name))
    return "\n\n".join([head, *("\n".join(_limit(limit, console)) for limit in ordered)])


def notes(simulation: Simulation, found: list[LimitFound]) -> Iterator[str]:
    """What a log cannot tell, and where the figures are less exact for it."""
    if not simulation.plan.policies.limits:
        yield "the configuration has no limits"
    for name, parts in simulation.untold.items():
        yield f"limit {name} is not simulated: it counts by {', '.join(parts)}, which a log does not tell"
    if simulation.without_duration:
        met = count(simulation.without_duration, "request")
        yield f"{met} not counted by limits of concurrency, since the log does not tell how long they took"
    if simulation.late:
        yield f"{count(simulation.late, 'line')} out of order, taken as if they came later"
    for limit in found:
        if limit.seen.further:
            met = count(limit.seen.further, "request")
            yield f"limit {limit.name}: {met} of keys beyond the first {limit.seen.keys:,}, left out of keys and smallest limits"


def _limit(found: LimitFound, console: Console) -> Iterator[str]:
    style, seen, plan = console.style, found.seen, found.seen.limit.plan
    only_reports = ", only reports" if plan.reports else ""
    burst = f", burst {plan.burst}" if plan.algorithm == "token_bucket" and plan.burst != plan.limit else ""
    yield f"{style.name(found.name)}: {seen.limit}{burst} by {', '.join(plan.key)} ({plan.algorithm}{only_reports})"
    if not seen.asked:
        yield "  no request of the log meets it"
        return
    said = f"{seen.refused:,} of {requests(seen.asked)} ({share(seen.refused, seen.asked)}) refused"
    keys = f"{seen.keys_refused:,} of {count(seen.keys, 'key')}"
    yield f"  {style.bad(said) if seen.refused else style.good(said)}, {keys} concerned"
    yield f"  peak: {requests(seen.timeline.peak)} in one second, at {moment(seen.timeline.peak_at)}"
    for allowed, limit, refused in found.suggestions:
        what = "nothing" if not allowed else f"at most {allowed * 100:g} %"
        answer = f"{limit:,}" if limit is not None else f"none, with a burst of {plan.burst}"
        also = f" ({refused:,})" if refused else ""
        yield f"  smallest limit that refuses {what}{also}: {style.strong(answer)}"
    yield ""
    rows = [[visible(top.key), f"{top.requests:,}", f"{top.refused:,}"] for top in found.top]
    width = None if console.width is None else console.width - 2
    text = table(["KEY", "REQUESTS", "REFUSED"], rows, width=width, style=style)
    yield from (f"  {line}" for line in text.splitlines())
    yield ""
    lines = picture(seen.timeline, width, ASCII if console.ascii_only else DRAWN)
    yield from (f"  {line}" for line in lines)
