"""Templates: ``/users/{id}``, ``https://{host}/v2/{rest}``, ``{claim.sub}`` in paths, queries, headers and bodies.

``parse_template`` turns one into parts that pickle, each with the encoding of the very place where it stands: the path
of a redirect is encoded unlike its query. Names that cannot exist on the route are problems with their place. A brace
that holds no name is itself (JSON needs no escaping); ``{{name}}`` is the text ``{name}``.
"""

import re
from enum import IntEnum
from typing import Final, Literal, NamedTuple
from urllib.parse import quote

from gatewayctl.core.suggest import closest

TEMPLATE: Final = "E308"

Place = Literal["path", "location", "query", "header", "text", "json", "html"]
"""Where the result goes: a path that is sent on, a Location, the value of a query parameter or a header, a body."""


class Source(IntEnum):
    """Where a value comes from; LITERAL is the template's own text."""

    LITERAL = 0
    PARAM = 1
    CLIENT_IP = 2
    REQUEST_ID = 3
    ROUTE = 4
    SERVICE = 5
    CONSUMER = 6
    METHOD = 7
    PATH = 8
    HOST = 9
    CLAIM = 10
    HEADER = 11
    QUERY = 12


class Encoding(IntEnum):
    """How a value is put in. PATH leaves raw parameters as they are; STRICT leaves only unreserved characters."""

    PATH = 0
    STRICT = 1
    HOST = 2
    HEADER = 3
    TEXT = 4
    JSON = 5
    HTML = 6


class Part(NamedTuple):
    """A piece of text (``text``), or a value by its source and name."""

    source: int
    text: bytes = b""
    name: str = ""
    encoding: int = Encoding.TEXT


class Template(NamedTuple):
    """``literal`` is the whole result where nothing has to be put in, else None."""

    place: Place
    parts: tuple[Part, ...]
    literal: bytes | None


class TemplateNames(NamedTuple):
    """What exists on a route: its parameters, whether it has a service, whether it knows who the client is."""

    params: tuple[str, ...] = ()
    service: bool = True
    identity: bool = False


class TemplateProblem(NamedTuple):
    """What is wrong, from which character to which, and what to do."""

    message: str
    start: int
    end: int
    help: str
    code: str = TEMPLATE


class TemplateError(ValueError):
    """A template with problems; all of them."""

    def __init__(self, problems: tuple[TemplateProblem, ...]) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.problems = problems


_PLAIN: Final = {
    "client_ip": Source.CLIENT_IP,
    "request_id": Source.REQUEST_ID,
    "route": Source.ROUTE,
    "service": Source.SERVICE,
    "consumer": Source.CONSUMER,
    "method": Source.METHOD,
    "path": Source.PATH,
    "host": Source.HOST,
}
_DOTTED: Final = {"claim": Source.CLAIM, "header": Source.HEADER, "query": Source.QUERY}
_REFERENCE: Final = re.compile(
    r"\{(?P<plain>[A-Za-z_]\w*)\}"
    r"|\{(?P<kind>claim|header|query)\.(?P<name>[^{}\s\"]*)\}"
    r"|\{(?P<quoted>\{[A-Za-z_][\w.-]*\})\}",
    re.ASCII,
)
_TYPED: Final = re.compile(r"\{([A-Za-z_]\w*):[^{}]*\}", re.ASCII)
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_NOT_IN_URL: Final = re.compile(r"[^!-~]|[\"\\<>^`]|%(?![0-9A-Fa-f]{2})")
_NOT_IN_HEADER: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_DOTS: Final = re.compile(r"/\.{1,2}(?=/|$)")
_VALUES: Final[dict[str, Encoding]] = {
    "query": Encoding.STRICT,
    "header": Encoding.HEADER,
    "text": Encoding.TEXT,
    "json": Encoding.JSON,
    "html": Encoding.HTML,
}


def parse_template(text: str, place: Place, names: TemplateNames) -> Template:
    """The parts of a template. A parameter of the route hides a built-in of its name. Raises TemplateError."""
    return _Parser(text, place, names).template()


class _Parser:
    def __init__(self, text: str, place: Place, names: TemplateNames) -> None:
        self.text, self.place, self.names = text, place, names
        self.problems: list[TemplateProblem] = []
        self.parts: list[Part] = []
        self.before = ""

    def template(self) -> Template:
        at = 0
        for found in _REFERENCE.finditer(self.text):
            self.literal(self.text[at : found.start()], at)
            at = found.end()
            if found["quoted"]:
                self.literal(found["quoted"], found.start() + 1)
            else:
                self.reference(found)
        self.literal(self.text[at:], at)
        self.check_whole()
        if self.problems:
            raise TemplateError(tuple(sorted(self.problems, key=lambda problem: problem.start)))
        dynamic = any(part.source for part in self.parts)
        literal = None if dynamic else b"".join(part.text for part in self.parts)
        return Template(self.place, tuple(self.parts), literal)

    def problem(self, message: str, start: int, end: int, help: str) -> None:
        self.problems.append(TemplateProblem(message, start, max(end, start + 1), help))

    def literal(self, text: str, start: int) -> None:
        self.before += text
        if not text:
            return
        if self.place in ("path", "location"):
            for bad in _NOT_IN_URL.finditer(text):
                help = "write " + "".join(f"%{value:02X}" for value in bad[0].encode())
                self.problem(f"{bad[0]!r} has no place in a URL", start + bad.start(), start + bad.end(), help)
        if self.place == "header":
            for bad in _NOT_IN_HEADER.finditer(text):
                message = "a header value has no control characters"
                self.problem(message, start + bad.start(), start + bad.end(), "leave it out")
        if self.place in ("path", "location", "query", "header"):
            for typed in _TYPED.finditer(text):
                help = f"write {{{typed[1]}}}: its type stands in the pattern"
                self.problem(
                    "a template names a value without its type", start + typed.start(), start + typed.end(), help
                )
        data = text.encode() if self.place != "query" else _strict(text)
        self.parts.append(Part(Source.LITERAL, data))

    def reference(self, found: re.Match[str]) -> None:
        start, end = found.span()
        encoding = self.encoding()
        name = found["plain"]
        self.before += "x"
        if name is None:
            self.dotted(found["kind"], found["name"], start, end, encoding)
        elif name in self.names.params:
            self.parts.append(Part(Source.PARAM, b"", name, encoding))
        elif name not in _PLAIN:
            self.unknown(name, start, end)
        elif name == "service" and not self.names.service:
            self.problem("this route has no service", start, end, "write its name, or {route}")
        elif name == "consumer" and not self.names.identity:
            self.problem("without auth a route knows no consumer", start, end, 'add auth = "…" to the route')
        else:
            self.parts.append(Part(_PLAIN[name], b"", name, encoding))

    def dotted(self, kind: str, name: str, start: int, end: int, encoding: Encoding) -> None:
        if not name:
            self.problem(f"the name is missing after {kind}.", start, end, f"write {{{kind}.NAME}}")
        elif kind == "claim" and not self.names.identity:
            self.problem("without auth a route knows no claims", start, end, 'add auth = "…" to the route')
        elif kind == "header" and not _TOKEN.fullmatch(name):
            self.problem(f"{name!r} is no name of a header", start, end, "a name is letters, digits and -")
        else:
            known = name.lower() if kind == "header" else name
            self.parts.append(Part(_DOTTED[kind], b"", known, encoding))

    def unknown(self, name: str, start: int, end: int) -> None:
        near = closest(name, [*self.names.params, *_PLAIN])
        if near is not None:
            help = f"did you mean {{{near}}}?"
        elif name == "rest":
            help = "{rest} is there on routes whose path ends with /*"
        elif self.names.params:
            known = ", ".join(f"{{{param}}}" for param in self.names.params)
            help = f"this route has {known}; the text itself is {{{{{name}}}}}"
        else:
            help = f"this route's path has no parameters; the text itself is {{{{{name}}}}}"
        self.problem(f"there is no {{{name}}} on this route", start, end, help)

    def encoding(self) -> Encoding:
        """How a value is encoded that stands after what was read so far."""
        if self.place in _VALUES:
            return _VALUES[self.place]
        if "?" in self.before or "#" in self.before:
            return Encoding.STRICT
        scheme, found, rest = self.before.partition("://")
        if found and "/" not in rest and "/" not in scheme:
            return Encoding.HOST
        return Encoding.PATH

    def check_whole(self) -> None:
        text, end = self.before, len(self.text)
        if self.place == "path":
            if not text.startswith("/") and not self.text.startswith("{path}"):
                self.problem("a path begins with /", 0, 1, f'write "/{self.text}"')
            if "?" in text or "#" in text:
                at = min(i for i in (self.text.find("?"), self.text.find("#")) if i >= 0)
                self.problem("a rewritten path has no query: the request's own is kept", at, end, "leave it out")
        if (
            self.place == "location"
            and not re.match(r"https?://[^/?#]|/(?!/)", text)
            and not self.text.startswith("{path}")
        ):
            self.problem("a redirect leads to a path or a URL", 0, end, 'begin with "/", or with "https://" and a host')
        if self.place in ("path", "location") and _DOTS.search(
            text.partition("?")[0].partition("://")[2] or text.partition("?")[0]
        ):
            at = max(self.text.find("/."), 0)
            self.problem("a path has no . and .. segments", at, end, "write it as it will be when they are resolved")


def _strict(text: str) -> bytes:
    """Literal text of a query value, percent-encoded."""
    return quote(text, safe="").encode()
