"""About the comments that suppress findings (codes L0xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = ("unneeded", "unexplained", "unknown")
