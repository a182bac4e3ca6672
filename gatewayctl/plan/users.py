"""A file of users, as htpasswd writes it: ``name:hash`` lines, empty ones and comments left out."""

import re
from typing import Final

_HASH: Final = (
    r"\$2[aby]\$(?:0[4-9]|1[0-6])\$[./A-Za-z0-9]{53}"
    r"|\$argon2(?:id|i|d)\$v=19\$m=\d{1,7},t=\d{1,2},p=\d{1,2}\$[A-Za-z0-9+/]+\$[A-Za-z0-9+/]+"
)
"""bcrypt with a cost up to 16 and argon2 with up to 10 GB: beyond that one password would hold everybody up."""


class BadUsers(ValueError):  # noqa: N818 - it says what they are
    """What is wrong with the file, by line, without its content."""


def users_of(content: bytes) -> tuple[tuple[str, str], ...]:
    """Names and hashes, sorted. Raises BadUsers."""
    try:
        lines = content.decode().splitlines()
    except UnicodeDecodeError:
        raise BadUsers("it is not UTF-8") from None
    users: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        name, colon, hashed = line.partition(":")
        if not colon or not name:
            raise BadUsers(f"line {number} is not name:hash")
        if re.fullmatch(_HASH, hashed) is None:
            raise BadUsers(
                f"line {number} has no hash by bcrypt (htpasswd -B) or argon2; others can be guessed too fast"
            )
        if name in users:
            raise BadUsers(f"line {number} has a name that was there before")
        users[name] = hashed
    if not users:
        raise BadUsers("there is no line in it")
    return tuple(sorted(users.items()))
