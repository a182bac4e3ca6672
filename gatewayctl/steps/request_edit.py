"""The request half of a transform: what the service sees of headers and query."""

from urllib.parse import unquote_to_bytes

from gatewayctl.plan.model import RequestEditPlan
from gatewayctl.routing import Template, render
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.field_edits import FieldEditor
from gatewayctl.steps.values import values_of


class RequestEditStep:
    """See ``AdmitStep``."""

    __slots__ = ("_editor", "_query_drops", "_query_set")

    def __init__(self, plan: RequestEditPlan) -> None:
        self._editor = FieldEditor(plan.fields) if plan.fields else None
        self._query_set: tuple[tuple[bytes, Template], ...] = plan.query_set
        self._query_drops = plan.query_remove | {unquote_to_bytes(name) for name, _ in plan.query_set}

    def admit(self, traffic: Traffic) -> None:
        """Puts the edited fields and query in place."""
        if self._editor is not None:
            traffic.fields = self._editor.edit(traffic, traffic.fields)
        if self._query_drops or self._query_set:
            traffic.query = self._edited_query(traffic)

    def _edited_query(self, traffic: Traffic) -> bytes | None:
        """Pairs that are not touched stay byte for byte; a query that was there and lost all its pairs is gone."""
        query, drops = traffic.query, self._query_drops
        before = [] if query is None else query.split(b"&")
        pairs = [pair for pair in before if _name(pair) not in drops]
        if self._query_set:
            values = values_of(traffic)
            for name, template in self._query_set:
                value = render(template, values)
                if value is not None:
                    pairs.append(name + b"=" + value)
        if pairs == before:
            return query
        return b"&".join(pairs) if any(pairs) else None


def _name(pair: bytes) -> bytes:
    return unquote_to_bytes(pair.partition(b"=")[0].replace(b"+", b" "))
