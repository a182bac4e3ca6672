"""Services and their instances (codes L2xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = (
    "no_instance",
    "one_instance_left",
    "single_point",
    "unused",
    "same_address",
    "fallback_to_itself",
    "keepalive_too_long",
    "unchecked_instances",
    "health_path",
    "public_http",
    "no_last_resort",
    "timeout_never_reached",
    "slow_connect",
    "weights_of_nothing",
    "sticky_alone",
)
