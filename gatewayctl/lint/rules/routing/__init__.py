"""Which requests reach which route (codes L1xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = ("unreachable",)
