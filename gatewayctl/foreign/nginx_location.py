"""A ``location`` of nginx as a route: what it matches, where it goes, what is changed on the way."""

import re
from collections.abc import Iterable
from dataclasses import field
from typing import Any, Final

from gatewayctl.core.frozen import mutable
from gatewayctl.foreign.draft import Draft, literal, percent_encoded
from gatewayctl.foreign.nginx_access import access_table
from gatewayctl.foreign.nginx_reading import Directive
from gatewayctl.foreign.nginx_services import Services
from gatewayctl.foreign.nginx_words import QUERY, duration, full_expression, size, template
from gatewayctl.foreign.problems import left

OURS: Final = {
    "proxy_http_version", "proxy_redirect", "proxy_pass_request_headers", "proxy_pass_request_body", "default_type",
    "proxy_next_upstream_tries", "access_log", "error_log", "log_not_found", "server_tokens", "tcp_nodelay",
}  # fmt: skip
"""What the gateway does by itself, or what says nothing of requests."""
FORWARDED: Final = {"x-real-ip", "x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "connection", "upgrade"}
"""Headers that the gateway writes itself."""
GUARDS: Final = {
    "auth_basic", "auth_request", "auth_jwt", "internal", "limit_except", "if", "ssl_verify_client", "satisfy",
}  # fmt: skip
"""What may refuse a request. A route that lost one of these would be open, so it refuses every request."""
INHERITED: Final = {
    *(GUARDS - {"if", "limit_except"}), "auth_basic_user_file",
    "client_max_body_size", "proxy_connect_timeout", "proxy_read_timeout", "proxy_set_header", "add_header", "allow",
    "deny", "proxy_hide_header", *OURS,
}  # fmt: skip
"""What a location takes from the blocks around it, as far as it is carried over."""


@mutable
class Location:
    """The work on one location. ``around`` are the directives of the blocks around it, innermost last."""

    draft: Draft
    services: Services
    directive: Directive
    around: list[Directive]
    route: dict[str, Any] = field(default_factory=dict)
    service: dict[str, Any] = field(default_factory=dict)
    request: dict[str, str] = field(default_factory=dict)
    response: dict[str, str] = field(default_factory=dict)
    hidden: list[str] = field(default_factory=list)
    guests: list[Directive] = field(default_factory=list)
    """``allow`` and ``deny``, in their order."""
    networks: dict[str, list[str]] = field(default_factory=dict)
    passed: Directive | None = None
    carried: bool = False
    """Whether its route is more than a refusal in place of nothing."""
    refusal: int = 0
    """The status that its requests get, since what refuses some of them is not carried over; 0 where nothing is lost."""

    def made(self) -> dict[str, Any] | None:
        """The route, without its hosts; None where nothing of it can be carried over."""
        kind, path = _kind(self.directive)
        if not self._match(kind, path):
            return None
        for one in self._effective():
            self._take(one)
        self._access()
        if self.passed is not None and not self._forward(kind, path):
            return self._refusing(503)
        if self.refusal:
            self.carried = True
            return self._refusing(self.refusal)
        if not {"service", "redirect", "respond"} & self.route.keys():
            message = f"{self.directive}: it serves files or nothing, here it answers 404"
            self._left(message, self.directive, "a gateway serves no files: leave it to a service")
            return self._refusing(404)
        self.carried = True
        self._policies()
        return self.route

    def _refusing(self, status: int) -> dict[str, Any]:
        """What it matches, answered: without a route its requests would go to another one, which nginx never asks."""
        matched = {key: held for key, held in self.route.items() if key in ("path", "path_regex")}
        return {**matched, "respond": {"status": status}}

    def _match(self, kind: str, path: str) -> bool:
        if kind in ("~", "~*"):
            self.route["path_regex"] = literal(full_expression(path, case_matters=kind == "~"))
        elif kind == "@":
            self._left(f"{self.directive}: a named location", self.directive, "name its service as a fallback")
            return False
        elif kind == "=":
            self.route["path"] = _plain(path)
        else:
            bare = path.rstrip("/")
            self.route["path"] = f"{_plain(bare)}/*"
            if path != "/" and not path.endswith("/"):
                message = f"{self.directive}: it also takes {path}x, which is not below {path}"
                self._left(message, self.directive, f"{bare}/* begins at segments; add a path_regex if this is meant")
        return True

    def _effective(self) -> list[Directive]:
        """Its own directives, and those from around that it does not replace."""
        return [*not_replaced(self.around, self.directive.block), *self.directive.block]

    def _take(self, one: Directive) -> None:
        first = one.args[0] if one.args else ""
        if one.name == "proxy_pass":
            self.passed = one
        elif one.name == "return":
            self._return(one)
        elif one.name == "client_max_body_size" and (bytes_ := size(first)):
            self.route["max_body_size"] = bytes_
        elif one.name == "proxy_connect_timeout" and (time := duration(first)):
            self.service["connect_timeout"] = time
        elif one.name == "proxy_read_timeout" and (time := duration(first)):
            self.service |= {"first_byte_timeout": time, "idle_timeout": time}
            self.route["timeout"] = time
        elif one.name in ("proxy_set_header", "add_header"):
            self._header(one)
        elif one.name == "proxy_hide_header":
            self.hidden.append(first.lower())
        elif one.name in ("allow", "deny"):
            self.guests.append(one)
        elif one.name in GUARDS:
            if first != "off":
                self._guard(one, _way_out(one.name))
        elif one.name not in OURS and one.name not in ("location", "auth_basic_user_file"):
            self._left(f"{one}", one, _way_out(one.name))

    def _return(self, one: Directive) -> None:
        status, text = (one.args[0], one.args[1:]) if one.args[0].isdecimal() else ("302", one.args)
        written = " ".join(text).replace("\\n", "\n").replace("\\t", "\t").replace("\\r", "\r")
        for query in QUERY:
            written = written.replace(query, "")
        made = template(written)
        if made is None:
            self._left(f"{one}: a variable without a counterpart", one, "write it with the templates of redirect")
        elif status in ("301", "302", "303", "307", "308"):
            self.route["redirect"] = {"to": literal(made), "status": int(status)}
        elif 200 <= int(status) <= 599 and status != "444":
            self.route["respond"] = {"status": int(status), **({"body": literal(made)} if made else {})}
        else:
            self._left(f"{one}: a connection is not closed without an answer", one, "answer with a status")

    def _header(self, one: Directive) -> None:
        name, value = one.args[0].lower(), one.args[1] if len(one.args) > 1 else ""
        if one.name == "proxy_set_header" and name == "host":
            self.service["host_header"] = "preserve" if value in ("$host", "$http_host") else "instance"
            if value not in ("$host", "$http_host", "$proxy_host"):
                self.service["host_header"] = literal(value)
            return
        if one.name == "proxy_set_header" and name in FORWARDED:
            return
        made = template(value)
        if made is None:
            self._left(f"{one}: a variable without a counterpart", one, "write a transform with the templates there")
        elif one.name == "add_header":
            self.response[name] = literal(made)
        else:
            self.request[name] = literal(made)

    def _guard(self, one: Directive, help: str) -> None:
        """What refuses requests there, and is not said here: the route refuses all until somebody has looked at it."""
        self.refusal = 404 if one.name == "internal" else 403
        block = " { … }" if one.block else ""
        self._left(f"{one}{block}: its route answers {self.refusal}, since it would be open", one, help)

    def _access(self) -> None:
        """Who may come in, exactly as nginx has it; where that cannot be said, nobody may, and each line is named."""
        try:
            table = access_table([(one.name, one.args[0]) for one in self.guests]) if self.guests else {}
        except ValueError:
            for one in self.guests:
                self._guard(one, "write allow and deny in [access.…], where deny always wins")
            return
        if table is None:
            self._guard(self.guests[-1], "answer with respond = { status = 403 }")
        elif table:
            self.networks = table

    def _forward(self, kind: str, path: str) -> bool:
        directive = self.passed
        name, target = self.services.name(directive, self.service) if directive else ("", "")
        if not name or directive is None:
            return False
        self.route["service"] = name
        if not target:
            return True
        if kind in ("~", "~*"):
            self._left(f"{directive}: a path with a regular expression", directive, "write rewrite = …")
        elif kind == "=":
            self.route["rewrite"] = _plain(target)
        elif target == "/" and path.rstrip("/"):
            self.route["strip_prefix"] = _plain(path.rstrip("/"))
        elif target != path:
            self.route["rewrite"] = f"{_plain(target.rstrip('/'))}/{{rest}}"
        return True

    def _policies(self) -> None:
        edits: dict[str, Any] = {}
        if self.request:
            edits["request"] = {"set": self.request}
        if self.response or self.hidden:
            edits["response"] = {key: held for key, held in (("set", self.response), ("remove", self.hidden)) if held}
        if edits:
            self.route["transform"] = self.draft.same("transforms", "headers", edits)
        if self.networks:
            self.route["access"] = self.draft.same("access", "networks", self.networks)

    def _left(self, message: str, directive: Directive, help: str) -> None:
        self.draft.notes.append(left(message, directive.span, help))


def not_replaced(around: list[Directive], block: Iterable[Directive]) -> list[Directive]:
    """What a block inherits: nginx takes those of a name from around only where the block has none of that name;
    ``allow`` and ``deny`` are one list, and so are inherited, or not, together."""
    own = {_family(one.name) for one in block}
    return [one for one in around if one.name in INHERITED and _family(one.name) not in own]


def _family(name: str) -> str:
    return "allow" if name == "deny" else name


def _kind(directive: Directive) -> tuple[str, str]:
    """``=``, ``^~``, ``~``, ``~*``, ``@`` or nothing; and the path."""
    if len(directive.args) > 1:
        return directive.args[0], directive.args[1]
    written = directive.args[0] if directive.args else "/"
    match = re.match(r"=|\^~|~\*|~|@", written)
    return (match[0], written[match.end() :]) if match else ("", written)


def _plain(path: str) -> str:
    return literal(percent_encoded(re.sub(r"[{}*]", lambda match: f"%{ord(match[0]):02X}", path)))


def _way_out(name: str) -> str:
    if name.startswith("limit_req"):
        return 'write [limits.…] with algorithm = "token_bucket", and limits = [...] on the route'
    if name.startswith("limit_conn"):
        return 'write [limits.…] with algorithm = "concurrency", and limits = [...] on the route'
    if name.startswith("auth_basic"):
        return 'write [auth.…] with type = "basic" and a file with bcrypt or argon2 hashes'
    if name == "auth_request":
        return 'write [auth.…] with type = "forward"'
    if name in ("root", "alias", "index", "try_files", "autoindex"):
        return "a gateway serves no files: leave them to a service"
    if name.startswith("gzip"):
        return "compress = true on a route, or leave it to the service"
    if name in ("if", "limit_except"):
        return "write routes with these methods, headers or query conditions"
    if name == "rewrite":
        return "write it as rewrite or redirect on a route"
    return "gatewayctl option lists the settings that there are"
