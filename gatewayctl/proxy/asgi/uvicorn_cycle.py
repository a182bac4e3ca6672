"""A short way to the client under uvicorn: an answer that is there as a whole is written to the connection in one piece.

As two messages it is checked field by field once more, put together a second time, and sent by two system calls: half of
what uvicorn costs. So the ``RequestResponseCycle`` behind its ``send`` is brought by hand to where the two messages would
have left it. What that takes are attributes of one class, known by their names. Messages are the way where a version's
``send`` uses others, where somebody wraps or replaces it, and where the server has something of its own to do.
"""

import sys
from collections.abc import Sequence
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Final

from starlette.types import Send

from gatewayctl.proxy.door import COPY_BELOW

if TYPE_CHECKING:
    from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

MODULE: Final = "uvicorn.protocols.http.httptools_impl"
_KNOWN: Final = frozenset({
    # what there is to keep in step
    "chunked_encoding", "disconnected", "expected_content_length", "flow", "keep_alive", "message_event", "on_response",
    "response_complete", "response_started", "scope", "transport", "waiting_for_100_continue",
    # who has something of its own to do
    "access_log", "access_logger", "default_headers", "get_client_addr", "get_path_with_query_string", "info",
    # how it does the rest
    "CLOSE_HEADER", "HEADER_RE", "HEADER_VALUE_RE", "RuntimeError", "STATUS_LINE", "append", "bytes", "cast", "close",
    "decode", "drain", "extend", "get", "int", "join", "len", "list", "lower", "search", "set", "split", "strip",
    "write", "write_paused",
})  # fmt: skip
"""The names in ``RequestResponseCycle.send`` of uvicorn 0.40 to 0.54."""


def known_send() -> FunctionType | None:
    """The ``send`` of the server that runs here, if it is uvicorn's with httptools as we know it."""
    module = sys.modules.get(MODULE)
    send = getattr(getattr(module, "RequestResponseCycle", None), "send", None)
    return send if isinstance(send, FunctionType) and _KNOWN.issuperset(send.__code__.co_names) else None


class UvicornCycles:
    """Belongs to one gateway; made when its server runs."""

    __slots__ = ("_send",)

    def __init__(self) -> None:
        self._send = known_send()

    def write(self, send: Send, line: bytes, lines: Sequence[bytes], body: bytes) -> bool:
        """Whether a response is done with: written, or its client gone. If not, nothing was written, and ``send`` is to be used.

        ``line`` and ``lines`` as in ``Door.respond``; ``lines`` state the length of ``body``, if it may have one.
        """
        if type(send) is not MethodType or send.__func__ is not self._send:
            return False
        cycle: RequestResponseCycle = send.__self__  # type: ignore[assignment]  # whose method it is
        if cycle.response_started or cycle.disconnected or cycle.access_log:
            return False
        transport = cycle.transport
        closed = transport.is_closing()  # uvicorn may not have been told yet, and what is closed raises when written to
        if not closed and (cycle.flow.write_paused or cycle.default_headers or not cycle.keep_alive):
            return False
        cycle.response_started = True
        cycle.waiting_for_100_continue = cycle.chunked_encoding = False
        if not closed:
            if len(body) < COPY_BELOW:
                transport.write(b"".join([line, *lines, b"\r\n", body]))
            else:  # not writelines: that of some versions of asyncio looks for no client that has left or does not read
                transport.write(b"".join([line, *lines, b"\r\n"]))
                transport.write(body)
        cycle.response_complete = True
        cycle.message_event.set()
        cycle.on_response()
        return True
