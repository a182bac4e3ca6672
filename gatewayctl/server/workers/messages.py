"""What the supervisor and its workers say to each other, in the order of a worker's life."""

from collections.abc import Mapping

from gatewayctl.core.frozen import frozen
from gatewayctl.server.workers.counts import Counts
from gatewayctl.state.shared.keeper import Handed
from gatewayctl.upstream.discovery.base import Snapshot

# ── to a worker ───────────────────────────────────────────────────────


@frozen
class Prepare:
    """Bind generation ``number``, whose parcel comes with this as a descriptor, but do not put it in force yet.

    ``ports`` are those of the built-in instances, which run in the supervisor, by service and instance.
    """

    number: int
    ports: Mapping[tuple[str, str], int]


@frozen
class Found:
    """What discovery, which runs in the supervisor, has found for a service."""

    snapshot: Snapshot


@frozen
class Hand:
    """A table of records that generations to come need; its memory comes with this as a descriptor."""

    table: Handed


@frozen
class Commit:
    """Put the generation that was prepared in force; with the first one, begin to accept."""

    number: int


@frozen
class Discard:
    """Forget what was prepared: the generation will not come."""

    number: int


@frozen
class Tell:
    """Say now what was counted; the answer carries ``token``."""

    token: int


@frozen
class TakeOver:
    """Accept on this socket of worker ``index`` too (its descriptor comes with this): that worker does not start any more."""

    index: int


@frozen
class GiveBack:
    """Worker ``index`` accepts by itself again."""

    index: int


@frozen
class Leave:
    """The end has begun: health checks say no, traffic goes on."""


@frozen
class Drain:
    """Accept nothing more, let requests finish for ``grace`` seconds, then end."""

    grace: float


@frozen
class Cut:
    """End now."""


# ── from a worker ─────────────────────────────────────────────────────


@frozen
class Prepared:
    """The generation is bound and waits for ``Commit``."""

    number: int


@frozen
class NotPrepared:
    """It cannot be bound; ``why`` in a few words."""

    number: int
    why: str


@frozen
class InForce:
    """The generation is in force here."""

    number: int


@frozen
class Beat:
    """It lives, and this is what has changed since the last beat. ``token`` is that of a ``Tell``, 0 without one."""

    counts: Counts
    token: int = 0


@frozen
class Event:
    """A line for the gateway's own log."""

    level: str
    message: str
    facts: Mapping[str, object]


@frozen
class Ended:
    """All is drained, or ``cut`` connections (with ``in_flight`` requests) were cut; the process ends now."""

    cut: int
    in_flight: int
