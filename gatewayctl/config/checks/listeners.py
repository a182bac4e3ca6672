"""[server], [admin] and [metrics]: addresses that clash, an admin address that is open, bounds that do not rise."""

from itertools import pairwise

from gatewayctl.config.checks.view import View
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.kinds.net import Address


def check(view: View, findings: Findings) -> None:
    """The rules about listeners."""
    server, admin = view.config.server, view.config.admin
    places = [(_listen_path(view, number), address) for number, address in enumerate(server.listen)]
    if admin.listen is not None:
        places.append((("admin", "listen"), admin.listen))
    _clashes(view, places, findings)
    if admin.listen is not None and not admin.listen.loopback and not admin.token.get_secret_value():
        path: KeyPath = ("admin", "listen") if view.written("admin", "listen") else ("admin",)
        findings.error(
            "E121",
            path,
            f"the admin listener {admin.listen} can be reached from other machines, and there is no token",
            label="needs a token",
            help='listen on 127.0.0.1, or add token = "${secret:ADMIN_TOKEN}" to [admin]',
        )
    if any(address.tls for address in server.listen) and not (server.tls and server.tls.certificates):
        number = next(n for n, address in enumerate(server.listen) if address.tls)
        findings.error(
            "E123",
            _listen_path(view, number),
            "an https listener needs a certificate",
            label="no certificate",
            help="add [server.tls.certificates.main] with cert and key",
        )
    if server.proxy_protocol and not server.trusted_proxies:
        findings.error(
            "E123",
            ("server", "proxy_protocol"),
            "the PROXY protocol is only taken from trusted proxies, and there are none",
            label="nobody is trusted",
            help='add trusted_proxies = ["10.0.0.0/8"]',
        )
    if server.tls is not None and server.tls.client_auth != "none" and not server.tls.client_ca:
        findings.error(
            "E123",
            ("server", "tls", "client_auth"),
            "client certificates cannot be checked without client_ca",
            label="no authorities",
            help='add client_ca = "certs/clients.pem"',
        )
    if server.tls is not None and server.tls.redirect_http and not any(address.tls for address in server.listen):
        findings.error(
            "E123",
            ("server", "tls", "redirect_http"),
            "there is no https listener to send anybody to",
            label="nowhere to go",
            help='add "https://0.0.0.0:443" to listen',
        )
    buckets = view.config.metrics.buckets
    for number, (low, high) in enumerate(pairwise(buckets), 1):
        if high <= low:
            message = f"buckets must rise: {high:g} comes after {low:g}"
            findings.error("E122", ("metrics", "buckets", number), message, label="not larger", help="sort them")


def _listen_path(view: View, number: int) -> KeyPath:
    """One address of ``listen``, which may be written as a single string."""
    path: KeyPath = ("server", "listen", number)
    return path if view.written(*path) else path[:2]


def _clashes(view: View, places: list[tuple[KeyPath, Address]], findings: Findings) -> None:
    for number, (path, address) in enumerate(places):
        for before, other in places[:number]:
            if _clash(address, other):
                message = f"{address} is taken twice" if address == other else f"{address} clashes with {other}"
                if not view.written(*path):  # the admin listener's default: the place is that of the other one
                    path, before = before, path
                    message = f"{other} clashes with the admin listener, which is {address} by default"
                findings.error(
                    "E119",
                    path,
                    message,
                    label="already in use",
                    help="choose another port",
                    related=((before, "the other listener"),),
                )
                break


def _clash(one: Address, other: Address) -> bool:
    """Whether both cannot be bound at once: one port, and one host or a host that stands for all of its family."""
    if one.path or other.path:
        return one.path == other.path
    if one.port != other.port or one.port == 0:
        return False
    same_family = (":" in one.host) == (":" in other.host)
    return one.host == other.host or (same_family and bool({one.host, other.host} & {"0.0.0.0", "::"}))  # noqa: S104
