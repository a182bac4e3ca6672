"""Who may come in, what is believed, what is secret (codes L4xx). A new rule: a file here, and its name below."""

from typing import Final

RULES: Final[tuple[str, ...]] = (
    "tls_verification_off",
    "open_among_protected",
    "secret_in_clear",
    "credential_in_clear",
    "admin_in_the_open",
    "wide_trusted_proxies",
    "cached_for_everybody",
    "any_audience",
    "credentials_without_tls",
    "key_in_the_url",
    "keys_over_http",
    "open_access_list",
    "null_origin",
    "unused_scheme",
    "deny_without_effect",
    "given_up_header",
)
