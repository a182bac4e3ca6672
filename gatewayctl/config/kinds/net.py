"""Addresses, URLs, networks and host names, read strictly and kept in one canonical form."""

import re
from ipaddress import IPv4Address, IPv6Address, ip_network
from typing import Annotated, Any, Final

from gatewayctl.config.kinds.base import Kind, invalid, quoted, text
from gatewayctl.core.frozen import frozen

_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_HOST: Final = re.compile(rf"{_LABEL}(?:\.{_LABEL})*\.?")
_ADDRESS_HELP: Final = 'write host:port such as "127.0.0.1:8080" or "[::]:80", or "unix:run/gateway.sock"'


@frozen
class Address:
    """Where to listen: ``host`` and ``port``, or ``path`` of a unix socket; ``tls`` for ``https://``."""

    host: str = ""
    port: int = 0
    path: str = ""
    tls: bool = False

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach it."""
        if self.path or self.host == "localhost":
            return True
        literal = ip_literal(self.host)
        return literal is not None and literal.is_loopback

    def __str__(self) -> str:
        if self.path:
            return f"unix:{self.path}"
        return f"{'https://' if self.tls else ''}{authority(self.host, self.port)}"


def authority(host: str, port: int) -> str:
    """``host:port`` with brackets round an IPv6 address (RFC 3986 3.2.2)."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def ip_literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that is written, None for a name."""
    for kind in (IPv4Address, IPv6Address):
        try:
            return kind(host)
        except ValueError:
            continue
    return None


def valid_host(host: str) -> bool:
    """Whether it is an IP address or a name made of letters, digits, hyphens and dots, in lower case."""
    if ip_literal(host) is not None:
        return True
    # A last label of digits only would be read as a (broken) IPv4 address by most resolvers.
    return len(host) <= 253 and _HOST.fullmatch(host) is not None and not host.rstrip(".").rpartition(".")[2].isdigit()


def _host_port(value: str) -> tuple[str, int] | None:
    match = re.fullmatch(r"(?:\[([0-9A-Fa-f:.]+)\]|([^\[\]:/?#@]+)):(\d{1,5})", value)
    if match is None:
        return None
    host, port = (match[1] or match[2]).lower(), int(match[3])
    if port > 65535 or not valid_host(host) or (match[1] and ":" not in host):
        return None
    return host, port


def read_address(value: Any) -> Address:
    """A listen address: ``host:port``, ``https://host:port`` or ``unix:path``."""
    written = text(value, "an address")
    if written.startswith("unix:"):
        path = written[5:]
        if not path or "\0" in path:
            raise invalid("E110", "a unix socket needs a path", label="no path", help='such as "unix:run/gateway.sock"')
        return Address(path=path)
    scheme, rest = "", written
    if "://" in written:
        scheme, _, rest = written.partition("://")
        if scheme not in ("http", "https"):
            raise invalid("E110", f"unknown scheme in {quoted(written)}", label="not an address", help=_ADDRESS_HELP)
    parsed = _host_port(rest)
    if parsed is None:
        raise invalid("E110", f"not an address: {quoted(written)}", label="not an address", help=_address_help(rest))
    return Address(*parsed, tls=scheme == "https")


def _address_help(rest: str) -> str:
    port = re.fullmatch(r"(?:\*?:)?(\d{1,5})", rest)
    if port and int(port[1]) <= 65535:
        return f'say which addresses: "127.0.0.1:{port[1]}" (this machine), "0.0.0.0:{port[1]}" or "[::]:{port[1]}"'
    if rest.count(":") > 1 and "[" not in rest:
        return 'an IPv6 address stands in brackets: "[::1]:8080"'
    if ":" not in rest and valid_host(rest.lower()):
        return f'a port is missing: "{rest}:8080"'
    return _ADDRESS_HELP


def read_admin_address(value: Any) -> Address | None:
    """A listen address without TLS, None for ``"off"``."""
    if value == "off":
        return None
    address = read_address(value)
    if address.tls:
        raise invalid("E110", "the admin listener speaks plain HTTP", label="https", help=_ADDRESS_HELP + ', or "off"')
    return address


def read_network(value: Any) -> str:
    """A CIDR block or one address, in canonical form; IPv4 addresses in IPv6 clothes as IPv4, as clients are known."""
    written = text(value, "an address block")
    try:
        network = ip_network(written)
    except ValueError:
        pass
    else:
        plain = getattr(network.network_address, "ipv4_mapped", None)
        return str(network) if plain is None or network.prefixlen < 96 else f"{plain}/{network.prefixlen - 96}"
    try:
        fitting = str(ip_network(written, strict=False))
    except ValueError:
        raise invalid(
            "E111",
            f"not an address block: {quoted(written)}",
            label="not a CIDR",
            help='such as "10.0.0.0/8" or "fd00::/8"',
        ) from None
    raise invalid(
        "E111",
        f"{quoted(written)} has bits set beyond its length",
        label="not a CIDR",
        help=f'did you mean "{fitting}"?',
    )


def read_peer(value: Any) -> str:
    """A CIDR block, or ``"unix"`` for peers on a unix socket."""
    return "unix" if value == "unix" else read_network(value)


def read_nameserver(value: Any) -> str:
    """The address of a DNS server, with a port where it is not 53; ``address:port`` in canonical form."""
    written = text(value, "an address")
    literal = ip_literal(written.strip("[]") if written.endswith("]") else written)
    parsed = _host_port(written) if literal is None else (str(literal), 53)
    if parsed is None or parsed[1] == 0 or ip_literal(parsed[0]) is None:
        raise invalid(
            "E120",
            f"not the address of a DNS server: {quoted(written)}",
            label="not an address",
            help='such as "10.0.0.2", "127.0.0.1:5353" or "[::1]:53"',
        )
    return authority(*parsed)


def read_host(value: Any) -> str:
    """A host name or IP literal, lower case, without port."""
    written = text(value, "a host name")
    host = written.lower()
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    if not valid_host(bare):
        raise invalid(
            "E114",
            f"not a host name: {quoted(written)}",
            label="not a host",
            help='such as "api.example.com", without a port',
        )
    return bare.rstrip(".")


def read_host_pattern(value: Any) -> str:
    """A host name, or ``*.`` and a name: any depth below it."""
    written = text(value, "a host name")
    if written.startswith("*."):
        rest = read_host_or_none(written[2:])
        if rest is not None and ip_literal(rest) is None:
            return f"*.{rest}"
    elif (host := read_host_or_none(written)) is not None:
        return host
    way_out = 'such as "api.example.com" or "*.example.org", without scheme and port'
    if written == "*":
        way_out = "leave hosts out where any host will do"
    raise invalid("E114", f"not a host pattern: {quoted(written)}", label="not a host", help=way_out)


def read_host_or_none(value: str) -> str | None:
    """``read_host`` without the error."""
    bare = value.lower()
    bare = bare[1:-1] if bare.startswith("[") and bare.endswith("]") else bare
    return bare.rstrip(".") if valid_host(bare) else None


_HOST_PORT: Final = r"(\[[0-9A-Fa-f:.]+\]|[^\[\]:/?#@]+):[0-9]{1,5}"
_ADDRESS_SCHEMA: Final = {
    "type": "string",
    "pattern": rf"^(unix:.+|(https?://)?{_HOST_PORT})$",
    "examples": ["127.0.0.1:8080", "[::]:80", "unix:run/gateway.sock"],
}

ListenAddress = Annotated[Address, Kind(read_address, _ADDRESS_SCHEMA, str, path="address")]
AdminAddress = Annotated[
    Address | None,
    Kind(
        read_admin_address,
        {
            "type": "string",
            "pattern": rf"^(off|unix:.+|{_HOST_PORT})$",
            "examples": ["127.0.0.1:9080", "unix:run/admin.sock", "off"],
        },
        lambda address: "off" if address is None else str(address),
        path="address",
    ),
]
"""None where ``"off"`` is written."""

Network = Annotated[
    str,
    Kind(read_network, {"type": "string", "pattern": r"^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$", "examples": ["10.0.0.0/8"]}),
]
Peer = Annotated[
    str,
    Kind(
        read_peer,
        {"type": "string", "pattern": r"^(unix|[0-9A-Fa-f.:]+(/[0-9]{1,3})?)$", "examples": ["10.0.0.0/8", "unix"]},
    ),
]
Nameserver = Annotated[
    str,
    Kind(read_nameserver, {"type": "string", "pattern": r"^[0-9A-Fa-f.:\[\]]+$", "examples": ["127.0.0.1:5353"]}),
]
Host = Annotated[str, Kind(read_host, {"type": "string", "pattern": r"^[^/@\s]+$", "examples": ["gateway.internal"]})]
HostPattern = Annotated[
    str,
    Kind(
        read_host_pattern,
        {"type": "string", "pattern": r"^(\*\.)?[^/@*\s]+$", "examples": ["api.example.com", "*.example.org"]},
    ),
]
