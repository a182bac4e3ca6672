"""A route's ``deprecated`` table as the header fields it becomes (RFC 9745, RFC 8594, RFC 8288)."""

from datetime import UTC, date, datetime
from email.utils import format_datetime

from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.plan.model import DeprecatedPlan


def deprecated_plan(name: str, route: RouteConfig) -> DeprecatedPlan | None:
    """The fields, None for a route that is not deprecated."""
    deprecated = route.deprecated
    if deprecated is None:
        return None
    fields: list[tuple[bytes, bytes]] = []
    if deprecated.since is not None:
        fields.append((b"Deprecation", b"@%d" % int(_midnight(deprecated.since).timestamp())))
    if deprecated.sunset is not None:
        fields.append((b"Sunset", format_datetime(_midnight(deprecated.sunset), usegmt=True).encode()))
    if deprecated.link is not None:
        fields.append((b"Link", f'<{deprecated.link}>; rel="deprecation"; type="text/html"'.encode()))
    return DeprecatedPlan(tuple(fields), ("routes", name, "deprecated"))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
