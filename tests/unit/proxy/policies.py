"""A scene from the text of a configuration: a service ``api`` with instances a, b, c and one route to it."""

from contextlib import AbstractContextManager

from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import Scene, scene

INSTANCES = ", ".join(f'{{ id = "{id}", url = "http://{id}.internal" }}' for id in "abc")


def policed(
    service: str = "", route: str = "", more: str = "", instances: str = INSTANCES
) -> AbstractContextManager[Scene]:
    """``service`` and ``route`` are further lines of theirs, ``more`` are further tables."""
    return scene(compiled(text(service, route, more, instances)))


def text(service: str = "", route: str = "", more: str = "", instances: str = INSTANCES) -> str:
    return f"""
[services.api]
instances = [{instances}]
{service}
[routes.all]
path = "/*"
service = "api"
{route}
{more}
"""


def hosts(s: Scene) -> list[str]:
    """The instances that were connected to, in order."""
    return [up.protocol.instance.id for up in s.ups]
