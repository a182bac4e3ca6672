"""What several rules want to know of authentication."""

from collections.abc import Iterator

from gatewayctl.config.models.auth import AuthConfig
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.lint.subject import Subject


def scheme_name(subject: Subject, route: RouteConfig) -> str | None:
    """The scheme of a route, its own or the default one; None for none."""
    name = subject.config.defaults.auth if route.auth is None else route.auth
    return None if name in (None, "none") else name


def guarded(subject: Subject, route: RouteConfig) -> bool:
    """Whether a route has authentication that does not let anonymous requests pass."""
    name = scheme_name(subject, route)
    return name is not None and not getattr(subject.config.auth[name], "optional", False)


def schemes_in_use(subject: Subject) -> Iterator[tuple[str, AuthConfig]]:
    """The schemes that enabled routes have, by name, those that an ``any`` chooses from too."""
    names = {name for _, route in subject.enabled() if (name := scheme_name(subject, route)) is not None}
    waiting = sorted(names)
    while waiting:
        for part in getattr(subject.config.auth[waiting.pop()], "of", ()):
            if part not in names:
                names.add(part)
                waiting.append(part)
    return ((name, subject.config.auth[name]) for name in sorted(names))
