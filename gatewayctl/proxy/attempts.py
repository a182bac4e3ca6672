"""Attempts at a service that judges, refuses and is tried again: breaker, instance, connection, send, and so on.

Only exchanges whose service has a conduct or whose route has retries come here; for all others step 8 is
``ForwardingExchange._forward``'s own. One attempt: 8a the breaker is asked, 8b an instance is chosen that is neither out,
full nor tried before, 8c a connection is taken or made, 9 the head goes out; 11a the response is judged: it is passed on,
or held back while another try is made.
"""

from math import ceil
from typing import TYPE_CHECKING

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import Field, combined, field
from gatewayctl.core.framing import NO_BODY
from gatewayctl.core.messages import ResponseHead
from gatewayctl.core.reply import Reply
from gatewayctl.plan.policies import FallbackPlan
from gatewayctl.policy.breakers.breaker import Breaker
from gatewayctl.policy.breakers.table import ORDINARY, REFUSED
from gatewayctl.policy.retries.rules import retry_after
from gatewayctl.proxy.forwarding import ForwardingExchange
from gatewayctl.proxy.policed import HeldResponse, Policed
from gatewayctl.state.timer_wheel import NEVER
from gatewayctl.upstream.conduct import BLAMED, Conduct
from gatewayctl.upstream.connection import UpstreamConnection
from gatewayctl.upstream.instance import Instance
from gatewayctl.upstream.service import Service

if TYPE_CHECKING:
    from gatewayctl.proxy.bound import BoundRoute


class PolicedExchange(ForwardingExchange):
    """An exchange with what happens between a request and its attempts."""

    __slots__ = ()

    if TYPE_CHECKING:

        def on_response(self, head: ResponseHead, length: int, first: bytes, complete: bool, now: float) -> None:
            """See ``Receiver``."""

        def on_piece(self, data: bytes) -> None:
            """See ``Receiver``."""

        def on_end(self, trailers: list[Field]) -> None:
            """See ``Receiver``."""

    # ── one attempt ───────────────────────────────────────────────────

    def _begin(self, route: "BoundRoute") -> None:
        """The first attempt at the route's service.

        Mostly no breaker refuses it, an idle connection is there, and all goes well: then all that is kept is
        ``_conduct``, from which ``_recall`` makes the rest as soon as anything depends on it.
        """
        service, now = route.service, self.sent_at
        if route.retry is not None:
            route.retry.budget.request(now)
            if self.head.body != NO_BODY and self.head.method in route.retry.rules.methods:
                self._keep(route)
        conduct = service.conduct  # type: ignore[union-attr]
        if conduct is not None and conduct.plain and self.head.body == NO_BODY:
            breaker = conduct.of_service or conduct.breaker(route.name)
            if breaker is None or not breaker.asks:
                instance = service.choose(self, now, (), ())  # type: ignore[union-attr]
                if instance is None:
                    policed = self.course or self.on_course()
                    policed.service, policed.tries = service, 1
                    self._unavailable(policed, self._nobody(service), now)  # type: ignore[arg-type]
                    return
                self._conduct = conduct
                connection = instance.acquire(now)
                if connection is None:
                    self._recall()
                    self._attempt(instance)
                    return
                self.instance = instance
                self.attempts = 1
                instance.in_flight += 1
                self._reused = True
                self._send(connection)
                return
        policed = self.course or self.on_course()
        policed.service = service
        self._try(policed, now)

    def _recall(self) -> None:
        """What was known of the first attempt is kept from now on, as for all others."""
        conduct, route = self._conduct, self.route
        if conduct is None or route is None:
            return
        self._conduct = None
        policed = self.course or self.on_course()
        policed.service = route.service
        policed.breaker = conduct.of_service or conduct.breaker(route.name)
        policed.began = self.sent_at
        policed.tries = 1

    def _try(self, policed: Policed, now: float) -> None:
        service, route = policed.service, self.route
        if service is None or route is None:
            return
        policed.timer = None
        policed.tries += 1
        conduct = service.conduct
        # 8a. the breaker of the service or the route
        breaker, permit = None if conduct is None else conduct.of_service or conduct.breaker(route.name), ORDINARY
        if breaker is not None and breaker.asks:
            permit = breaker.ask(now)
            if permit == REFUSED:
                self._unavailable(policed, self._refused_by(breaker.wait(now)), now)
                return
        # 8b. an instance; one that has a breaker of its own, or is full for all of this host, may refuse: another's turn
        instance = service.choose(self, now, self.tried, ())
        if instance is not None and conduct is not None and conduct.asks_instances:
            instance, own, wait = self._ask_instances(policed, service, conduct, instance, now)
            if own is not None:
                breaker, permit = own
            elif instance is None and wait != NEVER:
                self._unavailable(policed, self._refused_by(wait), now)
                return
        if instance is None:
            if breaker is not None:
                breaker.abandoned(permit, now)
            self._unavailable(policed, self._nobody(service), now)
            return
        policed.breaker, policed.permit, policed.began = breaker, permit, now
        if conduct is not None and conduct.sessions is not None:
            policed.session = conduct.sessions.token(instance.id) or b""
        # 8c. a connection
        connection = instance.acquire(now)
        if connection is None:
            self._attempt(instance)
            return
        self.instance = instance
        self.attempts += 1
        if self.attempts > 1:
            self.tried = (*self.tried, instance.id)
        instance.in_flight += 1
        self._reused = True
        self._send(connection)

    def _ask_instances(
        self, policed: Policed, service: Service, conduct: Conduct, first: Instance, now: float
    ) -> tuple[Instance | None, tuple[Breaker, int] | None, float]:
        """The first instance that lets the attempt through, with its own breaker's permit; else the shortest wait for one."""
        instance: Instance | None = first
        refused: set[str] = set()
        wait = NEVER
        while instance is not None:
            own: tuple[Breaker, int] | None = None
            if conduct.scope == "instance":
                breaker = conduct.instance_breaker(instance.id)
                own = breaker, breaker.ask(now)
                if own[1] == REFUSED:
                    wait = min(wait, breaker.wait(now))
            if own is None or own[1] != REFUSED:
                if conduct.rooms is None or policed.enter(conduct.rooms, instance.id):
                    return instance, own, wait
                if own is not None:
                    own[0].abandoned(own[1], now)
            refused.add(instance.id)
            instance = service.choose(self, now, self.tried, refused)
        return None, None, wait

    def _refused_by(self, wait: float) -> Failure:
        seconds = max(1, ceil(wait))
        return failure(
            "breaker_open",
            "the service has failed too often and is given time to recover",
            (field(b"Retry-After", b"%d" % seconds),),
        )

    def _nobody(self, service: Service) -> Failure:
        conduct = service.conduct
        why = "no instance of the service takes requests"
        if conduct is not None and conduct.max_in_flight is not None and service.availability.members:
            why = "every instance of the service has as many requests as it takes"
        return failure("no_healthy_instance", why)

    def _unavailable(self, policed: Policed, what: Failure, now: float) -> None:
        """No attempt can be made: the last response that there was, else the fallback, else a problem."""
        if policed.held is not None:
            self._pass_held_on(policed)
            return
        service = policed.service
        fallback = None if service is None or service.conduct is None else service.conduct.fallback
        if fallback is None or policed.fell_back:
            self.fail(what)
            return
        policed.fell_back = True
        if fallback.service:
            self._fall_back(policed, self.bound.services[fallback.service], now)
        else:
            self.answer(_fallback_reply(fallback, what))

    def _fall_back(self, policed: Policed, service: Service, now: float) -> None:
        """Another service takes the request."""
        policed.service = service
        policed.tries = 0
        self.log_target = b'"route":"%b","service":"%b"' % (self.route_name.encode(), service.log_name)
        self._try(policed, now)

    def _await_policed(self, policed: Policed, connection: UpstreamConnection, now: float) -> None:
        """The head must come within the time of a try, the first-byte timeout, and the route's, whichever is nearest."""
        route, service = self.route, policed.service
        if route is None or service is None:
            return
        deadline = now + service.first_byte_timeout
        note = service.first_byte_note
        retry = route.retry
        if retry is not None and policed.began + retry.attempt_timeout < deadline:
            deadline = policed.began + retry.attempt_timeout
            note = retry.attempt_note
        if self._total_deadline <= deadline:
            deadline, note = self._total_deadline, self._total_note()
        connection.wait_until(deadline, note)

    # ── how it ended ──────────────────────────────────────────────────

    def _hear(self, conduct: Conduct, status: int, now: float) -> None:
        """11a for a first attempt of which nothing was kept, where the response says nothing but that all is well; else it
        is recalled, to be judged."""
        route = self.route
        if (
            status in conduct.telling
            or now - self.sent_at > conduct.slow
            or conduct.troubled
            or conduct.observes
            or route is None
            or (route.retry is not None and status in route.retry.rules.statuses)
        ):
            self._recall()
            return
        self._conduct = None
        breaker = conduct.of_service or conduct.breaker(route.name)
        if breaker is not None:
            breaker.succeeded(ORDINARY, now)

    def _judged(
        self,
        policed: Policed,
        service: Service,
        head: ResponseHead,
        length: int,
        first: bytes,
        complete: bool,
        now: float,
    ) -> bool:
        """11a. Judges the response that has begun; True if it is held back, for the request is tried again."""
        conduct, seconds = service.conduct, now - policed.began
        if conduct is not None:
            failed = conduct.judge(self.instance.id, head.status, seconds, now)  # type: ignore[union-attr]
            breaker = policed.breaker
            if breaker is not None:
                policed.breaker = None
                (breaker.failed if failed else breaker.succeeded)(policed.permit, now)
        retry = None if self.route is None else self.route.retry
        if (
            retry is not None
            and head.status in retry.rules.statuses
            and self.request_complete
            and retry.rules.again_after_status(head.status, self.head.method)
        ):
            asked = retry_after(combined(head.fields, b"retry-after"), self.gateway.wall_clock())
            pause = self._pause(policed, now, asked, handed_over=True)
            if pause is not None:
                self._hold(policed, head, length, first, complete, seconds)
                self._try_later(policed, pause, handed_over=True)
                return True
        if policed.held is not None:
            policed.held.drop()
            policed.held = None
        return False

    def _hold(
        self, policed: Policed, head: ResponseHead, length: int, first: bytes, complete: bool, seconds: float
    ) -> None:
        instance, connection = self.instance, None if complete else self._connection
        if instance is None:
            return
        if policed.held is not None:
            policed.held.drop()
        policed.held = HeldResponse(self.head, instance, connection, head, length, first, seconds, policed.room)
        policed.room = None
        if connection is not None:
            connection.hand_over(policed.held)
        self.instance = self._connection = None
        if not self.tried:
            self.tried = (instance.id,)

    def _failed(self, what: Failure, instance_id: str, *, handed_over: bool) -> bool:
        """Judges an attempt that brought no response; True if the request is tried again, or has its answer."""
        policed = self.course
        if policed is None or policed.service is None:
            return False
        now = self.gateway.clock()
        reason = what.kind.reason
        conduct, breaker = policed.service.conduct, policed.breaker
        policed.breaker = None
        policed.leave()
        if reason in BLAMED:
            if conduct is not None:
                conduct.blame(instance_id, now - policed.began, now)
            if breaker is not None:
                breaker.failed(policed.permit, now)
        elif breaker is not None:
            breaker.abandoned(policed.permit, now)
        retry = None if self.route is None else self.route.retry
        if retry is not None and retry.rules.again_after_failure(reason, self.head.method, handed_over=handed_over):
            pause = self._pause(policed, now, 0.0, handed_over=handed_over)
            if pause is not None:
                self._try_later(policed, pause, handed_over=handed_over)
                return True
        if policed.held is not None:
            self._pass_held_on(policed)
            return True
        return False

    # ── and again ─────────────────────────────────────────────────────

    def _pause(self, policed: Policed, now: float, asked: float, *, handed_over: bool) -> float | None:
        """Seconds until the next try, None if there is none: no tries, no body, no time or no budget is left."""
        retry = None if self.route is None else self.route.retry
        if retry is None or policed.tries >= retry.rules.attempts:
            return None
        if handed_over and self.head.body != NO_BODY and self._kept is None:
            return None
        pause = max(retry.rules.pause(policed.tries, self.gateway.random), asked)
        if self.request_complete and self._total_deadline == NEVER and self.route is not None:
            self._total_deadline = self._total_by(self.route)
        if now + pause >= self._total_deadline or not retry.budget.retry(now):
            return None
        return pause

    def _try_later(self, policed: Policed, pause: float, *, handed_over: bool) -> None:
        if handed_over and self._kept is not None:
            self._body_pending = list(self._kept)
        if not self.request_complete:
            if self._body_pending is None:
                self._body_pending = []
            self.door.pause_body()
        policed.timer = self.gateway.loop.call_later(pause, self._try_again)

    def _try_again(self) -> None:
        policed = self.course
        if policed is not None and not self.settled:
            self._try(policed, self.gateway.clock())

    def _pass_held_on(self, policed: Policed) -> None:
        """Nothing better has come: the response that was held back is the answer."""
        held, policed.held, policed.service = policed.held, None, None
        if held is None:
            return
        if held.broken:
            held.drop()
            self.fail(failure("upstream_reset", "the response was cut off"))
            return
        now = self.gateway.clock()
        self.instance = held.instance
        policed.room, held.room = held.room, None
        if held.whole:
            self.on_response(held.response, held.length, held.body, True, now)
            return
        connection = self._connection = held.connection
        if connection is not None:
            connection.hand_over(self)  # type: ignore[arg-type]
        self.on_response(held.response, held.length, b"", False, now)
        if held.body and not self.settled:
            self.on_piece(held.body)
        if connection is None:
            self.on_end(held.trailers)
        elif not self._client_full:
            connection.resume()


def _fallback_reply(fallback: FallbackPlan, what: Failure) -> Reply:
    fields = tuple(field(name, value) for name, value in fallback.fields)
    return Reply(fallback.status, (*fields, *what.fields), fallback.body, failure=what)
