"""Answers with a Location (RFC 9110 10.2.2); the request's query is kept, but for a credential that is not sent on."""

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.fields import field
from gatewayctl.core.reply import Reply
from gatewayctl.plan.model import RedirectPlan
from gatewayctl.routing import PathError, render_location
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.values import values_of


class RedirectStep:
    """See ``AdmitStep``."""

    __slots__ = ("_plan",)

    def __init__(self, plan: RedirectPlan) -> None:
        self._plan = plan

    def admit(self, traffic: Traffic) -> Reply | Failure:
        """The redirect, or 400 where what the client sent cannot stand in a Location."""
        plan = self._plan
        try:
            location = render_location(plan.to, values_of(traffic))
        except PathError as error:
            return failure("bad_path", str(error))
        query = traffic.query
        if query:
            location, mark, fragment = location.partition(b"#")
            location += (b"&" if b"?" in location else b"?") + query + mark + fragment
        return Reply(plan.status, (field(b"Location", location),))
