"""Which requests reach which route (codes L1xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = (
    "unreachable",
    "partly_shadowed",
    "redundant",
    "forgotten_border",
    "open_catch_all",
    "method_falls_through",
    "regex_for_a_pattern",
    "trailing_slash",
    "priority_without_effect",
    "redirect_loop",
    "redirect_to_nowhere",
    "foreign_pattern",
    "host_as_header",
)
