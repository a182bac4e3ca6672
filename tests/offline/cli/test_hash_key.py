"""``hash-key``: the hash is that of the key, and the key is shown only where it was made here."""

import hashlib
from collections.abc import Callable

import pytest

from tests.offline.cli.conftest import Ran

KEY = "a-key-of-more-than-20-characters"


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_the_hash_of_a_key_on_standard_input(end: str, cli: Callable[..., Ran]) -> None:
    ran = cli("hash-key", stdin=KEY + end)

    assert ran == Ran(0, f"sha256:{hashlib.sha256(KEY.encode()).hexdigest()}\n", "")


def test_a_new_key_comes_with_its_hash(cli: Callable[..., Ran]) -> None:
    first, second = cli("hash-key", "--generate"), cli("hash-key", "--generate")
    key, hashed = first.out.split()

    assert hashed == f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    assert len(key) >= 43, "256 bits"
    assert "shown once" in first.err
    assert first.out != second.out


def test_a_short_key_is_warned_of(cli: Callable[..., Ran]) -> None:
    ran = cli("hash-key", stdin="short")

    assert ran.code == 0
    assert "may be guessed" in ran.err


@pytest.mark.parametrize(
    "key", ["two words of a key that is long", "schlüssel-von-genug-länge", "x" * 1025, "a\tb" * 20]
)
def test_what_no_header_can_carry_is_no_key(key: str, cli: Callable[..., Ran]) -> None:
    assert cli("hash-key", stdin=key).code == 2


def test_a_key_is_never_an_argument(cli: Callable[..., Ran]) -> None:
    ran = cli("hash-key", KEY)

    assert ran.code == 2
    assert ran.out == ""
