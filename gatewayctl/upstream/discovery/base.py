"""The plug point of discovery: where the instances of a service come from.

A source runs until it is cancelled. It tells whole sets, as often as it likes: what did not change costs nothing, what
changes too fast is taken together. What it cannot do it tells as trouble and tries again; the last good set goes on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Protocol

from gatewayctl.core.frozen import frozen
from gatewayctl.plan.feeds import FeedPlan
from gatewayctl.plan.model import InstancePlan


@frozen
class Health:
    """What active checks conclude about one instance: ``problem`` says why it is not ``fit``."""

    fit: bool
    problem: str = ""


@frozen
class Snapshot:
    """The instances of a service at one time. ``addresses`` are those of hosts that are names; empty: none is known.

    ``trouble`` says why it may be old; empty where the source answers. ``known`` False: nothing has been found so far,
    which is not the same as that there is nothing.
    """

    feed: FeedPlan
    instances: tuple[InstancePlan, ...]
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    trouble: str = ""
    health: Mapping[str, Health] = field(default_factory=dict)
    """By instance id, of those that active checks have looked at."""
    known: bool = True


class Listener(Protocol):
    """Who hears what a source finds. To be called on the event loop's thread."""

    def found(self, instances: Iterable[InstancePlan]) -> None:
        """All instances there are now; the order says nothing, their ids differ."""

    def trouble(self, problem: str) -> None:
        """The source cannot be asked, or answers rubbish: why, in a few words."""


class Source(Protocol):
    async def run(self, listener: Listener) -> None:
        """Finds and goes on finding. An exception is trouble too, and makes it run again after a while."""
