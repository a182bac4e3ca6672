"""How a route handles what it takes: its settings with the defaults filled in and every reference followed."""

from dataclasses import field
from typing import Any, Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.frozen import frozen
from gatewayctl.diff.side import HEALTH, Side
from gatewayctl.routing import CompiledRoute

_FROM_DEFAULTS: Final = ("timeout", "retry", "limits", "auth", "access", "cache", "cors", "transform")
_OF_SERVICE: Final = ("breaker", "connect_timeout", "first_byte_timeout", "idle_timeout", "tunnel_idle_timeout")
_OF_FORWARDING: Final = ("timeout", "retry", "upgrades", "strip_prefix", "rewrite", "mirror")
"""Settings that say nothing where the gateway answers itself."""
HEALTH_AT: Final[KeyPath] = ("server", "health_path")
TARGETS: Final = ("service", "split", "respond", "redirect", "aggregate")


@frozen
class Part:
    """A table that takes part, with the key path of each of its settings where they differ from ``at``."""

    at: KeyPath
    settings: dict[str, Any]
    said_at: dict[str, KeyPath] = field(default_factory=dict)

    def where(self, key: str) -> KeyPath:
        """The key path that says a setting."""
        return self.said_at.get(key, (*self.at, key))


def handling(side: Side, route: CompiledRoute) -> Part:
    """The effective settings of a route. References are still names."""
    if route.name == HEALTH:
        return Part(HEALTH_AT, {"respond": {"status": 200, "body": "health"}})
    at: KeyPath = ("routes", route.name)
    written = side.data["routes"][route.name]
    defaults = side.data["defaults"]
    settings = dict(written)
    said_at: dict[str, KeyPath] = {}
    for key in _FROM_DEFAULTS:
        if key not in settings and key in defaults:
            settings[key] = defaults[key]
            said_at[key] = ("defaults", key)
        if settings.get(key) == "none" or settings.get(key) == []:
            settings.pop(key)
            said_at.setdefault(key, (*at, key))
    if "max_body_size" not in settings:
        settings["max_body_size"] = side.data["server"]["max_body_size"]
        said_at["max_body_size"] = ("server", "max_body_size")
    if settings.get("strip_prefix") is True:
        settings["strip_prefix"] = route.prefix.decode("latin-1").rstrip("/")
    if "respond" in settings or "redirect" in settings:
        for key in _OF_FORWARDING:
            settings.pop(key, None)
    return Part(at, settings, said_at)


def service(side: Side, name: str) -> Part:
    """The effective settings of a service."""
    settings = dict(side.data["services"].get(name, {}))
    said_at: dict[str, KeyPath] = {}
    for key in _OF_SERVICE:
        if key not in settings and key in side.data["defaults"]:
            settings[key] = side.data["defaults"][key]
            said_at[key] = ("defaults", key)
        if settings.get(key) == "none":
            settings.pop(key)
    if settings.get("load_balancer") == "weighted":
        settings["load_balancer"] = "round_robin"
    return Part(("services", name), settings, said_at)


def policy(side: Side, section: str, name: str) -> Part:
    """A named policy."""
    return Part((section, name), side.data.get(section, {}).get(name, {}))


def services_of(settings: dict[str, Any]) -> list[str]:
    """The services that a route's requests may go to, those of its mirror aside."""
    if "service" in settings:
        return [settings["service"]]
    if "split" in settings:
        return [side["service"] for side in settings["split"]]
    return [part["service"] for _, part in sorted(settings.get("aggregate", {}).items())]
