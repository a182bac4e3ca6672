"""Records that all processes of a host share: what ``policy/records.py`` asks for, in memory of theirs.

The supervisor makes the tables (``MadeKeeper``) and hands them on; a worker opens what it was handed (``HandedKeeper``).
"""

from gatewayctl.state.shared.keeper import Handed, HandedKeeper, MadeKeeper, SharedKeeper
from gatewayctl.state.shared.layout import Layout, make_memory
from gatewayctl.state.shared.owners import Owners
from gatewayctl.state.shared.table import SharedRecords

__all__ = [
    "Handed",
    "HandedKeeper",
    "Layout",
    "MadeKeeper",
    "Owners",
    "SharedKeeper",
    "SharedRecords",
    "make_memory",
]
