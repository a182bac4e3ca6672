"""Names and layout: a matter of taste, as a rule only on request (codes L5xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = (
    "mixed_names",
    "empty_name",
    "default_written",
    "milliseconds",
    "unused_policy",
    "repeated_policy",
    "disabled_route",
    "same_policy",
)
