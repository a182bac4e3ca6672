"""What is never shown."""

import re
from hashlib import sha256
from typing import Annotated, Any, Final

from pydantic import SecretStr

from gatewayctl.config.kinds.base import Kind, invalid, text


def read_secret(value: Any) -> SecretStr:
    """A string that is never shown."""
    return SecretStr(text(value, "a string"))


_OF_NOTHING: Final = f"sha256:{sha256(b'').hexdigest()}"


def read_hash(value: Any) -> SecretStr:
    """``sha256:`` and 64 hex digits: keys themselves never stand in a configuration."""
    written = text(value, "a hash")
    if re.fullmatch(r"sha256:[0-9a-f]{64}", written) is None:
        raise invalid(
            "E120",
            "an API key is written as its hash only",
            label="not a hash",
            help='"sha256:" and 64 hex digits; gatewayctl hash-key makes one',
            discreet=True,
        )
    if written == _OF_NOTHING:
        raise invalid(
            "E120",
            "this is the hash of an empty key: an empty header would be enough",
            label="of nothing",
            help="make another: gatewayctl hash-key --generate",
            discreet=True,
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
