"""What an exchange keeps while its attempts are let through, judged and made again."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Field
from gatewayctl.core.framing import CHUNKED
from gatewayctl.core.messages import RequestHead, ResponseHead
from gatewayctl.policy.breakers.breaker import Breaker
from gatewayctl.steps.course import Course
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.instance import Instance

if TYPE_CHECKING:
    from gatewayctl.upstream.rooms import Rooms
    from gatewayctl.upstream.service import Service

_MOST_HELD: Final = 64 * 1024
"""Bytes of a response that is held back; then its connection is read no further."""


class Policed(Course):
    """The course of an exchange. ``breaker`` with its ``permit`` is that of the attempt under way."""

    __slots__ = ("began", "breaker", "fell_back", "held", "permit", "room", "service", "timer", "tries")

    def begin(self) -> None:
        """As ``Course.begin``, without a call of it: there is one of these for each policed request."""
        self.guards = None
        self.decisions = ()
        self.reported = ()
        self.undo = None
        self.session = b""
        self.service: Service | None = None
        """Where the attempts go; None for a service without conduct and a route without retries."""
        self.breaker: Breaker | None = None
        self.permit = 0
        self.began = 0.0
        """When the attempt under way began."""
        self.tries = 0
        self.timer: asyncio.TimerHandle | None = None
        """Runs until the next try."""
        self.held: HeldResponse | None = None
        self.room: Callable[[], None] | None = None
        """Gives back the room that the attempt under way has at its instance, where that counts for the whole host."""
        self.fell_back = False

    def enter(self, rooms: "Rooms", id: str) -> bool:
        """Whether there is room at an instance for an attempt; if so it is held until ``leave``, or the request's end."""
        self.room = rooms.take(id)
        if self.room is None:
            return False
        self.guard(self.leave)
        return True

    def leave(self) -> None:
        """The attempt under way has ended, or passed its room on."""
        room, self.room = self.room, None
        if room is not None:
            room()

    def let_go(self, now: float) -> None:
        """The attempt under way and what was held for another are over; nothing is known of how it would have ended."""
        if self.timer is not None:
            self.timer.cancel()
            self.timer = None
        if self.held is not None:
            self.held.drop()
            self.held = None
        if self.breaker is not None:
            self.breaker.abandoned(self.permit, now)
            self.breaker = None


class HeldResponse:
    """A response that is not good enough, kept while the request is tried again. See ``Receiver``.

    If nothing better comes, it is what the client gets: it is the service's own word.
    """

    def __init__(
        self,
        request: RequestHead,
        instance: Instance,
        connection: UpstreamConnection | None,
        head: ResponseHead,
        length: int,
        first: bytes,
        seconds: float,
        room: Callable[[], None] | None,
    ) -> None:
        self.head = request
        self.response = head
        self.length = length
        self.instance = instance
        self.connection = connection
        """None once the response is complete."""
        self.trailers: list[Field] = []
        self.broken = False
        self._pieces = [first] if first else []
        self._size = len(first)
        self._seconds = seconds
        self.room = room

    @property
    def body(self) -> bytes:
        """What of its body is there."""
        return b"".join(self._pieces)

    @property
    def whole(self) -> bool:
        """Whether it can be passed on at once, with a length."""
        return self.connection is None and self.length != CHUNKED

    def drop(self) -> None:
        """Something better has come, or nobody wants it."""
        instance = self.instance
        instance.answers[self.response.status // 100] += 1
        instance.durations.observe(self._seconds)
        instance.in_flight -= 1
        room, self.room = self.room, None
        if room is not None:
            room()
        if self.connection is not None:
            self.connection.abandon()
            self.connection = None

    def on_interim(self, head: ResponseHead) -> None:
        """None follows a final response."""

    def on_response(self, head: ResponseHead, length: int, first: bytes, complete: bool, now: float) -> None:
        """It has come already."""

    def on_piece(self, data: bytes) -> None:
        """See ``Receiver``."""
        self._pieces.append(data)
        self._size += len(data)
        if self._size > _MOST_HELD and self.connection is not None:
            self.connection.pause()

    def on_end(self, trailers: list[Field]) -> None:
        """See ``Receiver``."""
        self.connection = None
        self.trailers = trailers

    def on_switch(self, head: ResponseHead, first: bytes) -> None:
        """None follows a final response."""

    def on_failure(self, failure: Failure, *, answered: bool) -> None:
        """See ``Receiver``: it cannot be passed on any more."""
        self.connection = None
        self.broken = True

    def on_writable(self, writable: bool) -> None:
        """Nothing more is sent."""
