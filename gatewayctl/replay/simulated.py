"""What a simulation found, limit by limit, as data: what ``schemas/simulate.schema.json`` describes."""

from typing import Any, Final

from gatewayctl.core.frozen import frozen
from gatewayctl.replay.document import log_data
from gatewayctl.replay.limit_seen import LimitSeen, TopKey
from gatewayctl.replay.picture import moment
from gatewayctl.replay.reading import LogReading
from gatewayctl.replay.simulating import Simulation
from gatewayctl.replay.smallest import Suggestion, suggestions
from gatewayctl.routetest.visible import visible

TOP: Final = 5
"""Keys that are told of each limit."""
_BUCKETS: Final = 120


@frozen
class LimitFound:
    """One limit at the end."""

    name: str
    seen: LimitSeen
    top: list[TopKey]
    suggestions: list[Suggestion]


def found_limits(simulation: Simulation) -> list[LimitFound]:
    """All limits that were simulated. Other limits are tried on what the log asked of each, which takes some passes."""
    return [
        LimitFound(name, seen, seen.top(TOP), suggestions(seen.limit.plan, seen.demand) if seen.demand.events else [])
        for name, seen in simulation.limits.items()
    ]


def simulate_data(simulation: Simulation, found: list[LimitFound], name: str, reading: LogReading) -> dict[str, Any]:
    """All of it."""
    return {
        "log": log_data(name, reading),
        "requests": simulation.requests,
        "refused": simulation.refused,
        "without_limit": simulation.unlimited,
        "limits": [_limit(limit) for limit in found],
        "not_simulated": [{"limit": limit, "unknown": parts} for limit, parts in simulation.untold.items()],
        "without_duration": simulation.without_duration,
        "late": simulation.late,
    }


def _limit(found: LimitFound) -> dict[str, Any]:
    seen, plan = found.seen, found.seen.limit.plan
    seconds, buckets = seen.timeline.buckets(_BUCKETS)
    return {
        "name": found.name,
        "algorithm": plan.algorithm,
        "limit": plan.limit,
        "window_seconds": None if seen.limit.algorithm.holds else plan.window,
        "key": list(plan.key),
        "mode": "report" if plan.reports else "enforce",
        "requests": seen.asked,
        "refused": seen.refused,
        "share": seen.refused / seen.asked if seen.asked else 0.0,
        "keys": seen.keys,
        "keys_refused": seen.keys_refused,
        "requests_of_further_keys": seen.further,
        "peak": None
        if not seen.asked
        else {"requests_per_second": seen.timeline.peak, "at": moment(seen.timeline.peak_at)},
        "top_keys": [{"key": visible(key), "requests": asked, "refused": refused} for key, asked, refused in found.top],
        "smallest": [
            {"share": share, "limit": limit, "refused": refused if limit is not None else None}
            for share, limit, refused in found.suggestions
        ],
        "timeline": {
            "began": moment(seen.timeline.began) if seen.asked else None,
            "seconds": seconds,
            "requests": [bucket.requests for bucket in buckets],
            "refused": [bucket.refused for bucket in buckets],
        },
    }
