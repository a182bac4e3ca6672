"""What no single value shows: rules across the keys of a table, across tables, and between tables and the disk.

A check gets a ``View`` of what is valid so far and speaks through ``Findings``. To add one: write it in a file here and
put it into ``ALL``.
"""

from collections.abc import Callable
from typing import Final

from gatewayctl.config.checks import auth, certificates, files, listeners, policies, references, routes, services
from gatewayctl.config.checks.view import View
from gatewayctl.config.finding import Findings

Check = Callable[[View, Findings], None]

ALL: Final[tuple[Check, ...]] = (
    listeners.check,
    services.check,
    routes.check,
    policies.check,
    auth.check,
    references.check,
    files.check,
    certificates.check,
)
