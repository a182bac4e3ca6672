"""What the steps of a request have found out and hold. Made for the first step that has something to keep."""

from collections.abc import Callable, Sequence

from gatewayctl.policy.limits.limit import Decision


class Course:
    """``guards`` are called exactly once when the request has ended, however it did: they give back what it held."""

    __slots__ = ("decisions", "guards", "reported", "session")

    def __init__(self) -> None:
        self.guards: list[Callable[[], None]] = []
        self.decisions: Sequence[Decision] = ()
        """What the limits said."""
        self.reported: tuple[str, ...] = ()
        """Limits that would have refused it, but only report."""
        self.session = b""
        """The token of the instance that its sticky session is on."""
