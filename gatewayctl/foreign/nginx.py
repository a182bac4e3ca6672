"""From nginx's files to a configuration: a route for each location that forwards, redirects or answers.

The order in which nginx chooses is kept: the server by its name, then exact locations, ``^~`` prefixes, regular
expressions in the order of the file, the longest prefix. What cannot be carried over is a note with its line.
"""

from dataclasses import field
from pathlib import Path
from typing import Any, Final

from gatewayctl.core.diagnostics import Span
from gatewayctl.core.frozen import mutable
from gatewayctl.foreign.draft import Draft
from gatewayctl.foreign.nginx_location import INHERITED, Location, not_replaced
from gatewayctl.foreign.nginx_reading import Directive, read_nginx
from gatewayctl.foreign.nginx_services import Services
from gatewayctl.foreign.nginx_words import hosts
from gatewayctl.foreign.problems import NOT_A_DOCUMENT, RefusedImportError, left, wrong

_EVERYWHERE: Final = "0.0.0.0"  # noqa: S104 - what nginx listens on where it is given a port alone
_TIER: Final = 10_000
"""What a kind of server is above the next in priority; within it stand the kinds of locations."""
_KINDS: Final = {"=": 9_000, "^~": 8_000, "~": 7_000, "~*": 7_000}
_SILENT: Final = {
    "server_name", "listen", "location", "ssl_certificate", "ssl_certificate_key", "return", "ssl_protocols",
    "ssl_ciphers", "ssl_session_cache", "ssl_session_timeout", "ssl_prefer_server_ciphers",
}  # fmt: skip
_QUIET: Final = {
    "server", "upstream", "map", "types", "sendfile", "tcp_nopush", "keepalive_timeout", "log_format", "include",
    "types_hash_max_size", "server_names_hash_bucket_size", "server_names_hash_max_size",
}  # fmt: skip


def imported(file: str) -> Draft:
    """The configuration that is like the ``http`` block of ``file``. Raises RefusedImportError where there is none."""
    directives = read_nginx(file)
    http = [one for block in directives if block.name == "http" for one in block.block] or list(directives)
    servers = [one for one in http if one.name == "server"]
    if not servers:
        message = f"there is no server in {file}"
        raise RefusedImportError(
            [wrong(NOT_A_DOCUMENT, message, None, "name nginx.conf, or a file with server blocks")], {}
        )
    work = _Work(Draft(f"Imported from {Path(file).name} by gatewayctl import nginx."), servers)
    for one in http:
        if one.name == "upstream":
            work.services.upstreams[one.args[0]] = one
        elif one.name == "map" or one.name not in (_QUIET | INHERITED):
            work.left(one, "gatewayctl option lists the settings that there are")
    for block in directives:
        if block.name in ("stream", "mail"):
            work.left(block, "a gateway for HTTP carries no other protocols")
    for server in servers:
        work.server(server, [one for one in http if one.name in INHERITED])
    work.finish()
    if not work.carried:
        message = f"nothing in {file} forwards, redirects or answers"
        way_out = "write a configuration by hand: gatewayctl init"
        raise RefusedImportError([*work.draft.notes, wrong(NOT_A_DOCUMENT, message, servers[0].span, way_out)], {})
    return work.draft


@mutable
class _Work:
    draft: Draft
    servers: list[Directive]
    services: Services = field(init=False)
    listen: dict[str, None] = field(default_factory=dict)
    certificates: dict[str, dict[str, str]] = field(default_factory=dict)
    wanted: list[tuple[str, dict[str, Any], int, int, Span]] = field(default_factory=list)
    """Routes: a name to begin with, the table, the priority of its kind, that of its server, its place."""
    carried: bool = False
    """Whether any of them is more than a refusal in place of what could not be carried over."""

    def __post_init__(self) -> None:
        self.services = Services(self.draft)

    def server(self, server: Directive, around: list[Directive]) -> None:
        """The routes of one server."""
        names, lost = hosts(tuple(name for one in server.all("server_name") for name in one.args))
        for name in lost:
            message = f"the server name {name}"
            self.draft.notes.append(left(message, server.span, "hosts are names, or *. before a name"))
        if lost and not names:
            return  # without its names it would take what belongs to others
        default = self._listeners(server)
        if default and names:
            message = "default_server: it also answers for hosts that no server names"
            self.draft.notes.append(left(message, server.span, "take hosts away from its routes if this is meant"))
        tier = 0 if not names else 1 if all(name.startswith("*") for name in names) else 2
        for one in server.block:
            if one.name not in _SILENT | INHERITED:
                self.left(one, "gatewayctl option lists the settings that there are")
        inherited = [*not_replaced(around, server.block), *(one for one in server.block if one.name in INHERITED)]
        whole = list(server.all("return"))
        if whole:
            everything = Directive("location", ("/",), whole[0].span, (whole[0],))
            self._location(everything, inherited, names, tier)
        for place, one in enumerate(server.all("location")):
            if not whole:
                self._location(one, inherited, names, tier, place)

    def _location(
        self, directive: Directive, around: list[Directive], names: list[str], tier: int, place: int = 0
    ) -> None:
        nested = list(directive.all("location"))
        for number, one in enumerate(nested):
            inner = [held for held in directive.block if held.name in INHERITED]
            self._location(one, [*not_replaced(around, inner), *inner], names, tier, place + number)
        if nested and not any(held.name in ("proxy_pass", "return") for held in directive.block):
            return
        location = Location(self.draft, self.services, directive, around)
        route = location.made()
        if route is None:
            return
        self.carried = self.carried or location.carried
        kind = directive.args[0] if len(directive.args) > 1 else ""
        rank = _KINDS.get(kind, 0)
        words = "-".join([*names[:1], *(arg for arg in directive.args[-1:] if arg != "/")]) or "home"
        table = {**({"hosts": names} if names else {}), **route}
        rank -= min(place, 999) if rank == _KINDS["~"] else 0
        self.wanted.append((words.replace("*", "any"), table, rank, tier, directive.span))

    def _listeners(self, server: Directive) -> bool:
        """Its addresses and certificates; whether it is said to be the default."""
        default = False
        for one in server.all("listen"):
            address, *options = one.args
            secure = "ssl" in options or "quic" in options
            default = default or "default_server" in options
            self.listen[_address(address, secure=secure)] = None
            for option in options:
                if option in ("quic", "proxy_protocol"):
                    message = f"{one}: {option}"
                    self.draft.notes.append(left(message, one.span, "see proxy_protocol in [server]"))
        files = {
            key: one.args[0]
            for key, name in (("cert", "ssl_certificate"), ("key", "ssl_certificate_key"))
            for one in server.all(name)
        }
        if len(files) == 2 and files not in self.certificates.values():
            self.certificates[f"c{len(self.certificates) + 1}"] = files
        return default

    def finish(self) -> None:
        """Names and priorities, once all routes are known: priorities only where nginx's order needs them."""
        ranked = any(rank for _, _, rank, _, _ in self.wanted)
        tiers = len({tier for *_, tier, _ in self.wanted}) > 1
        for words, table, rank, tier, span in self.wanted:
            priority = (rank + _TIER * tier * tiers) if ranked else 0
            self.draft.add("routes", words, {**table, **({"priority": priority} if priority else {})}, span)
        self.draft.ranked = True
        if self.listen:
            self.draft.single["server"] = {"listen": list(self.listen)}
        if self.certificates:
            self.draft.single["server.tls"] = {"certificates": self.certificates}

    def left(self, directive: Directive, help: str) -> None:
        """A directive that is not carried over."""
        block = " { … }" if directive.block else ""
        self.draft.notes.append(left(f"{directive}{block}", directive.span, help))


def _address(written: str, *, secure: bool) -> str:
    scheme = "https://" if secure else ""
    if written.startswith("unix:"):
        return written
    if written.isdecimal():
        return f"{scheme}{_EVERYWHERE}:{written}"
    host, _, port = written.rpartition(":") if not written.endswith("]") else (written, "", "80")
    if not port.isdecimal():
        host, port = written, "443" if secure else "80"
    return f"{scheme}{_EVERYWHERE if host in ('*', '') else host}:{port}"
