"""``gatewayctl hash-key``: an API key's hash, for ``api_keys`` of a consumer. The key itself is never an argument."""

import hashlib
import secrets
import sys
from typing import Annotated, Final

import typer

from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import usage

_SHORT: Final = 20
"""Characters below which a key may well be guessed: hashes of keys are fast, which long random keys can afford."""
_LONGEST: Final = 1024


def run(
    generate: Annotated[
        bool, typer.Option("--generate", help="Make a new key of 256 random bits, and print it before its hash.")
    ] = False,
) -> int:
    """Print the hash of an API key, as it stands in api_keys of a consumer.

    The key is read from standard input (asked for on a terminal, without showing it), never from the command line,
    where other users and the shell's history would see it. With --generate a new one is made.

    Exit codes: 0, or 2 where there is no key.
    """
    console = Console()
    if generate:
        key = secrets.token_urlsafe(32)
        console.print(key)
        console.hint("this key is shown once: give it to the consumer, and the hash below to [consumers.NAME] api_keys")
    else:
        key = _read()
    if not key:
        raise usage("there is no key", "give it on standard input: gatewayctl hash-key < key.txt, or --generate one")
    if not key.isascii() or not key.isprintable() or " " in key or len(key) > _LONGEST:
        raise usage(
            "a key is up to 1024 visible ASCII characters, without spaces", "make one: gatewayctl hash-key --generate"
        )
    if len(key) < _SHORT:
        console.hint(f"hint: this key has {len(key)} characters and may be guessed; gatewayctl hash-key --generate")
    console.print(f"sha256:{hashlib.sha256(key.encode()).hexdigest()}")
    return 0


def _read() -> str:
    """The key, without the end of its line."""
    if sys.stdin.isatty():
        from getpass import getpass

        return getpass("API key: ")
    return sys.stdin.read(_LONGEST + 2).rstrip("\r\n")
