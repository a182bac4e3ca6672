"""Small states by key that decisions are made on: of this process, or shared by all processes of a host.

A policy is a pure function over a record of fixed size (``base.Decide``) and does not know which of the two it runs on.
"""

from gatewayctl.state.shared.base import Decide, Layout, Record, Store
from gatewayctl.state.shared.local import LocalStore
from gatewayctl.state.shared.owners import Owners
from gatewayctl.state.shared.permits import Permits
from gatewayctl.state.shared.stores import HandedStores, LocalStores, MadeStores, Stores
from gatewayctl.state.shared.table import SharedStore

__all__ = [
    "Decide",
    "HandedStores",
    "Layout",
    "LocalStore",
    "LocalStores",
    "MadeStores",
    "Owners",
    "Permits",
    "Record",
    "SharedStore",
    "Store",
    "Stores",
]
