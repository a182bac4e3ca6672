"""A gateway in front of a recording upstream, and what is checked of every exchange between them."""

import json

from tests.support.cases import BadResponse, CutResponse, Forwarded, PassedResponse, Refused, get, pieces
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.http1 import Request, Response, lines
from tests.support.upstream import (
    RawUpstream,
    Script,
    answer,
    answer_and_close,
    answer_and_reset,
    answer_and_watch,
)
from tests.support.waiting import wait_for

HOP_BY_HOP = {
    b"keep-alive", b"proxy-connection", b"proxy-authenticate", b"proxy-authorization", b"proxy-authentication-info",
    b"proxy", b"http2-settings",
}  # fmt: skip

SENTINEL = get(target=b"/sentinel")


class Wire:
    """Sends the rows of the tables through the gateway and checks what arrives on both sides."""

    def __init__(self, gateway: Gateway, upstream: RawUpstream) -> None:
        self.gateway = gateway
        self.upstream = upstream

    def client(self) -> Client:
        """A new raw connection to the gateway."""
        return self.gateway.client()

    # ── requests ──────────────────────────────────────────────────────

    def refuses(self, case: Refused) -> Response:
        """The row's bytes get its status and reason, and the upstream gets no whole request of them."""
        with self.client() as client:
            client.send(*pieces(case.sent))
            if case.finish:
                client.finish()
            response = client.response(case.method)
            assert (response.status, response.interim) == (case.status, []), response.raw
            if case.method != b"HEAD":
                self.check_problem(response, case.reason)
            if case.closes is True:
                assert b"close" in response.tokens(b"connection"), response.raw
                client.expect_end()
            elif case.closes is False:
                assert client.send(get(target=b"/next")).response().status < 500, "the connection goes on"
        self.still_serves()
        seen = [r for r in self.upstream.requests if r.target not in (b"/sentinel", b"/next")]
        assert seen == [], "a request that was refused reached the upstream"
        if not case.streamed:
            stray = sum(map(len, self.upstream.received())) - sum(len(r.raw) for r in self.upstream.requests)
            assert stray == 0, f"bytes of a refused request reached the upstream: {self.upstream.received()!r}"
        assert self.upstream.failures == []
        return response

    def forwards(self, case: Forwarded) -> Request:
        """The row's bytes reach the upstream as one request, which has what the row says."""
        with self.client() as client:
            response = client.send(*pieces(case.sent)).response(case.method)
            assert response.status == 200, response.raw
        request = self.only_request()
        assert (request.method, request.target, request.body) == (case.method, case.target, case.body), request.raw
        for name, values in case.fields.items():
            assert request.values(name) == values, request.raw
        for name in case.absent:
            assert request.values(name) == [], request.raw
        if case.framing is not None:
            assert framing(request) == case.framing, request.raw
        return request

    def only_request(self) -> Request:
        """The one request the upstream got, after checking that it got nothing else and no hop-by-hop field."""
        received = self.upstream.received()
        assert self.upstream.failures == []
        assert len(self.upstream.requests) == 1, received
        request = self.upstream.requests[0]
        assert sum(map(len, received)) == len(request.raw), f"more than one request: {received!r}"
        check_forwarded(request)
        return request

    def still_serves(self) -> None:
        """A following valid request on a new connection is answered, and arrives at the upstream undamaged."""
        held, self.upstream.script = self.upstream.script, answer(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nstill")
        with self.client() as client:
            response = client.send(SENTINEL).response()
        self.upstream.script = held
        assert (response.status, response.body) == (200, b"still"), response.raw
        sentinels = [r for r in self.upstream.requests if r.target == b"/sentinel"]
        assert len(sentinels) == 1, self.upstream.received()

    def check_problem(self, response: Response, reason: str | None) -> None:
        """An answer of the gateway's own making is a problem (RFC 9457) with a reason, an id and a Proxy-Status."""
        assert response.value(b"content-type") == b"application/problem+json", response.raw
        assert not response.cut, response.raw
        problem = json.loads(response.body)
        assert {"type", "title", "status", "detail", "reason", "request_id"} <= problem.keys()
        assert problem["status"] == response.status
        assert problem["request_id"], "the request id is in the body"
        status = response.value(b"proxy-status")
        assert status is not None and status.startswith(b"gatewayctl;") and b"error=" in status, response.raw
        if reason is not None:
            assert problem["reason"] == reason, problem

    # ── responses ─────────────────────────────────────────────────────

    def answers(self, script: Script, sent: bytes, method: bytes = b"GET") -> Response:
        """The client's view of one exchange in which the upstream follows ``script``."""
        self.upstream.script = script
        with self.client() as client:
            return client.send(sent).response(method)

    def refuses_response(self, case: BadResponse) -> None:
        """What the upstream says becomes a 502, and its connection is closed."""
        script = answer_and_close if case.closes else answer_and_watch
        self.upstream.script = script(*pieces(case.said))
        with self.client() as client:
            client.send(lines(case.method + b" /bad HTTP/1.1", b"Host: example.com"))
            response = client.response(case.method)
            assert response.status == 502, response.raw
            if case.method != b"HEAD":
                self.check_problem(response, case.reason)
            used = self.connection_for(b"/bad")
            used.wait_end()
            self.upstream.answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood")
            if b"close" not in response.tokens(b"connection"):
                after = client.send(get(target=b"/after")).response()
                assert (after.status, after.body) == (200, b"good"), "the next response is not the rest of the bad one"
        self.still_serves()

    def cuts_response(self, case: CutResponse) -> None:
        """The client gets at most the row's body, and can tell that it is cut."""
        script = {"closes": answer_and_close, "resets": answer_and_reset, "waits": answer_and_watch}[case.ends]
        self.upstream.script = script(*pieces(case.said))
        with self.client() as client:
            response = client.send(get(target=b"/cut")).response()
            if response.status == 502:
                self.check_problem(response, None)
            else:
                assert response.cut, f"a cut body looks complete: {response.raw!r}"
                assert case.body.startswith(response.body), response.raw
                client.expect_end()
        if case.ends == "waits":
            self.connection_for(b"/cut").wait_end()
        self.still_serves()

    def passes_response(self, case: PassedResponse) -> Response:
        """The client gets what the row says, and the upstream connection is kept or closed as it says."""
        script = answer_and_close if case.closes else answer
        self.upstream.script = script(*pieces(case.said))
        with self.client() as client:
            response = client.send(case.sent).response(case.method)
            assert (response.status, response.body, response.cut) == (case.status, case.body, False), response.raw
            assert [r.status for r in response.interim] == list(case.interim)
            for name, values in case.fields.items():
                assert response.values(name) == values, response.raw
            for name in case.absent:
                assert response.values(name) == [], response.raw
            if case.delimited is not None:
                assert response.delimited == case.delimited, response.raw
            check_response(response)
            if response.delimited == "close" or b"close" in response.tokens(b"connection"):
                client.expect_end()
            else:
                self.upstream.script = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnext")
                after = client.send(get(target=b"/next")).response()
                assert (after.status, after.body) == (200, b"next"), "the connection goes on in step"
        if case.reuses is not None:
            self.check_reuse(case)
        return response

    def check_reuse(self, case: PassedResponse) -> None:
        """Whether the connection of the row's exchange was taken for the next request as well."""
        assert self.upstream.failures == []
        first = next(c for c in self.upstream.connections if c.received)
        if case.reuses:
            assert b" /next " in bytes(first.received), f"not used again: {self.upstream.received()!r}"
        else:
            assert b" /next " not in bytes(first.received), f"used again: {self.upstream.received()!r}"
            first.wait_end()

    def upstream_has(self, connection: Connection, part: bytes) -> None:
        """Waits until that connection has received ``part``."""
        wait_for(lambda: part in bytes(connection.received), f"{part!r} arrives upstream")

    def connection_for(self, target: bytes) -> Connection:
        """The upstream connection on which that target was asked for last."""
        mark = b" " + target + b" "
        found = wait_for(
            lambda: [c for c in self.upstream.connections if mark in bytes(c.received)], f"{target!r} arrives"
        )
        return found[-1]


def framing(request: Request) -> bytes:
    """How the end of a request's body is known."""
    if request.values(b"transfer-encoding"):
        return b"chunked"
    return b"length" if request.values(b"content-length") else b"none"


def check_forwarded(request: Request) -> None:
    """What holds for every request the gateway sends: one Host, at most one framing field, nothing hop-by-hop."""
    assert request.version == b"1.1", request.raw
    assert len(request.values(b"host")) == 1, request.raw
    assert len(request.values(b"content-length") + request.values(b"transfer-encoding")) <= 1, request.raw
    names = {name for name, _ in request.fields}
    assert not names & HOP_BY_HOP, request.raw
    assert set(request.tokens(b"connection")) <= {b"keep-alive", b"close", b"upgrade", b"te"}, request.raw
    assert set(request.tokens(b"te")) <= {b"trailers"}, request.raw
    assert not any(b"_" in name for name in names - {b"x_allowed"}), request.raw


def check_response(response: Response) -> None:
    """What holds for every response the gateway sends: HTTP/1.1, at most one framing field, nothing hop-by-hop."""
    assert response.version == b"1.1", response.raw
    names = {name for name, _ in response.fields}
    assert not names & HOP_BY_HOP, response.raw
    assert set(response.tokens(b"connection")) <= {b"keep-alive", b"close", b"upgrade"}, response.raw
