"""Another server decides, by a subrequest that carries the headers it needs and no body.

2xx lets the request pass, with the headers that are to be copied; 401 and 403 are the client's answer, with the server's
challenges; 303, 302 and 307 send a browser to where it can sign in. Anything else, or nothing in time, is 503: a request is
never let in because nobody could be asked.
"""

from collections.abc import Mapping
from typing import Final

from gatewayctl.core.fields import Field, field
from gatewayctl.core.grammar import VALUE_BYTES
from gatewayctl.plan.identity import ConsumerPlan, ForwardAuthPlan
from gatewayctl.policy.auth.base import Asking
from gatewayctl.policy.auth.credentials import Credential
from gatewayctl.policy.auth.helpers import Answer, Helpers
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.outcomes import Outcome, Refusal, Settled, Unavailable, Waiting

_ELSEWHERE: Final = (302, 303, 307)
_UNAVAILABLE: Final = Unavailable("the server that decides about it does not answer")


class ForwardScheme:
    """See ``Scheme``. Its claims are the headers that are copied, by their lower-case names."""

    __slots__ = (
        "_helpers",
        "_plan",
        "_send",
        "challenges",
        "credentials",
        "forward_claims",
        "name",
        "optional",
        "wants",
    )

    def __init__(self, plan: ForwardAuthPlan, consumers: Mapping[str, ConsumerPlan], helpers: Helpers) -> None:
        self._plan = plan
        self._helpers = helpers
        self._send = frozenset(name.lower().encode() for name in plan.send_headers)
        self.name = plan.name
        self.optional = False
        self.wants = "what another server asks for"
        self.challenges: tuple[bytes, ...] = (b"Bearer",)
        self.credentials: tuple[Credential, ...] = ()
        self.forward_claims: tuple[tuple[str, bytes], ...] = tuple(
            (name.lower(), name.encode()) for name in plan.copy_headers
        )

    def identify(self, asking: Asking, now: float) -> Outcome:
        """See ``Scheme``. Every request carries what this one looks at."""
        head = asking.head
        fields = [f for f in head.fields if f[1] in self._send]
        target = asking.path if head.query is None else asking.path + b"?" + head.query
        fields += [
            field(b"X-Forwarded-Method", head.method),
            field(b"X-Forwarded-Host", head.authority),
            field(b"X-Forwarded-Uri", target),
            field(b"X-Forwarded-For", asking.client_ip),
        ]
        return Waiting(self._helpers.ask(self._plan, fields), self._judged)

    def _judged(self, answer: Answer | None) -> Settled:
        if answer is None:
            return _UNAVAILABLE
        if 200 <= answer.status < 300:
            claims = {name: ", ".join(values) for name, _ in self.forward_claims if (values := answer.values(name))}
            return Identity(self.name, claims=claims)
        if answer.status in (401, 403):
            challenges = [said for value in answer.values("www-authenticate") if (said := _harmless(value))]
            needed = tuple(challenges) or (self.challenges if answer.status == 401 else ())
            return Refusal("the server that decides about it refused", needed, answer.status)
        location = _harmless((answer.values("location") or [""])[0])
        if answer.status in _ELSEWHERE and location:
            return Refusal("the server that decides about it sends it elsewhere", (), answer.status, location)
        return _UNAVAILABLE

    def insufficient_scope(self, scopes: tuple[str, ...]) -> tuple[bytes, ...]:
        """What the other server calls a scope is not known here."""
        return ()


def _harmless(value: str) -> bytes:
    """A field's value that can be sent on; empty otherwise."""
    raw = value.encode("latin-1", "replace")
    return b"" if raw.translate(None, VALUE_BYTES) else raw


def carried(fields: list[Field]) -> list[tuple[bytes, bytes]]:
    """Fields as a client library takes them: bytes, since a client may say more than ASCII."""
    return [(f.line.partition(b":")[0], f.value) for f in fields]
