"""The control plane of instances: runs the feeds that are wanted, once a host, and gives out what they find."""

import asyncio
from collections.abc import Callable, Collection

from gatewayctl.plan.feeds import FeedPlan
from gatewayctl.upstream.discovery.base import Snapshot
from gatewayctl.upstream.discovery.feed import Feed
from gatewayctl.upstream.discovery.sources import source_of


class ControlPlane:
    """``publish(snapshot)`` is called on the event loop; ``event`` and ``report`` write to the gateway's log."""

    def __init__(
        self,
        publish: Callable[[Snapshot], None],
        *,
        event: Callable[..., None],
        report: Callable[[Exception, str], None],
    ) -> None:
        self._publish = publish
        self._event = event
        self._report = report
        self._feeds: dict[FeedPlan, Feed] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def follow(self, feeds: Collection[FeedPlan]) -> None:
        """Runs these feeds from now on, and no others; those that run already run on. Within the event loop."""
        wanted = set(feeds)
        for plan in [plan for plan in self._feeds if plan not in wanted]:
            self._end(self._feeds.pop(plan))
        for plan in wanted:
            if plan not in self._feeds:
                feed = self._feeds[plan] = Feed(
                    plan, source_of(plan), publish=self._publish, event=self._event, report=self._report
                )
                feed.start()

    async def stop(self) -> None:
        """Ends all feeds."""
        self.follow(())
        await asyncio.gather(*self._ending, return_exceptions=True)

    def _end(self, feed: Feed) -> None:
        task = asyncio.create_task(feed.stop())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
