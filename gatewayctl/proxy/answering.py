"""How an exchange ends: the answers that the gateway makes itself, the shaping of all answers, and the settling."""

from dataclasses import replace

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import Field, combined, field
from gatewayctl.core.reply import Reply, problem, status_line
from gatewayctl.proxy.exchange_state import ExchangeState
from gatewayctl.proxy.policed import Policed
from gatewayctl.upstream.instance import Instance


class AnsweringExchange(ExchangeState):
    """An exchange as far as it needs no upstream."""

    __slots__ = ()

    def fail(self, what: Failure, extra: tuple[Field, ...] = ()) -> None:
        """Answers with the problem that a failure is."""
        self.answer(self._problem(what, extra))

    def _problem(self, what: Failure, extra: tuple[Field, ...] = ()) -> Reply:
        return problem(
            what,
            request_id=self.request_id.decode("latin-1"),
            accept=combined(self.head.fields, b"accept"),
            pseudonym=self.bound.pseudonym,
            extra=extra,
        )

    def _internal_error(self) -> Reply:
        return self._problem(failure("internal_error", "the answer could not be made"))

    def answer(self, reply: Reply) -> None:
        """Answers without (or instead of) an upstream, shaped by the route, and settles."""
        if self.settled or self.responded:
            return
        shaped = self._shape(list(reply.fields))
        self._answer(self._internal_error() if shaped is None else replace(reply, fields=tuple(shaped)))

    def _answer(self, reply: Reply) -> None:
        head = self.head
        self.responded = True
        self.status = reply.status
        self.failure = reply.failure
        lines = [f[3] for f in reply.fields]
        bodiless = reply.status == 204 or reply.status == 304 or reply.status < 200
        if not bodiless:
            lines.append(b"Content-Length: %d\r\n" % len(reply.body))
        if not any(f[1] == b"date" for f in reply.fields):
            lines.append(self.gateway.date_line())
        if self.route is not None and self.route.add:
            lines += [step.lines(self) for step in reversed(self.route.add)]
        lines += (self.bound.request_id_prefix, self.request_id, b"\r\n")
        body = b"" if bodiless or head.method == b"HEAD" else reply.body
        self.sent = len(body)
        if reply.closes:
            head.keep_alive = False
        self._settle()
        self.door.respond(status_line(reply.status), lines, len(body), body, True)

    def _to_https(self) -> None:
        """308 to the same under https, on the port of the first https listener (RFC 9110 15.4.9)."""
        head = self.head
        if not head.host:
            self.fail(failure("bad_request", "without a Host nobody can be sent to https"))
            return
        port = next((one.port for one in self.bound.plan.server.listen if one.tls), 443)
        host = b"[%b]" % head.host.strip(b"[]") if b":" in head.host else head.host
        to = b"https://" + host + (b"" if port in (0, 443) else b":%d" % port) + self.path
        self.answer(Reply(308, (field(b"Location", to if head.query is None else to + b"?" + head.query),)))

    def _shape(self, fields: list[Field]) -> list[Field] | None:
        """The fields of an answer after the shaping steps of the route; None if one of them failed, which is reported."""
        if self.route is None:
            cors, missing = self.bound.default_cors, self.bound.missing
            if missing is not None:
                fields += missing.missing(fields, self.by_tls)
            return fields if cors is None else cors.shaped(self.head, fields)
        try:
            for step in self.route.shape:
                fields = step.shape(self, fields)
        except Exception as error:
            self.gateway.report(error, "shaping an answer")
            return None
        own = self.bound.request_id_name
        return [f for f in fields if f[1] != own]

    def _lose(self, instance: Instance) -> None:
        """An attempt that brought no response."""
        instance.answers[0] += 1
        instance.in_flight -= 1
        self.instance = None
        if not self.tried:
            self.tried = (instance.id,)

    def _drop_upstream(self) -> None:
        connection, task = self._connection, self._connecting
        self._connection = self._connecting = None
        if self.course is not None:
            self.course.let_go(self.gateway.clock())
        if connection is not None:
            connection.abandon()
        if task is not None:
            task.cancel()

    def _settle(self) -> None:
        """13. Exactly once, whatever happened: counters, metrics, the access log."""
        if self.settled:
            return
        self.settled = True
        instance = self.instance
        if instance is not None:
            instance.in_flight -= 1
        now = self.gateway.clock()
        if self.course is not None:
            self._end_course(self.course, now)
        self.gateway.settle(self, now)

    def _end_course(self, course: Policed, now: float) -> None:
        """Gives back all that is held, each thing whatever happens to the others."""
        if course.breaker is not None or course.held is not None or course.timer is not None:
            course.let_go(now)
        guards = course.guards
        if guards is None:
            return
        course.guards = None
        for give_back in guards:
            try:
                give_back()
            except Exception as error:
                self.gateway.report(error, "giving back what a request held")
