"""Waiting for something to become true. Tests never sleep for a guessed time; they ask again until it is so."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 45.0
"""Seconds after which a wait is a failure. Generous, since it is only ever spent when something is broken."""


def wait_for(condition: Callable[[], T], what: str = "", timeout: float = PATIENCE) -> T:
    """The first true value that ``condition()`` gives, asked every few milliseconds.

    Raises AssertionError with ``what`` (else the condition's name) after ``timeout`` seconds.
    """
    deadline = time.monotonic() + timeout
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(
                f"still not so after {timeout:g} s: {what or getattr(condition, '__name__', condition)}"
            )
        time.sleep(0.005)


def wait_until_still(measure: Callable[[], T], during: float = 0.4, timeout: float = PATIENCE) -> T:
    """The value of ``measure()`` once it has stayed the same for ``during`` seconds: "until nothing moves any more"."""
    deadline = time.monotonic() + timeout
    last, since = measure(), time.monotonic()
    while time.monotonic() - since < during:
        if time.monotonic() > deadline:
            raise AssertionError(f"still changing after {timeout:g} s: {last!r}")
        time.sleep(0.01)
        now = measure()
        if now != last:
            last, since = now, time.monotonic()
    return last


def let_pass(seconds: float) -> None:
    """Lets so much of the clock pass: only where a promise is about just that (``Retry-After``, "within a second")."""
    deadline = time.monotonic() + seconds
    while (left := deadline - time.monotonic()) > 0:
        time.sleep(left)
