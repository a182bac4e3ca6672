"""Queries of a log as they may be shown: names, and of the values only those that a route asks for.

A query may hold a token, and what is made of a log goes into terminals, pull requests and files of tests. A value by
which a route is chosen says nothing that its configuration does not, unless the route asks by a secret.
"""

from collections.abc import Iterable, Set

from gatewayctl.routing import CompiledRoute
from gatewayctl.routing.compiled import Check
from gatewayctl.routing.conditions import decoded, value_test

MASKED = b"*"
"""Stands for a value, as in an access log with ``query = "keys"``."""


class QueryShown:
    """Knows what the routes of some tables ask for. ``secret``: the lower-case names of parameters that any of them asks
    for by a secret; their values are not shown."""

    def __init__(self, routes: Iterable[CompiledRoute], secret: Set[str] = frozenset()) -> None:
        asked = [one for route in routes for one in route.query if one.check != Check.PRESENT]
        self._asked = {one.name for one in asked}
        self._tests = [
            (one.name, value_test(one)) for one in asked if one.name.decode("utf-8", "replace").lower() not in secret
        ]

    def __call__(self, query: bytes) -> bytes:
        """The query (without ``?``) with its values masked. What has no ``=`` is a value too, as in the access log."""
        return b"&".join(self._pair(pair) for pair in query.split(b"&"))

    def lacks(self, query: bytes) -> bool:
        """Whether a value that routes ask for was masked before it came into the log."""
        pairs = (pair.partition(b"=") for pair in query.split(b"&"))
        return any(value == MASKED and decoded(name) in self._asked for name, _, value in pairs)

    def _pair(self, pair: bytes) -> bytes:
        name, equals, value = pair.partition(b"=")
        named, meant = decoded(name), decoded(value)
        if any(named == one and (test is None or test(meant)) for one, test in self._tests):
            return pair
        return name + b"=" + MASKED if equals else MASKED if pair else b""
