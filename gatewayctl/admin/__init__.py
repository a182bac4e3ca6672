"""The admin face: what operators see and may do, on an address of its own and never on the public listeners."""

from gatewayctl.admin.app import admin_app
from gatewayctl.admin.control import Control, Reloaded

__all__ = ["Control", "Reloaded", "admin_app"]
