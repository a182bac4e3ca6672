"""What can be seen of the gateway while it runs (codes L6xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = (
    "access_log",
    "nobody_sees",
    "trace_sampling",
    "tracing_nowhere",
    "request_id",
    "no_health_path",
    "keys_in_log",
)
