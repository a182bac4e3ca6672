"""Names and layout: a matter of taste, as a rule only on request (codes L5xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = ()
