"""Host patterns: ``api.example.com``, ``*.example.org`` (any depth below, not the bare name), ``[::1]``.

Hosts are compared without port and case, as ASCII: an international name is given in its ``xn--`` form.
"""

import ipaddress
import re
import unicodedata
from typing import Final

from gatewayctl.routing.compiled import HostPattern
from gatewayctl.routing.spec import RouteProblem

HOST: Final = "E304"
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBERS: Final = re.compile(r"(?:\.\d+)+")


class _RefusedError(ValueError):
    """Message, start, end and help for a host pattern that is none."""


def parse_hosts(hosts: tuple[str, ...], problems: list[RouteProblem]) -> tuple[HostPattern, ...]:
    """The patterns in the order given, repetitions dropped; what is wrong is added to ``problems``."""
    made: dict[HostPattern, None] = {}
    for index, text in enumerate(hosts):
        try:
            made[_parse(text)] = None
        except _RefusedError as refused:
            message, start, end, help = refused.args
            problems.append(RouteProblem("hosts", message, start, max(end, start + 1), help, index, HOST))
    return tuple(made)


def canonical_host(host: bytes) -> bytes:
    """A bracketed IPv6 literal in its shortest form, so that ``[0:0::1]`` is ``[::1]``; any other host as it is."""
    if host[:1] != b"[":
        return host
    try:
        return b"[%b]" % ipaddress.IPv6Address(host[1:-1].decode("ascii")).compressed.encode()
    except ValueError:
        return host


def _parse(text: str) -> HostPattern:
    if not text:
        raise _RefusedError("a host pattern is empty", 0, 1, "leave hosts out where any host will do")
    if "://" in text:
        rest = text.partition("://")[2].partition("/")[0]
        raise _RefusedError("a host pattern has no scheme", 0, text.index("://") + 3, f'write "{rest}"')
    bad = re.search(r"[\s/?#@]", text)
    if bad:
        raise _RefusedError(
            "a host pattern is only the name of a host", bad.start(), len(text), f'write "{text[: bad.start()]}"'
        )
    if text.startswith("["):
        return _bracketed(text)
    if text.count(":") > 1:
        raise _RefusedError("an IPv6 address stands in brackets", 0, len(text), f'write "[{text}]"')
    name, colon, _ = text.partition(":")
    if colon:
        raise _RefusedError("hosts are compared without port", len(name), len(text), f'write "{name}"')
    return _name(text)


def _bracketed(text: str) -> HostPattern:
    end = text.find("]") + 1
    try:
        address = ipaddress.IPv6Address(text[1 : end - 1])
        if not end or address.scope_id:
            raise ValueError
    except ValueError:
        raise _RefusedError("this is no IPv6 address", 0, len(text), 'write "[::1]", for example') from None
    if end < len(text):
        raise _RefusedError("hosts are compared without port", end, len(text), f'write "{text[:end]}"')
    return HostPattern(f"[{address.compressed}]".encode(), wildcard=False)


def _name(text: str) -> HostPattern:
    wildcard = text.startswith("*.")
    name = text[1:] if wildcard else text
    if text in ("*", "*."):
        raise _RefusedError("a * alone is no host pattern", 0, len(text), "leave hosts out where any host will do")
    if "*" in name:
        at = text.index("*", 1 if wildcard else 0)
        raise _RefusedError(
            "* stands only as the first label", at, at + 1, 'write "*.example.org" for any depth below example.org'
        )
    if not text.isascii():
        start = next(i for i, char in enumerate(text) if not char.isascii())
        raise _RefusedError("a host pattern is ASCII", start, len(text), f'write "{_to_ascii(text)}"')
    if name.endswith("."):
        raise _RefusedError(
            "a host pattern has no dot at its end", len(text) - 1, len(text), f'write "{text.rstrip(".")}"'
        )
    name = name.lower()
    at = 2 if wildcard else 0
    for label in text[at:].lower().split("."):
        if not _LABEL.fullmatch(label):
            message = f"{label!r} is no label of a host name" if label else "a label is empty"
            help = "letters, digits, - and _, at most 63, no - at either end"
            raise _RefusedError(message, at, at + len(label), help)
        at += len(label) + 1
    if len(name) > 253:
        raise _RefusedError("a host name has at most 253 characters", 253, len(text), "write a shorter one")
    if wildcard and _NUMBERS.fullmatch(name):
        raise _RefusedError("an address has no names below it", 0, len(text), "write the whole address")
    return HostPattern(name.encode(), wildcard)


def _to_ascii(text: str) -> str:
    labels = unicodedata.normalize("NFC", text.lower()).split(".")
    return ".".join(label if label.isascii() else "xn--" + label.encode("punycode").decode() for label in labels)
