"""The gateway's own log: what happens to it, one line each, for people on a terminal or as JSON."""

import json
import time
import traceback
from collections.abc import Callable
from typing import Final

from gatewayctl.telemetry.access_log import printable

LEVELS: Final = ("debug", "info", "warning", "error")


class EventLog:
    """See ``proxy.gateway.Reporter``. ``write`` takes a line of bytes and must not block; ``form`` is console or json."""

    def __init__(
        self,
        write: Callable[[bytes], None],
        *,
        level: str = "info",
        form: str = "console",
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._write = write
        self._clock = clock
        self.configure(level=level, form=form)

    def configure(self, *, level: str, form: str) -> None:
        """Takes over a generation's settings."""
        self._threshold = LEVELS.index(level)
        self._form = form

    def event(self, level: str, message: str, **facts: object) -> None:
        """One event. ``error`` among the facts is an exception, logged with its traceback."""
        if LEVELS.index(level) < self._threshold:
            return
        facts = spelled_out(facts)
        at = self._clock()
        if self._form == "json":
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(at)) + f".{int(at * 1000) % 1000:03d}Z"
            record = {"time": stamp, "level": level, "message": message, **facts}
            self._write(json.dumps(record, default=str).encode() + b"\n")
            return
        stamp = time.strftime("%H:%M:%S", time.localtime(at))
        lines = [f"{stamp} {level:7} {_safe(message)}"]
        for name, value in facts.items():
            text = str(value)
            if "\n" in text:
                lines += ["  " + _safe(line) for line in text.rstrip("\n").split("\n")]
            else:
                lines.append(f"  {name}: {_safe(text)}")
        self._write(("\n".join(lines) + "\n").encode())


def spelled_out(facts: dict[str, object]) -> dict[str, object]:
    """The facts with an exception among them (``error``) as text, and the rest as it is: fit to be sent or written."""
    plain: dict[str, object] = {
        name: fact if isinstance(fact, str | int | float) else str(fact) for name, fact in facts.items()
    }
    error = facts.get("error")
    if isinstance(error, BaseException):
        del plain["error"]
        plain["exception"] = repr(error)
        plain["traceback"] = "".join(traceback.format_exception(error))
    return plain


def _safe(text: str) -> str:
    """Without control characters; what is written in a configuration may end up here."""
    return printable(text.encode("latin-1", "replace")).replace('\\"', '"') if not text.isprintable() else text
