"""The routes of a configuration as an OpenAPI 3.1 description of what the gateway answers.

OpenAPI knows paths, methods and parameters; what else a route matches by stands in ``x-gatewayctl`` of its operations,
by which ``import openapi`` finds it again. What has no place in a description is a note.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

from gatewayctl import __version__
from gatewayctl.config import Loaded
from gatewayctl.config.models.routes import RouteConfig
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.foreign.openapi import EXTENSION, FOR_PEOPLE, MATCHING
from gatewayctl.foreign.openapi_reading import METHODS
from gatewayctl.foreign.problems import left
from gatewayctl.plan.model import Plan, RoutePlan
from gatewayctl.routetest.hidden import Hidden
from gatewayctl.routing import rows

_SCHEMES: Final[dict[str, dict[str, Any]]] = {
    "jwt": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"},
    "basic": {"type": "http", "scheme": "basic"},
    "mtls": {"type": "mutualTLS"},
}
_TYPES: Final = {"int": {"type": "string", "pattern": "^[0-9]+$"}, "uuid": {"type": "string", "format": "uuid"}}
_SLUG: Final = {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}


def exported(loaded: Loaded, plan: Plan, *, title: str, server: str) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The description, and what is not in it. Routes that match by a secret are left out: they would show it."""
    work = _Export(loaded, plan)
    order = {row.route: place for place, row in reversed(list(enumerate(rows([one.match for one in plan.routes]))))}
    for _, route in sorted(
        ((order[number], route) for number, route in enumerate(plan.routes)), key=lambda one: one[0]
    ):
        work.route(route)
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "1", "description": f"Written by gatewayctl {__version__}."},
        "servers": [{"url": server}],
        "paths": {path: work.paths[path] for path in sorted(work.paths)},
    }
    if work.schemes:
        document["components"] = {"securitySchemes": work.schemes}
    return document, work.notes


class _Export:
    def __init__(self, loaded: Loaded, plan: Plan) -> None:
        self.loaded = loaded
        self.plan = plan
        self.hidden = Hidden(loaded)
        self.paths: dict[str, dict[str, Any]] = {}
        self.spelled: dict[str, str] = {}
        """Of each path without the names of its parameters: as it stands in the document, which has it once."""
        self.schemes: dict[str, dict[str, Any]] = {}
        self.notes: list[Diagnostic] = []

    def route(self, route: RoutePlan) -> None:
        """Adds the operations of one route; those that are there already belong to a route that is matched before."""
        if self.loaded.config is None:
            raise ValueError("a configuration with errors has no routes")
        written = self.loaded.config.routes[route.name]
        at = ("routes", route.name)
        if any(self.hidden.covers((*at, key)) for key in (*MATCHING, *FOR_PEOPLE)):
            way_out = "describe it by hand, if anybody may know it"
            self._left(at, f'the route "{route.name}" matches by a secret, or names one', way_out)
            return
        if written.redirect is not None and self.hidden.covers((*at, "redirect")):  # imported, it would go to a service
            way_out = "describe it by hand, if anybody may know where it leads"
            self._left((*at, "redirect"), f'the route "{route.name}" redirects to a place with a secret', way_out)
            return
        if written.path is None:
            way_out = "write it as a path pattern, if it can be"
            self._left((*at, "path_regex"), f'the route "{route.name}" has a regular expression for a path', way_out)
            return
        path, parameters = _template(written.path)
        path = self.spelled.setdefault(re.sub(r"\{[^}]*\}", "{}", path), path)
        names = re.findall(r"\{([^}]*)\}", path)
        for name, parameter in zip(names, parameters, strict=True):
            parameter["name"] = name
        listed = METHODS if written.methods is None else [method.lower() for method in written.methods]
        for method in listed:
            if method not in METHODS:
                self._left((*at, "methods"), f"{method.upper()} {written.path}", "OpenAPI 3.1 has no such operation")
                continue
            item = self.paths.setdefault(path, {})
            if method in item:
                item[method][EXTENSION].append(self._marked(route, written))
            else:
                item[method] = self._operation(route, written, parameters, method, len(listed) > 1)

    def _operation(
        self, route: RoutePlan, written: RouteConfig, parameters: Sequence[dict[str, Any]], method: str, several: bool
    ) -> dict[str, Any]:
        made: dict[str, Any] = {"operationId": f"{route.name}-{method}" if several else route.name}
        if written.description:
            made["summary"] = written.description
        if written.tags:
            made["tags"] = list(written.tags)
        if written.deprecated is not None:
            made["deprecated"] = True
        if parameters:
            made["parameters"] = [dict(parameter) for parameter in parameters]
        security, refusals = self._security(written)
        if security:
            made["security"] = security
        made["responses"] = {**self._answer(written), **refusals}
        made[EXTENSION] = [self._marked(route, written)]
        return made

    def _answer(self, written: RouteConfig) -> dict[str, Any]:
        if written.respond is not None:
            return {str(written.respond.status): {"description": "An answer of the gateway itself"}}
        if written.redirect is not None:
            return {str(written.redirect.status): {"description": "A redirect"}}
        return {"default": {"description": f"What the service answers: {written.service or 'several services'}"}}

    def _marked(self, route: RoutePlan, written: RouteConfig) -> dict[str, Any]:
        """What ``import openapi`` makes the route of again."""
        marked: dict[str, Any] = {"route": route.name, "path": written.path}
        if written.methods is not None:
            marked["methods"] = list(written.methods)
        if written.hosts:
            marked["hosts"] = [str(host) for host in written.hosts]
        for key in ("headers", "query"):
            if conditions := getattr(written, key):
                marked[key] = dict(conditions)
        if written.priority:
            marked["priority"] = written.priority
        if written.description:
            marked["description"] = written.description
        if written.tags:
            marked["tags"] = list(written.tags)
        if written.deprecated is not None:
            marked["deprecated"] = {}
        if written.service is not None:
            marked["service"] = written.service
        if written.redirect is not None:
            marked["redirect"] = {"to": written.redirect.to, "status": written.redirect.status}
        if written.respond is not None:
            marked["respond"] = {"status": written.respond.status}
        return marked

    def _security(self, written: RouteConfig) -> tuple[list[dict[str, list[str]]], dict[str, Any]]:
        config = self.loaded.config
        if config is None:
            return [], {}
        name = written.auth or config.defaults.auth
        refusals: dict[str, Any] = {}
        limits = config.defaults.limits if written.limits is None else written.limits
        if limits:
            refusals["429"] = {"description": f"Too many requests: {', '.join(limits)}"}
        if not name or name == "none":
            return [], refusals
        scheme = config.auth[name]
        alternatives = list(getattr(scheme, "of", ())) or [name]
        found: list[dict[str, list[str]]] = []
        for one in alternatives:
            described = self._scheme(one)
            if described is not None:
                self.schemes[one] = described
                scopes = list(written.require.scopes) if written.require and config.auth[one].type == "jwt" else []
                found.append({one: scopes})
        if found and getattr(scheme, "optional", False):
            found.append({})
        refusals |= {"401": {"description": "No valid credentials"}}
        if written.require is not None:
            refusals["403"] = {"description": "Not allowed"}
        return found, refusals

    def _scheme(self, name: str) -> dict[str, Any] | None:
        scheme = self.loaded.config.auth[name] if self.loaded.config is not None else None
        kind = getattr(scheme, "type", "")
        if kind == "api_key" and not any(self.hidden.covers(("auth", name, key)) for key in ("header", "query")):
            header, query = getattr(scheme, "header", None), getattr(scheme, "query", None)
            return {"type": "apiKey", "in": "header" if header else "query", "name": str(header or query)}
        if kind in _SCHEMES:
            return _SCHEMES[kind]
        message = f'the scheme "{name}": what decides is elsewhere'
        if not any(message == note.message for note in self.notes):
            self._left(("auth", name), message, "describe in words what clients have to send")
        return None

    def _left(self, at: tuple[str, ...], message: str, help: str) -> None:
        self.notes.append(left(message, self.loaded.span(*at), help))


def _template(pattern: str) -> tuple[str, list[dict[str, Any]]]:
    """A path pattern as a path of OpenAPI, with its parameters; what goes over several segments is one parameter."""
    parameters: list[dict[str, Any]] = []

    def one(match: re.Match[str]) -> str:
        name, _, kind = match[1].partition(":")
        schema = _TYPES.get(kind) or (_SLUG if kind == "slug" else {"type": "string"})
        if kind and kind not in ("int", "uuid", "slug", "path"):
            schema = {"type": "string", "pattern": f"^(?:{kind})$"}
        parameter: dict[str, Any] = {"name": name, "in": "path", "required": True, "schema": schema}
        if kind == "path":
            parameter["description"] = "All the rest of the path, with its slashes"
        parameters.append(parameter)
        return f"{{{name}}}"

    written = f"{pattern[:-1]}{{rest:path}}" if pattern.endswith("/*") else pattern
    return re.sub(r"\{((?:[^{}]|\{[^{}]*\})*)\}", one, written), parameters
