"""Rows of the conformance tables: what is sent, and what must come of it. An id reads as the rest of a sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.support.http1 import lines

HOST = b"Host: example.com"


@dataclass(frozen=True, slots=True)
class Refused:
    """A request the gateway answers itself, and of which nothing complete reaches the upstream.

    ``closes``: True, the connection ends after the answer; False, it takes another request; None, either is fine.
    ``finish``: the client says it has nothing more to send. ``streamed``: the fault lies in the body, so that the head
    may have gone on, but never a whole request.
    """

    name: str
    sent: bytes | Sequence[bytes]
    status: int = 400
    reason: str | None = "bad_request"
    closes: bool | None = True
    finish: bool = False
    streamed: bool = False
    method: bytes = b"GET"


@dataclass(frozen=True, slots=True)
class Forwarded:
    """A request that reaches the upstream as exactly one well-formed request.

    ``fields``: names and all the values the upstream gets for them; ``absent``: names it does not get; ``body``: what
    it reads as the body; ``framing``: b"length", b"chunked", b"none" or None for any of them.
    """

    name: str
    sent: bytes | Sequence[bytes]
    method: bytes = b"GET"
    target: bytes = b"/"
    body: bytes = b""
    fields: dict[bytes, list[bytes]] = field(default_factory=dict)
    absent: Sequence[bytes] = ()
    framing: bytes | None = None


@dataclass(frozen=True, slots=True)
class BadResponse:
    """What an upstream says that must become a 502 and end that connection."""

    name: str
    said: bytes | Sequence[bytes]
    reason: str = "bad_response"
    method: bytes = b"GET"
    closes: bool = False
    """Whether the upstream closes after saying it; else it waits for the gateway to."""


@dataclass(frozen=True, slots=True)
class CutResponse:
    """What an upstream begins well and ends badly: the client must be able to tell that the body is not all there."""

    name: str
    said: bytes | Sequence[bytes]
    body: bytes = b""
    """What of the body may reach the client at most: a prefix of this does."""
    ends: str = "waits"
    """``closes``, ``resets``, or ``waits`` for the gateway to close."""


@dataclass(frozen=True, slots=True)
class PassedResponse:
    """What an upstream says that the client gets.

    ``reuses``: True, the upstream connection is used for the next request; False, it must not be; None, either.
    """

    name: str
    said: bytes | Sequence[bytes]
    status: int = 200
    body: bytes = b""
    fields: dict[bytes, list[bytes]] = field(default_factory=dict)
    absent: Sequence[bytes] = ()
    interim: Sequence[int] = ()
    sent: bytes = lines(b"GET / HTTP/1.1", HOST)
    method: bytes = b"GET"
    closes: bool = False
    reuses: bool | None = None
    delimited: str | None = None


def get(*more: bytes, target: bytes = b"/", host: bytes = HOST) -> bytes:
    """A GET with these further field lines."""
    return lines(b"GET " + target + b" HTTP/1.1", host, *more)


def post(*more: bytes, body: bytes = b"", target: bytes = b"/", host: bytes = HOST) -> bytes:
    """A POST with these further field lines and the body as it stands; framing is up to the lines."""
    return lines(b"POST " + target + b" HTTP/1.1", host, *more) + body


def pieces(sent: bytes | Sequence[bytes]) -> list[bytes]:
    """What is sent, as a list of pieces."""
    return [sent] if isinstance(sent, bytes) else list(sent)


def table(*rows: Any) -> pytest.MarkDecorator:
    """Runs the test once a row, named by the row."""
    names = [row.name for row in rows]
    assert len(set(names)) == len(names), f"two rows of one name: {[n for n in names if names.count(n) > 1]}"
    return pytest.mark.parametrize("case", rows, ids=names)
