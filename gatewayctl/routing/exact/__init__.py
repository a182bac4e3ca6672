"""Exact reasoning about routes: overlap, containment, reachability and ambiguity, decided with a request as proof.

Patterns are regular languages and conditions are finite choices, so all of it can be decided; see ``docs/analysis.md``.
"""

from gatewayctl.routing.exact.ambiguity import Ambiguity, find_ambiguities
from gatewayctl.routing.exact.box import Box, Boxes, without_method
from gatewayctl.routing.exact.engine import Answer, Exact, Side, better
from gatewayctl.routing.exact.meetings import Meetings
from gatewayctl.routing.exact.reaching import Covered, Reached, contained, meeting, reach, taken_from
from gatewayctl.routing.exact.work import Bound, Work

__all__ = [
    "Ambiguity",
    "Answer",
    "Bound",
    "Box",
    "Boxes",
    "Covered",
    "Exact",
    "Meetings",
    "Reached",
    "Side",
    "Work",
    "better",
    "contained",
    "find_ambiguities",
    "meeting",
    "reach",
    "taken_from",
    "without_method",
]
