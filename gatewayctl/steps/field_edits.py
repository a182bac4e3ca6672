"""Header edits of a transform: remove, then rename, then set, then add."""

from collections.abc import Sequence

from gatewayctl.core.fields import Field, field
from gatewayctl.plan.model import FieldEdits
from gatewayctl.routing import render
from gatewayctl.steps.base import Traffic
from gatewayctl.steps.values import values_of


class FieldEditor:
    """Compiled edits. Fields without templates are made once."""

    __slots__ = ("_constant", "_drops", "_dynamic", "_rename")

    def __init__(self, edits: FieldEdits) -> None:
        self._rename = {old.lower(): new for old, new in edits.rename}
        self._drops = frozenset(edits.remove) | {name.lower() for name, _ in edits.set}
        self._constant: list[Field] = []
        self._dynamic = []
        for name, template in (*edits.set, *edits.add):
            if template.literal is not None:
                self._constant.append(field(name, template.literal))
            else:
                self._dynamic.append((name, template))

    def edit(self, traffic: Traffic, fields: Sequence[Field]) -> list[Field]:
        """The edited fields; ``fields`` is left as it is. A field renamed to one that is set gives way to it."""
        drops, rename = self._drops, self._rename
        if rename:
            renamed = (field(rename[f[1]], f[2]) if f[1] in rename and f[1] not in drops else f for f in fields)
            edited = [f for f in renamed if f[1] not in drops]
        else:
            edited = [f for f in fields if f[1] not in drops]
        edited += self._constant
        if self._dynamic:
            values = values_of(traffic)
            for name, template in self._dynamic:
                value = render(template, values)
                if value is not None:
                    edited.append(field(name, value))
        return edited
