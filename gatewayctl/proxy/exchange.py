"""One request from its head to its log line. The numbers are those of ``docs/request-journey.md``.

An exchange is driven by callbacks: from its door (the client's side) and from the upstream connection that it holds.
Nothing here waits and nothing is a coroutine; making a new connection is the only thing that needs a task. It is told
in four files: what is known (``exchange_state``, steps 2 and 3), how it ends (``answering``), how it goes upstream
(``forwarding``, steps 7 to 9), and here what happens when.
"""

import asyncio
from bisect import bisect_left
from collections.abc import Awaitable, Iterator
from typing import TYPE_CHECKING, Final

from gatewayctl.core.chunked import LAST_CHUNK, chunk
from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import RESPONSE_DROPS, Field, Kind, combined, field
from gatewayctl.core.framing import CHUNKED
from gatewayctl.core.messages import PLAIN, ResponseHead
from gatewayctl.core.preflight import asked_method
from gatewayctl.core.reply import Reply
from gatewayctl.policy.cors import VARY_PREFLIGHT
from gatewayctl.proxy.attempts import PolicedExchange
from gatewayctl.routing import Match, Miss, PathError, canonical_path

if TYPE_CHECKING:
    from gatewayctl.proxy.bound import BoundRoute
    from gatewayctl.steps.base import AdmitStep

_NEVER_NAMED: Final = Kind.CONTENT_LENGTH | Kind.TRANSFER_ENCODING | Kind.HOST
"""What Connection cannot remove: it frames or addresses the message."""
_TEXT_EVENT_STREAM: Final = b"text/event-stream"


class Exchange(PolicedExchange):
    """``start`` or ``refuse`` is called once, then the callbacks of the door and of ``Receiver``."""

    __slots__ = ()

    # ── admission ─────────────────────────────────────────────────────

    def start(self) -> None:
        """Takes the request as far as it goes without waiting: an answer, or a request on its way upstream."""
        head, bound = self.head, self.bound
        # 4. the canonical path
        path = self.path = head.path
        if not head.plain:
            try:
                path = self.path = canonical_path(
                    path, encoded_slashes=bound.encoded_slashes, merge_slashes=bound.merge_slashes
                )
            except PathError as error:
                self._no_path(str(error))
                return
        if path == bound.health_path:
            self.answer(self.gateway.health_reply())
            return
        if bound.redirects and self.origin.scheme == b"http":
            self._to_https()
            return
        # 5. the route
        match = bound.table.match(head.method, head.host, path, head.query or b"", head.fields)
        if bound.answers_preflights and head.method == b"OPTIONS" and self._preflight(match):
            return
        if type(match) is Miss:
            self._missed(match.allow)
            return
        if (
            not head.plain
            and (b"//" in path or b";" in path)
            and bound.table.ambiguous(head.method, head.host, path, head.query or b"", head.fields, match)
        ):
            self.fail(failure("ambiguous_path", "a server behind could read another route from this path"))
            return
        self._take(match)

    def _take(self, match: Match) -> None:
        """The route has the request."""
        head = self.head
        route = self.route = self.bound.routes[match.route]
        self.log_target = route.log_target
        self.params = match.params
        if head.wishes is not PLAIN and head.wishes.dropped_names:
            named = head.wishes.dropped_names  # hop-by-hop: they end here, before any step puts in fields of its own
            self.fields = [f for f in head.fields if f[0] & _NEVER_NAMED or f[1] not in named]
        # 6. admission: the steps of the route, any of which may answer
        if route.admit:
            self._admit(route, iter(route.admit))
        else:
            self._forward(route)

    def _admit(self, route: "BoundRoute", steps: "Iterator[AdmitStep]") -> None:
        """The steps that are left. One that has to wait is waited for, and admission goes on behind it."""
        for step in steps:
            outcome = step.admit(self)
            if outcome is not None:
                if isinstance(outcome, Failure):
                    self.fail(outcome)
                elif isinstance(outcome, Reply):
                    self.answer(outcome)
                else:
                    self._wait(outcome, route, steps)
                return
        self._forward(route)

    def _wait(
        self, outcome: Awaitable[Reply | Failure | None], route: "BoundRoute", steps: "Iterator[AdmitStep]"
    ) -> None:
        """The client's body waits meanwhile; a client that leaves, or is given up, cancels it."""
        if not self.request_complete:
            self._body_pending = []
            self.door.pause_body()
        waiting = asyncio.ensure_future(outcome, loop=self.gateway.loop)
        self._connecting = waiting
        waiting.add_done_callback(lambda done: self._resume(done, route, steps))

    def _resume(
        self, done: "asyncio.Future[Reply | Failure | None]", route: "BoundRoute", steps: "Iterator[AdmitStep]"
    ) -> None:
        if done.cancelled():
            return
        error = done.exception()
        if isinstance(error, Exception):
            self.gateway.report(error, "admitting a request")
            outcome: Reply | Failure | None = failure("internal_error", "the request could not be admitted")
        else:
            outcome = done.result()
        self._connecting = None
        if self.settled:
            return
        self.sent_at = self.gateway.clock()
        if isinstance(outcome, Failure):
            self.fail(outcome)
        elif outcome is not None:
            self.answer(outcome)
        else:
            self._go_on(route, steps)

    def _go_on(self, route: "BoundRoute", steps: "Iterator[AdmitStep]") -> None:
        """As at the beginning, but nobody above us reports what goes wrong."""
        try:
            self._admit(route, steps)
        except Exception as error:
            self.gateway.report(error, "handling a request")
            self.fail(failure("internal_error", "the request could not be handled"))

    def refuse(self, what: Failure) -> None:
        """Answers a request whose head could not be read or may not be served."""
        self.path = self.head.path
        self.fail(what)

    def _no_path(self, why: str) -> None:
        """A target that is no path: one of the two forms that are none, or a path without a canonical form."""
        head = self.head
        if head.path == b"*" and head.method == b"OPTIONS":
            self.answer(Reply(204, ()))
        elif head.method == b"CONNECT":
            refusal = failure("method_not_allowed", "this gateway is not a tunnel: CONNECT is refused")
            self.fail(refusal, (field(b"Allow", b""),))  # RFC 9110 10.2.1: empty, for no method is allowed here
        else:
            self.fail(failure("bad_path", why))

    def _preflight(self, match: Match | Miss) -> bool:
        """Whether this is a CORS preflight that is answered: by the route that would take the request it asks for, if
        that one has CORS; by the default policy where no route takes either, so that a page can be told why. Where that
        route has none, and OPTIONS is another's that has, nothing is allowed: it cannot speak for it.
        """
        head, bound = self.head, self.bound
        method = asked_method(head)
        if method is None:
            return False
        asked = bound.table.match_preflight(method, head.host, self.path, head.query or b"")
        if isinstance(asked, Match):
            if bound.routes[asked.route].answers_preflights:
                self._take(asked)
                return True
            if isinstance(match, Match) and bound.routes[match.route].answers_preflights:
                self.answer(Reply(204, (VARY_PREFLIGHT,)))
                return True
        elif bound.default_cors is not None and isinstance(match, Miss):
            self.answer(Reply(204, tuple(bound.default_cors.preflight(head, method))))
            return True
        return False

    def _missed(self, allow: tuple[bytes, ...]) -> None:
        if allow:
            detail = f"{self.head.method.decode('latin-1')[:32]} is not among the methods of this path"
            self.fail(failure("method_not_allowed", detail), (field(b"Allow", b", ".join(allow)),))
        else:
            self.fail(failure("no_route", "no route takes this host and path"))

    # ── the request's body, from the door ─────────────────────────────

    def on_body(self, data: bytes) -> None:
        """10. A piece of the request's body, never empty. Nothing is gathered but what a repeat may need."""
        self.received += len(data)
        if self.settled:
            return
        route = self.route
        if route is not None and self.received > route.max_body:
            self.refuse_body("body_too_large", f"the body is larger than {route.max_body:.0f} bytes")
            return
        kept = self._kept
        if kept is not None:
            self._kept_size += len(data)
            if route is None or self._kept_size > route.keep:
                self._kept = None
            else:
                kept.append(data)
        connection = self._connection
        if connection is not None:
            connection.transport.write(chunk(data) if self.head.body == CHUNKED else data)
        elif self._body_pending is not None:
            self._body_pending.append(data)

    def on_body_end(self) -> None:
        """The request is complete. Its trailers, if any, end here."""
        self.request_complete = True
        connection = self._connection
        if connection is not None and not self.settled:
            connection.uploading = False
            if self.head.body == CHUNKED:
                connection.transport.write(LAST_CHUNK)
            if not self.responded:
                self._await_head(connection)

    def refuse_body(self, reason: str, detail: str) -> None:
        """The request's body cannot be read to its end: a problem if nothing has been answered yet, else a cut."""
        if self.settled:
            return
        self._drop_upstream()
        if not self.responded:
            self.fail(failure(reason, detail))
            return
        self.failure = failure(reason, detail)
        self.door.cut()
        self._settle()

    def on_client_gone(self, detail: str, reason: str = "client_closed") -> None:
        """The client has left, or has been given up: the upstream is freed at once."""
        if self.settled:
            return
        self._drop_upstream()
        gone = self.failure = failure(reason, detail)
        if not self.responded:
            self.status = gone.kind.status
        self._settle()

    def on_client_writable(self, writable: bool) -> None:
        """Backpressure: while the client does not read, neither do we."""
        self._client_full = not writable
        connection = self._connection
        if connection is not None:
            if writable:
                connection.resume()
            else:
                connection.pause()

    # ── the response, from the upstream connection ────────────────────

    def on_interim(self, head: ResponseHead) -> None:
        """See ``Receiver``. 100 goes only to a client that asked for it, the others to all that can tell them apart."""
        if self.head.minor and not self.responded and (head.status != 100 or self.head.wishes.expects_continue):
            drops, named = RESPONSE_DROPS | Kind.CONTENT_LENGTH, head.dropped_names
            lines = [f[3] for f in head.fields if not f[0] & drops and (f[1] not in named or f[0] & _NEVER_NAMED)]
            self.door.interim(head.line, lines)

    def on_response(self, head: ResponseHead, length: int, first: bytes, complete: bool, now: float) -> None:
        """11. The response's head, shaped, goes to the client with what came of the body."""
        if self._conduct is not None:
            self._hear(self._conduct, head.status, now)
        course = self.course
        if (
            course is not None
            and course.service is not None
            and self._judged(course, course.service, head, length, first, complete, now)
        ):
            return
        instance, route, bound = self.instance, self.route, self.bound
        self.status = head.status
        seconds = self.upstream_time = now - self.sent_at
        instance.answers[head.status_class] += 1  # type: ignore[union-attr]
        durations = instance.durations  # type: ignore[union-attr]
        durations.counts[bisect_left(durations.bounds, seconds)] += 1  # as Histogram.observe
        durations.sum += seconds
        if route is not None and (route.shape or head.dropped_names):
            shaped = self._shaped(head)
            if shaped is None:
                if complete:
                    self._connection = None
                self._drop_upstream()
                self._answer(self._internal_error())
                return
            lines = [*(f[3] for f in shaped), bound.request_id_prefix, self.request_id, bound.response_end]
            dated = any(f[1] == b"date" for f in shaped)
        else:
            lines = [head.passed, bound.request_id_prefix, self.request_id, bound.response_end]
            dated = head.dated
        self.responded = True
        if not dated:
            lines.append(self.gateway.date_line())
        for step in () if route is None else route.add:
            lines.insert(0, step.lines(self))
        self.sent = len(first)
        if complete:
            self._connection = None
            self.settled = True
            instance.in_flight -= 1  # type: ignore[union-attr]
            if course is not None and course.guards is not None:  # its attempt has been judged: all else is over
                self._end_course(course, now)
            self.gateway.settle(self, now)
            self.door.respond(head.line, lines, length, first, True)  # last: it goes on to the client's next request
            return
        connection = self._connection
        if (
            length < 0
            and connection is not None
            and (combined(head.fields, b"content-type") or b"").lower().startswith(_TEXT_EVENT_STREAM)
        ):
            connection.idle_timeout = route.service.tunnel_idle_timeout  # type: ignore[union-attr]
            connection.extend()
        self.door.respond(head.line, lines, length, first, False)
        if self._client_full and connection is not None:  # it was before the body began
            connection.pause()

    def _shaped(self, head: ResponseHead) -> list[Field] | None:
        """The fields of a response whose fields are not all passed on as they are; None if a step failed."""
        drops = RESPONSE_DROPS | (Kind.CONTENT_LENGTH if head.status == 204 else 0)
        named = head.dropped_names
        fields = [f for f in head.fields if not f[0] & drops and (f[1] not in named or f[0] & _NEVER_NAMED)]
        return self._shape(fields)

    def on_piece(self, data: bytes) -> None:
        """12. A piece of the response's body, as it came."""
        self.sent += len(data)
        self.door.piece(data)

    def on_end(self, trailers: list[Field]) -> None:
        """See ``Receiver``."""
        self._connection = None
        self._settle()
        self.door.end([f[3] for f in trailers if not f[0]])

    def on_switch(self, head: ResponseHead, first: bytes) -> None:
        """The service agreed to switch protocols: from here on both connections are one pipe."""
        connection = self._connection
        if connection is None:
            return
        self._recall()
        course = self.course
        if course is not None and course.service is not None:
            self._judged(course, course.service, head, 0, b"", False, self.gateway.clock())
        if head.upgrade != self.head.upgrade:
            self._drop_upstream()
            self.fail(failure("upgrade_failed", "the service switched to another protocol than asked for"))
            return
        self.status = 101
        self.responded = True
        self.upstream_time = self.gateway.clock() - self.sent_at
        self.instance.answers[1] += 1  # type: ignore[union-attr]
        lines = [f[3] for f in head.fields if not f[0] & (RESPONSE_DROPS | Kind.CONTENT_LENGTH)]
        lines.append(b"Connection: Upgrade\r\nUpgrade: %b\r\n" % self.head.upgrade)
        lines += (self.bound.request_id_prefix, self.request_id, self.bound.response_end)
        connection.idle_timeout = self.route.service.tunnel_idle_timeout  # type: ignore[union-attr]
        self.door.switch(head.line, lines, first, connection)

    def on_tunnel_closed(self, received: int, sent: int) -> None:
        """Both directions of a tunnel have ended; sizes in bytes."""
        if not self.settled:
            self.received, self.sent = received, sent
            self._connection = None
            self._settle()

    def on_failure(self, failure: Failure, *, answered: bool) -> None:
        """See ``Receiver``: a stale connection is forgiven once, all else is told to the client."""
        self._recall()
        instance = self.instance
        self._connection = None
        if self.responded:
            self.failure = failure
            self.door.cut()
            self._settle()
            return
        if instance is not None:
            self._lose(instance)
            if self._reused and not answered and self._may_send_again() and failure.kind.reason == "upstream_reset":
                self._stale_retried = True
                if self._kept is not None:
                    self._body_pending = list(self._kept)
                self._attempt(instance)
                return
            if self.course is not None and self._failed(failure, instance.id, handed_over=True):
                return
        self.fail(failure)

    def on_writable(self, writable: bool) -> None:
        """See ``Receiver``: while the service does not read, neither do we."""
        if writable:
            self.door.resume_body()
        else:
            self.door.pause_body()
