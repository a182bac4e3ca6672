"""What must not be shown although it takes part: values that came from ``${secret:}`` or ``${file:}``, by their place.

A path, a condition or an edited header may well hold one. It decides as it is, and is shown as ``***``.
"""

from typing import Final

from gatewayctl.config import Loaded
from gatewayctl.plan.model import InstancePlan, KeyPath, RoutePlan, ServicePlan
from gatewayctl.routetest.words import conditions

MASK: Final = "***"


class Hidden:
    """The secrets of a loaded configuration, ready to be asked about any of its keys."""

    def __init__(self, loaded: Loaded) -> None:
        self._config = loaded.config
        self._secrets = loaded.secrets
        self._tables: dict[KeyPath, set[str]] = {}
        for key in loaded.secrets:
            for length in range(1, len(key)):
                self._tables.setdefault(key[:length], set()).add(str(key[length]).lower())

    def covers(self, key: KeyPath) -> bool:
        """Whether the value at that key, or a part of it, is secret."""
        return key in self._tables or any(key[:length] in self._secrets for length in range(1, len(key) + 1))

    def names(self, *table: str) -> frozenset[str]:
        """The keys of a table that hold secrets, in lower case."""
        return frozenset(self._tables.get(table, ()))

    def pattern(self, route: RoutePlan) -> str:
        """A route's path pattern."""
        key = "path" if route.match.path is not None else "path_regex"
        return MASK if self.covers(("routes", route.name, key)) else route.match.pattern

    def host(self, route: RoutePlan, host: object) -> str | None:
        """One of a route's host patterns; None for any host."""
        if host is None:
            return None
        return MASK if self.covers(("routes", route.name, "hosts")) else str(host)

    def conditions(self, route: RoutePlan) -> list[str]:
        """A route's header and query conditions; of one whose value is secret only the name."""
        at = ("routes", route.name)
        return conditions(route.match, self.names(*at, "headers"), self.names(*at, "query"))

    def instance(self, service: ServicePlan, instance: InstancePlan) -> tuple[str, str]:
        """The id and the URL of an instance."""
        if instance.builtin:
            return instance.id, "built-in echo"
        number = service.instances.index(instance)
        if not self.covers(("services", service.name, "instances", number, "url")):
            return instance.id, instance.url
        return MASK if instance.host in instance.id else instance.id, MASK  # without an id, its address is its name

    def transform(self, route: RoutePlan) -> str:
        """The name of the transform that a route uses; empty for none."""
        if self._config is None:
            return ""
        return self._config.routes[route.name].transform or self._config.defaults.transform or ""

    def query(self, query: str | None, route: RoutePlan) -> str | None:
        """A query with the values masked that the route's transform puts there from a secret."""
        names = self.names("transforms", self.transform(route), "query", "set")
        if query is None or not names:
            return query
        pairs = [pair.partition("=") for pair in query.split("&")]
        return "&".join(f"{name}{mark}{MASK if name.lower() in names else value}" for name, mark, value in pairs)
