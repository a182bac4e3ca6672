"""What changes for requests between two configurations: classes with severities, each with a request that shows it."""

from gatewayctl.diff.change import Change, Diff, Request
from gatewayctl.diff.classes import CLASSES, ChangeClass, Severity
from gatewayctl.diff.compare import compare
from gatewayctl.diff.side import Side, running_side, side_of

__all__ = [
    "CLASSES",
    "Change",
    "ChangeClass",
    "Diff",
    "Request",
    "Severity",
    "Side",
    "compare",
    "running_side",
    "side_of",
]
