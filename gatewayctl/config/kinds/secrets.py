"""What is never shown."""

import re
from typing import Annotated, Any

from pydantic import SecretStr

from gatewayctl.config.kinds.base import Kind, invalid, text


def read_secret(value: Any) -> SecretStr:
    """A string that is never shown."""
    return SecretStr(text(value, "a string"))


def read_hash(value: Any) -> SecretStr:
    """``sha256:`` and 64 hex digits: keys themselves never stand in a configuration."""
    written = text(value, "a hash")
    if re.fullmatch(r"sha256:[0-9a-f]{64}", written) is None:
        raise invalid(
            "E120",
            "an API key is written as its hash only",
            label="not a hash",
            help='"sha256:" and 64 hex digits; gatewayctl hash-key makes one',
        )
    return SecretStr(written)


Secret = Annotated[
    SecretStr,
    Kind(
        read_secret,
        {"type": "string", "examples": ["${secret:NAME}"]},
        lambda s: s.get_secret_value(),
        secret=True,
        free=True,
    ),
]
KeyHash = Annotated[
    SecretStr,
    Kind(
        read_hash,
        {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$", "examples": ["sha256:" + "0" * 64]},
        lambda s: s.get_secret_value(),
        secret=True,
    ),
]
