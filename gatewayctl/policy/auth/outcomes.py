"""What a scheme may say about a request, beside who asks: an ``Identity``, or None where there are no credentials."""

from collections.abc import Awaitable, Callable
from typing import Any, NamedTuple, Union

from gatewayctl.policy.auth.identity import Identity


class Refusal(NamedTuple):
    """Credentials that do not hold: why, in words for the client, and the challenges that answer it (RFC 9110 11.6.1).

    ``status`` 403 is for those that hold and are refused all the same; ``location`` sends a browser elsewhere (303).
    """

    detail: str
    challenges: tuple[bytes, ...]
    status: int = 401
    location: bytes = b""


class Unavailable(NamedTuple):
    """It cannot be found out now: why, in words for the client."""

    detail: str


class Waiting(NamedTuple):
    """It can be said once something has been waited for: ``then`` says it, given what came of ``until``.

    A scheme never waits itself: whoever asked it does.
    """

    until: Awaitable[Any]
    then: Callable[[Any], "Settled"]


Settled = Union[Identity, Refusal, Unavailable, None]  # noqa: UP007 - None at the end of an alias needs it
Outcome = Union[Identity, Refusal, Unavailable, Waiting, None]  # noqa: UP007
