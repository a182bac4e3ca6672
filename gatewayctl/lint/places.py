"""Where instances are: which of them, differently written, are the same server."""

from ipaddress import IPv6Address

from gatewayctl.config.kinds.net import authority, ip_literal
from gatewayctl.config.kinds.urls import InstanceUrl
from gatewayctl.config.models.services import ServiceConfig


def same_place(url: InstanceUrl) -> str:
    """Host and port (or the path of a socket) in one way of writing; names are not looked up, but for localhost."""
    if url.path:
        return f"unix:{url.path}"
    host = url.host.rstrip(".")
    literal = ip_literal(host)
    if isinstance(literal, IPv6Address) and literal.ipv4_mapped is not None:
        host = str(literal.ipv4_mapped)
    elif literal is not None:
        host = str(literal)
    return authority("127.0.0.1" if host == "localhost" else host, url.port)


def servers(service: ServiceConfig) -> set[str]:
    """The places of the written instances of a service."""
    return {same_place(one.url) for one in service.instances or ()}
