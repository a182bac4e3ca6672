"""Tells a client the instance that its session is on, as a cookie (RFC 6265), where it does not know it yet."""

from gatewayctl.core.fields import Field, field
from gatewayctl.plan.policies import StickyFieldPlan
from gatewayctl.policy.request_keys import cookie
from gatewayctl.steps.base import Traffic


class StickyFieldStep:
    """See ``ShapeStep``. Browsers send it back on every path, and show it to no script and no other site's pages; who
    came by TLS sends it by TLS only."""

    __slots__ = ("_attributes", "_name", "_secure")

    def __init__(self, plan: StickyFieldPlan) -> None:
        self._name = plan.cookie.cookie
        lives = b"; Max-Age=%d" % plan.cookie.ttl if plan.cookie.ttl else b""
        self._attributes = b"; Path=/" + lives + b"; HttpOnly; SameSite=Lax"
        self._secure = self._attributes + b"; Secure"

    def shape(self, traffic: Traffic, fields: list[Field]) -> list[Field]:
        """Adds the cookie; others that a service sets stay."""
        course = traffic.course
        token = b"" if course is None else course.session
        if not token or cookie(traffic.head, self._name) == token:
            return fields
        attributes = self._secure if traffic.by_tls else self._attributes
        return [*fields, field(b"Set-Cookie", self._name + b"=" + token + attributes)]
