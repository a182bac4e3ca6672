"""An OpenAPI document as its operations see it: references resolved, servers and parameters found."""

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.core.frozen import frozen
from gatewayctl.foreign.document import Document, Path
from gatewayctl.foreign.problems import CYCLE, NOT_A_DOCUMENT, REMOTE, RefusedImportError, wrong

METHODS: Final = ("get", "put", "post", "delete", "options", "head", "patch")
"""The operations that a route can take."""


@frozen
class Server:
    """``origin`` is scheme, host and port, empty where the document leaves it to where it was found; ``base`` a path."""

    origin: str
    base: str


@frozen
class Operation:
    """One method of one path. ``at`` is where it stands; ``parameters`` are its path parameters by name."""

    method: str
    path: str
    data: dict[str, Any]
    at: Path
    servers: tuple[Server, ...]
    parameters: dict[str, dict[str, Any]]


class Description:
    """Reads OpenAPI 3.0, 3.1 and 3.2, and Swagger 2.0."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Diagnostic] = []
        data = document.data
        if not isinstance(data, dict) or not isinstance(data.get("paths", {}), dict):
            raise self.refused([self.problem(NOT_A_DOCUMENT, "this is no OpenAPI document", (), "give a description")])
        version = str(data.get("openapi") or data.get("swagger") or "")
        if not version.startswith(("3.", "2.0")):
            said = f"its version is {version}" if version else "it says no version"
            message = f"this is no OpenAPI document that can be read: {said}"
            way_out = "OpenAPI 3.0, 3.1, 3.2 and Swagger 2.0 can be imported"
            raise self.refused([self.problem(NOT_A_DOCUMENT, message, ("openapi",), way_out)])
        self.data: dict[str, Any] = data
        self.old = version.startswith("2")

    def refused(self, problems: list[Diagnostic]) -> RefusedImportError:
        """What to raise for these."""
        return RefusedImportError(problems, {self.document.file: self.document.text})

    def problem(self, code: str, message: str, at: Path, help: str) -> Diagnostic:
        """One error at a place of the document."""
        return wrong(code, message, self.document.span(at), help)

    def operations(self) -> Iterator[Operation]:
        """All of them in the order of the document; what cannot be read is in ``problems`` afterwards."""
        for path, item in self.data.get("paths", {}).items():
            if not isinstance(path, str) or not path.startswith("/"):
                if not str(path).startswith("x-"):
                    way_out = "a path begins with /"
                    self.problems.append(self.problem(NOT_A_DOCUMENT, "this is no path", ("paths", path), way_out))
                continue
            held = self.resolved(item, ("paths", path))
            if isinstance(held, dict):
                yield from self._of(path, held)

    def _of(self, path: str, item: dict[str, Any]) -> Iterator[Operation]:
        shared = self._parameters(item, ("paths", path))
        for method in METHODS:
            if isinstance(data := item.get(method), dict):
                at: Path = ("paths", path, method)
                servers = self._servers(data, at) or self._servers(item, ("paths", path)) or self._root_servers()
                parameters = shared | self._parameters(data, at)
                yield Operation(method, path, data, at, servers, parameters)

    def resolved(self, value: Any, at: Path) -> Any:
        """The value, or what its reference leads to; None, and a problem, where that is nothing that can be followed."""
        seen: list[str] = []
        while isinstance(value, dict) and isinstance(reference := value.get("$ref"), str):
            if reference in seen:
                message = f"the reference {reference} leads back to itself"
                self.problems.append(self.problem(CYCLE, message, (*at, "$ref"), "let it lead to a definition"))
                return None
            if not reference.startswith("#"):
                message = f"a reference to another document: {reference}"
                way_out = "bundle the description into one file first; nothing is fetched"
                self.problems.append(self.problem(REMOTE, message, (*at, "$ref"), way_out))
                return None
            seen.append(reference)
            beside = {key: held for key, held in value.items() if key != "$ref"}
            value = self._lookup(reference)
            if value is None:
                message = f"the reference {reference} leads nowhere"
                self.problems.append(self.problem(NOT_A_DOCUMENT, message, (*at, "$ref"), "define it, or correct it"))
                return None
            value = {**value, **beside} if isinstance(value, dict) and beside else value
        return value

    def _lookup(self, reference: str) -> Any:
        value: Any = self.data
        for part in reference.removeprefix("#").split("/")[1:]:
            name = unquote(part).replace("~1", "/").replace("~0", "~")
            if isinstance(value, dict) and name in value:
                value = value[name]
            elif isinstance(value, list) and name.isdecimal() and int(name) < len(value):
                value = value[int(name)]
            else:
                return None
        return value

    def _parameters(self, holder: dict[str, Any], at: Path) -> dict[str, dict[str, Any]]:
        found: dict[str, dict[str, Any]] = {}
        listed = holder.get("parameters")
        for number, written in enumerate(listed if isinstance(listed, list) else []):
            place = (*at, "parameters", number)
            parameter = self.resolved(written, place)
            if isinstance(parameter, dict) and parameter.get("in") == "path":
                schema = parameter if self.old else self.resolved(parameter.get("schema"), (*place, "schema"))
                found[str(parameter.get("name"))] = schema if isinstance(schema, dict) else {}
        return found

    def _root_servers(self) -> tuple[Server, ...]:
        if not self.old:
            return self._servers(self.data, ()) or (Server("", ""),)
        base = str(self.data.get("basePath") or "").rstrip("/")
        host = self.data.get("host")
        schemes = self.data.get("schemes") or ["https"]
        return tuple(Server(f"{scheme}://{host}" if host else "", base) for scheme in schemes if scheme[:4] == "http")

    def _servers(self, holder: dict[str, Any], at: Path) -> tuple[Server, ...]:
        listed = holder.get("servers")
        if not isinstance(listed, list):
            return ()
        return tuple(self._server(item, (*at, "servers", n)) for n, item in enumerate(listed) if isinstance(item, dict))

    def _server(self, item: dict[str, Any], at: Path) -> Server:
        url = str(item.get("url", ""))
        variables = item.get("variables")
        for name, variable in variables.items() if isinstance(variables, dict) else ():
            url = url.replace(f"{{{name}}}", str(variable.get("default", "")) if isinstance(variable, dict) else "")
        try:
            parts = urlsplit(url)
            origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}" if parts.netloc else ""
            valid = parts.scheme in ("http", "https", "") and (parts.hostname is None or bool(parts.hostname))
        except ValueError:
            valid = False
        if not valid or "{" in url:
            way_out = "give it an http or https URL, its variables with defaults"
            self.problems.append(self.problem(NOT_A_DOCUMENT, "this server's URL is of no use", (*at, "url"), way_out))
            return Server("", "")
        return Server(origin, parts.path.rstrip("/"))
