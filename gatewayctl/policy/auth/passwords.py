"""Hashes of passwords as htpasswd and others write them: bcrypt and argon2. Faster ones are not taken: they can be guessed."""

from typing import Final

_LONGEST: Final = 1024
"""Bytes of a password."""


def matches(hashed: str, password: bytes) -> bool:
    """Whether the password is the one that was hashed. Takes some hundred milliseconds: not for the event loop."""
    if len(password) > _LONGEST:
        return False
    if hashed.startswith("$argon2"):
        import argon2

        try:
            return argon2.PasswordHasher().verify(hashed, password)
        except (argon2.exceptions.VerificationError, argon2.exceptions.InvalidHashError):
            return False
    if not hashed:
        return False
    import bcrypt

    try:
        # bcrypt looks at 72 bytes; htpasswd cuts there too
        return bcrypt.checkpw(password[:72], hashed.encode())
    except ValueError:
        return False
