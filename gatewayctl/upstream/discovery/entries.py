"""One instance as files and nodes write it: a URL, ``host:port``, or a table with ``url``, or ``address`` and ``port``."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, Final
from urllib.parse import urlsplit

from gatewayctl.plan.model import InstancePlan

_NAME: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_.-]{0,251}[a-z0-9_])?")
_ID: Final = re.compile(r"[!-~]{1,128}")
_STATUSES: Final = frozenset({"up", "down", "draining"})
_KNOWN: Final = frozenset({"id", "url", "address", "host", "port", "weight", "status", "scheme", "metadata"})
_HEAVIEST: Final = 65535


class BadEntry(ValueError):  # noqa: N818
    """What is written is no instance; the text says why."""


def instance_of(entry: object, scheme: str, *, strict: bool = False) -> InstancePlan:
    """The instance that is written. ``scheme`` is for those that say none; ``strict`` refuses keys that are not known."""
    if isinstance(entry, str):
        entry = {"url": entry}
    if not isinstance(entry, Mapping):
        raise BadEntry("an instance is a URL or a table")
    if strict and (unknown := entry.keys() - _KNOWN):
        raise BadEntry(f"unknown key {min(map(str, unknown))!r}")
    url = entry.get("url")
    if url is not None:
        scheme, host, port, path = _url(url, scheme)
    else:
        said = _text(entry, "scheme")
        scheme, path = said or scheme, ""
        host, port = _host(_text(entry, "address") or _text(entry, "host")), _port(entry.get("port"))
        if scheme not in ("http", "https"):
            raise BadEntry("a scheme is http or https")
    weight, status = entry.get("weight", 1), entry.get("status", "up")
    if not isinstance(weight, int) or isinstance(weight, bool) or not 0 <= weight <= _HEAVIEST:
        raise BadEntry(f"a weight is a whole number from 0 to {_HEAVIEST}")
    if status not in _STATUSES:
        raise BadEntry("a status is up, down or draining")
    return InstancePlan(
        identity(_text(entry, "id"), host, port, path), scheme, host, port, weight, str(status), path=path
    )


def identity(given: str, host: str, port: int, path: str = "") -> str:
    """The id that is given, if it can stand in a log line and a metric; else the address."""
    if _ID.fullmatch(given):
        return given
    return f"unix:{path}" if path else f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def good(entries: Mapping[str, object], read: Callable[[object], InstancePlan]) -> tuple[list[InstancePlan], str]:
    """The instances among entries (by what they are called), and what is wrong with the first that is none."""
    found, problem = [], ""
    for name, entry in entries.items():
        try:
            found.append(read(entry))
        except BadEntry as error:
            problem = problem or f"{name[:100]!r} is passed over: {error}"
    return found, problem


def _url(url: object, scheme: str) -> tuple[str, str, int, str]:
    if not isinstance(url, str):
        raise BadEntry("a url is a string")
    if url.startswith("unix:"):
        path = url.removeprefix("unix:")
        if not path.startswith("/") or path.startswith("//") or not path.isprintable():
            raise BadEntry("a unix socket is named by an absolute path")
        return "unix", "", 0, path
    try:
        parts = urlsplit(url if "://" in url else f"{scheme}://{url}")
        port = parts.port
    except ValueError:
        raise BadEntry("not a URL") from None
    if parts.scheme not in ("http", "https"):
        raise BadEntry("a URL begins with http:// or https://")
    if parts.path not in ("", "/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise BadEntry("a URL is only scheme, host and port")
    return parts.scheme, _host(parts.hostname or ""), _port(port or {"http": 80, "https": 443}[parts.scheme]), ""


def _host(host: str) -> str:
    host = host.lower().removesuffix(".")
    try:
        return str(ip_address(host.strip("[]")))
    except ValueError:
        pass
    if not _NAME.fullmatch(host) or ".." in host or host.rpartition(".")[2].isdigit():
        raise BadEntry("no valid address")
    return host


def _port(port: object) -> int:
    if not isinstance(port, int) or isinstance(port, bool) or not 1 <= port <= 65535:
        raise BadEntry("no valid port")
    return port


def _text(entry: Mapping[Any, object], key: str) -> str:
    value = entry.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadEntry(f"{key} is a string")
    return value
