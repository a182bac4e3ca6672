"""One line of an access log, whichever format it was written in, and the host that stands in where a log tells none."""

from typing import Final, NamedTuple

from gatewayctl.routing.witness import ANY_HOST

SOME_HOST: Final = ANY_HOST.decode()


class Entry(NamedTuple):
    """A request as a log tells it. Texts are UTF-8; bytes that are none are surrogates (PEP 383)."""

    began: int
    """Microseconds since the epoch; where a log tells no duration, when it ended."""
    took: int | None
    """Microseconds, None where the log does not tell."""
    client: str
    method: str
    host: str
    """Empty where the log does not tell."""
    target: str
    """The path as it was sent, with its query."""
    service: str
    """Empty where the log does not tell, or there was none."""
    agent: str | None
    """The user agent; None where there was none."""
    status: int = 0
    """0 where the log does not tell."""
    route: str | None = None
    """Empty where no route took it; None where the log does not tell, as only ours does."""
    reason: str = ""
    """Of an answer of the gateway's own."""


class NotALineError(ValueError):
    """It is no line of an access log of a known format; says why and where, and nothing of what it holds."""


class NoRequestError(ValueError):
    """A line of an access log for what was no request: a broken handshake, a connection that was closed."""


def as_sent(text: str) -> bytes:
    """The bytes that a text of an entry stands for."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # half of a pair, from an escape in JSON
        return text.encode("utf-8", "surrogatepass")


def host_name(text: str) -> str:
    """A host as routes see it: lower case, without port and trailing dot."""
    name = text.lower()
    head, colon, port = name.rpartition(":")
    if colon and (port.isdigit() or not port) and (":" not in head or head.endswith("]")):
        name = head
    return name.removesuffix(".")
