"""Limits, breakers, retries and timeouts (codes L3xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = ()
