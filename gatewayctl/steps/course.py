"""What the steps of a request have found out and hold. Made for the first step that has something to keep."""

from collections.abc import Callable, Sequence

from gatewayctl.policy.limits.limit import Decision


class Course:
    """``guards`` are called exactly once when the request has ended, however it did: they give back what it held."""

    __slots__ = ("decisions", "guards", "reported", "session", "undo")

    def begin(self) -> None:
        """In place of ``__init__``, as for an exchange (``proxy/exchange_state.py``)."""
        self.guards: list[Callable[[], None]] | None = None
        self.decisions: Sequence[Decision] = ()
        """What the limits said, but for ``Traffic.taken``."""
        self.reported: tuple[str, ...] = ()
        """Limits that would have refused it, but only report."""
        self.undo: Callable[[], None] | None = None
        """Gives back what the limits before authentication took, where those after it may refuse."""
        self.session = b""
        """The token of the instance that its sticky session is on."""

    def guard(self, give_back: Callable[[], None]) -> None:
        """Something is held until the request ends."""
        if self.guards is None:
            self.guards = []
        self.guards.append(give_back)
