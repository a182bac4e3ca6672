"""CORS (Fetch standard, 3.2): what browsers are told about other origins. Never ``*`` with credentials."""

import re
from typing import Final

from gatewayctl.core.fields import Field, combined, field
from gatewayctl.core.grammar import TOKEN
from gatewayctl.core.messages import RequestHead
from gatewayctl.core.preflight import asked_method
from gatewayctl.plan.identity import CorsPolicyPlan

_PREFIX: Final = b"access-control-"
_LABELS: Final = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)*")
_VARY: Final = field(b"Vary", b"Origin")
VARY_PREFLIGHT: Final = field(b"Vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers")
_CREDENTIALS: Final = field(b"Access-Control-Allow-Credentials", b"true")
_MOST_HEADERS: Final = 100
"""Names that a preflight may ask for where all are allowed."""


class Cors:
    """One policy, with everything that is constant made once."""

    __slots__ = ("_any_origin", "_constant", "_headers", "_max_age", "_methods", "_plan")

    def __init__(self, plan: CorsPolicyPlan) -> None:
        self._plan = plan
        self._any_origin = "*" in plan.origins and not plan.credentials
        self._constant = [_CREDENTIALS] if plan.credentials else []
        if plan.expose:
            self._constant.append(field(b"Access-Control-Expose-Headers", plan.expose))
        self._methods = ", ".join(plan.methods).encode()
        self._headers = ", ".join(sorted(plan.headers)).encode()
        self._max_age = field(b"Access-Control-Max-Age", b"%d" % plan.max_age)

    def allows(self, origin: bytes) -> bool:
        """Whether pages of that origin may read answers."""
        plan, text = self._plan, origin.decode("latin-1").lower()
        if text in plan.origins or "*" in plan.origins:
            return True
        for before, after in plan.wildcards:
            if text.startswith(before) and text.endswith(after):
                middle = text[len(before) : len(text) - len(after)]
                if _LABELS.fullmatch(middle) is not None:
                    return True
        return False

    def preflight(self, head: RequestHead, method: bytes) -> list[Field]:
        """The fields that answer a preflight for ``method``; without those that allow it where it is not allowed."""
        origin = combined(head.fields, b"origin") or b""
        if not self.allows(origin):
            return [VARY_PREFLIGHT]
        plan = self._plan
        methods = method if "*" in plan.methods else self._methods
        fields = [self._origin(origin), field(b"Access-Control-Allow-Methods", methods)]
        if plan.credentials:
            fields.append(_CREDENTIALS)
        headers = self._headers
        if "*" in plan.headers:
            wanted = (combined(head.fields, b"access-control-request-headers") or b"").split(b",")
            names = [name for part in wanted[:_MOST_HEADERS] if TOKEN.fullmatch(name := part.strip())]
            headers = b", ".join(names)
        if headers:
            fields.append(field(b"Access-Control-Allow-Headers", headers))
        return [*fields, self._max_age, VARY_PREFLIGHT]

    def shaped(self, head: RequestHead, fields: list[Field]) -> list[Field]:
        """The fields of an answer with what browsers need to know; what a service said about it is replaced."""
        if asked_method(head) is not None:
            return fields
        kept = [f for f in fields if not f[1].startswith(_PREFIX)]
        origin = combined(head.fields, b"origin")
        if origin is not None and self.allows(origin):
            kept.append(self._origin(origin))
            kept += self._constant
        if not self._any_origin:
            kept.append(_VARY)
        return kept

    def _origin(self, origin: bytes) -> Field:
        return field(b"Access-Control-Allow-Origin", b"*" if self._any_origin else origin)
