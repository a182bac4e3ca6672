"""Who may come in, what is believed, what is secret (codes L4xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = ("tls_verification_off",)
