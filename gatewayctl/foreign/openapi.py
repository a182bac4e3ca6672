"""From an OpenAPI document to a configuration: a route for each operation, a service for each server.

An operation that ``export openapi`` has marked with ``x-gatewayctl`` comes back as the routes that it was.
"""

import re
from dataclasses import field
from typing import Any, Final

from gatewayctl.config.kinds.names import NAME_PATTERN
from gatewayctl.core.frozen import frozen, mutable
from gatewayctl.foreign.document import Document, Path
from gatewayctl.foreign.draft import Draft, literal, percent_encoded
from gatewayctl.foreign.openapi_reading import Description, Operation, Server
from gatewayctl.foreign.problems import NO_ADDRESS, NOT_A_DOCUMENT, left
from gatewayctl.routing.pattern import parse_pattern
from gatewayctl.routing.spec import DEFAULT_OPTIONS, RouteProblem

EXTENSION: Final = "x-gatewayctl"
"""In an operation: the routes that it stands for, each with its ``route`` name and the settings that it matches by."""
MATCHING: Final = ("path", "path_regex", "methods", "hosts", "headers", "query", "priority")
FOR_PEOPLE: Final = ("description", "tags", "deprecated")
KEPT: Final = ("description", *MATCHING, "redirect", "respond", "tags", "deprecated")
_PARAMETER: Final = re.compile(r"\{([^{}/]*)\}")


@frozen
class Wishes:
    """What the document does not say, or what is to be another way than it says."""

    upstream: str = ""
    """The address that requests go to, in place of the document's servers: scheme, host and port."""
    prefix: str = ""
    """What public paths begin with; it is taken off before a request is sent on."""
    typed: bool = False
    """Parameters that must be whole numbers or UUIDs match nothing else."""


def imported(document: Document, wishes: Wishes) -> Draft:
    """Raises RefusedImportError, with all problems at once, where no configuration can be made of it."""
    description = Description(document)
    title = str((description.data.get("info") or {}).get("title") or "an API")
    draft = Draft(f"{title}\nImported from {document.file} by gatewayctl import openapi.")
    draft.sources[document.file] = document.text
    work = _Work(description, wishes, draft)
    for operation in description.operations():
        work.operation(operation)
    if not description.problems and not work.draft.sections.get("routes"):
        lost = "there are no operations" + (" that can be carried over" if draft.notes else "")
        way_out = "describe at least one operation"
        description.problems.append(description.problem(NOT_A_DOCUMENT, lost, ("paths",), way_out))
    if description.problems:
        raise description.refused([*draft.notes, *description.problems])
    work.finish()
    return work.draft


@mutable
class _Work:
    description: Description
    wishes: Wishes
    draft: Draft
    services: dict[str, str] = field(default_factory=dict)
    """The service of each origin."""
    schemes: dict[str, Path] = field(default_factory=dict)
    """The security schemes that operations ask for, and where one first does."""
    several: bool = False
    """Whether some operation has more servers than the one that is taken."""

    def operation(self, operation: Operation) -> None:
        self._ask_for(operation)
        marked = operation.data.get(EXTENSION)
        if isinstance(marked, list) and all(map(_is_marked, marked)):
            for one in marked:
                self._as_it_was(operation, one)
            return
        server = operation.servers[0]
        path = self.wishes.prefix + percent_encoded(server.base) + self._pattern(operation)
        if self._cannot_be(path, operation):
            return
        route: dict[str, Any] = {}
        if summary := str(operation.data.get("summary") or "").strip():
            route["description"] = literal(" ".join(summary.split()))
        self.several = self.several or len({one.origin for one in operation.servers}) > 1
        route["path"] = literal(path)
        route["methods"] = [operation.method.upper()]
        service = self._service(server, operation.at)
        route["service"] = service
        if self.wishes.prefix:
            route["strip_prefix"] = self.wishes.prefix
        self._say_more(route, operation)
        spoken = str(operation.data.get("operationId") or f"{operation.method}-{operation.path}")
        self.draft.add("routes", spoken, route, self.description.document.span(operation.at))

    def _as_it_was(self, operation: Operation, marked: dict[str, Any]) -> None:
        """A route that was exported: all its operations say the same, so it is added once."""
        name = str(marked["route"])
        if name in self.draft.sections.get("routes", {}):
            return
        route: dict[str, Any] = {key: _literal(marked[key]) for key in KEPT if key in marked}
        if "respond" not in route and "redirect" not in route:
            route["service"] = self._service(operation.servers[0], operation.at, str(marked.get("service", "")))
        self.draft.sections.setdefault("routes", {})[name] = route
        self.draft.origins["routes", name] = self.description.document.span(operation.at)

    def _say_more(self, route: dict[str, Any], operation: Operation) -> None:
        tags = operation.data.get("tags")
        if isinstance(tags, list) and tags:
            route["tags"] = [literal(str(tag)) for tag in tags]
        if operation.data.get("deprecated") is True:
            route["deprecated"] = {}

    def _pattern(self, operation: Operation) -> str:
        """The path with parameters as they are named here: letters, digits and ``_``."""
        path, mark, _ = operation.path.partition("?")
        if mark:
            at = operation.at[:2]
            self.draft.notes.append(
                left("the query in this path", self.description.document.span(at), "match it with query = { … }")
            )
        taken: set[str] = set()

        def renamed(match: re.Match[str]) -> str:
            name = re.sub(r"\W", "_", match[1], flags=re.ASCII) or "value"
            name = f"_{name}" if name[0].isdigit() else name
            while name in taken:
                name += "_"
            taken.add(name)
            return f"{{{name}{self._type(operation.parameters.get(match[1], {}))}}}"

        pieces = _PARAMETER.split(path)  # what is between parameters, and their names, in turns
        names = _PARAMETER.finditer(path)
        return "".join(
            renamed(next(names)) if number % 2 else percent_encoded(piece) for number, piece in enumerate(pieces)
        )

    def _cannot_be(self, path: str, operation: Operation) -> bool:
        """Whether no route can have that path. Then it is said, once for all methods, and the others are imported."""
        problems: list[RouteProblem] = []
        parse_pattern(path, DEFAULT_OPTIONS, problems)
        if problems:
            span = self.description.document.span(operation.at[:2])
            self.draft.notes.append(left(f"the path {operation.path}: {problems[0].message}", span, problems[0].help))
        return bool(problems)

    def _type(self, schema: dict[str, Any]) -> str:
        if not self.wishes.typed:
            return ""
        if schema.get("type") == "string" and schema.get("format") == "uuid":
            return ":uuid"
        minimum = schema.get("minimum", schema.get("exclusiveMinimum"))
        whole = schema.get("type") == "integer" and isinstance(minimum, int) and minimum >= 0
        return ":int" if whole else ""

    def _service(self, server: Server, at: Path, named: str = "") -> str:
        origin = self.wishes.upstream or server.origin
        key = named or origin
        if key not in self.services:
            if not origin:
                message = "the description does not say where the service is"
                way_out = "name it: --upstream http://127.0.0.1:9000"
                if not any(found.code == NO_ADDRESS for found in self.description.problems):
                    self.description.problems.append(
                        self.description.problem(NO_ADDRESS, message, ("servers",), way_out)
                    )
                return ""
            host = origin.partition("://")[2]
            wanted = named or (re.sub(r":\d+$", "", host) if self.services else "api")
            service = {"instances": [{"url": origin}]}
            self.services[key] = self.draft.add("services", wanted, service, self.description.document.span(at))
        return self.services[key]

    def _ask_for(self, operation: Operation) -> None:
        asked = operation.data.get("security", self.description.data.get("security"))
        place = (*operation.at, "security") if "security" in operation.data else ("security",)
        for choice in asked if isinstance(asked, list) else ():
            for name in choice if isinstance(choice, dict) else ():
                self.schemes.setdefault(str(name), place)

    def finish(self) -> None:
        """What the document says beside, and a configuration cannot or should not take from it."""
        document, data, notes = self.description.document, self.description.data, self.draft.notes
        for name, at in self.schemes.items():
            way_out = "add [auth.…] with its keys, and auth = … to the routes"
            notes.append(
                left(f'the security scheme "{name}": it does not say how to verify', document.span(at), way_out)
            )
        if self.several:
            message = "servers beside the first: they are other stages or places of the same"
            notes.append(left(message, document.span(("servers", 1)), "add them as instances, if they are"))
        for path, item in data.get("paths", {}).items():
            beyond = ("trace", "query", "additionalOperations")
            for method in beyond if isinstance(item, dict) else ():
                if method in item:
                    place = document.span(("paths", path, method))
                    notes.append(left(f"the method {method.upper()} of {path}", place, "a gateway does not route it"))
        for section in ("webhooks",):
            if data.get(section):
                message = f"{section}: these are requests that the API sends"
                notes.append(left(message, document.span((section,)), "nothing has to be done at the gateway"))


def _is_marked(one: Any) -> bool:
    """Whether that is a route as ``export openapi`` writes it; anybody may have written the document."""
    if not isinstance(one, dict) or not isinstance(one.get("route"), str):
        return False
    named = [one["route"], *([one["service"]] if "service" in one else [])]
    return all(isinstance(name, str) and re.fullmatch(NAME_PATTERN, name) for name in named) and _is_plain(one)


def _is_plain(value: Any) -> bool:
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(held) for key, held in value.items())
    return all(map(_is_plain, value)) if isinstance(value, list) else isinstance(value, str | int)


def _literal(value: Any) -> Any:
    """The same as the value of a setting: no text in it is a variable."""
    if isinstance(value, dict):
        return {key: _literal(held) for key, held in value.items()}
    if isinstance(value, list):
        return [_literal(held) for held in value]
    return literal(value) if isinstance(value, str) else value
