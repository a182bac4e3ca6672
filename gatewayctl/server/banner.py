"""What ``serve`` says when it serves: where, what, and a line to try."""

import socket
from collections.abc import Sequence

from gatewayctl import __version__
from gatewayctl.plan.model import Plan


def banner(plan: Plan, urls: Sequence[str], admin: Sequence[str], workers: int) -> str:
    """A few lines for whoever has started it. ``urls`` are those of the listeners, ``admin`` those of the admin address."""
    lines = [
        f"gatewayctl {__version__} · {count(len(plan.routes), 'route')} · {count(len(plan.services), 'service')}"
        + (f" · {workers} workers" if workers > 1 else "")
    ]
    lines += [f"  listening on {url}" for url in urls]
    lines += [f"  admin on {url}" for url in admin] or ["  admin is off"]
    sample = next((r.match.path for r in plan.routes if r.match.literal), None) or plan.server.health_path.decode()
    http = next((url for url in urls if url.startswith("http")), None)
    if http is not None:
        reachable = http.replace("0.0.0.0", "127.0.0.1").replace("[::]", "[::1]")  # noqa: S104 - the other way round
        lines.append(f"  try:  curl -i {reachable}{sample or '/'}")
    return "\n".join(lines)


def url_of(sock: socket.socket, *, tls: bool = False) -> str:
    """Where a listening socket is found."""
    name = sock.getsockname()
    if isinstance(name, str):
        return f"unix:{name}"
    host, port, scheme = name[0], name[1], "https" if tls else "http"
    return f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"


def count(number: int, noun: str) -> str:
    """``1 route``, ``2 routes``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
