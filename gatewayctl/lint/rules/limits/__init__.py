"""Limits, breakers, retries and timeouts (codes L3xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = (
    "unused_limit",
    "unused_breaker",
    "unused_retry",
    "unused_store",
    "forged_key",
    "one_client",
    "burst",
    "never_refuses",
    "overshadowed",
    "retry_beyond",
    "attempt_timeout",
    "unsafe_methods",
    "retry_never",
    "retry_refusals",
    "breaker_never_trips",
    "breaker_never_recovers",
    "breaker_by_clients",
    "breaker_before_probe",
    "slow_call",
    "per_process",
    "fails_open",
    "hair_trigger",
)
