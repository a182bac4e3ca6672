"""Bytes that are nearly HTTP: rows of the conformance tables, cut up and put together wrongly by hypothesis."""

import importlib
import itertools
import pkgutil
from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st

import tests.conformance
from tests.support.cases import pieces

LARGEST = 4096
"""Rows larger than this many bytes are left out: mutating a MiB teaches nothing."""

SHARDS = [
    b"\r", b"\n", b"\r\n", b"\r\n\r\n", b"\n\n", b"\x00", b" ", b"\t", b"\x0b", b"\x7f", b"\x80", b"\xff", b":", b",",
    b";", b"=", b'"', b"\\", b"/", b"//", b"..", b"%2e", b"%2f", b"%00", b"?", b"#", b"*", b"+", b"-", b"0", b"5", b"a",
    b"ffffffff",
    b"HTTP/1.0", b"HTTP/1.1", b"HTTP/2.0", b"GET ", b"POST ", b"HEAD ", b"chunked", b"close", b"keep-alive",
    b"Content-Length: 5\r\n", b"Content-Length: 0\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: x\r\n",
    b"Host: example.com\r\n", b"Connection: close\r\n", b"Connection: content-length\r\n", b"Expect: 100-continue\r\n",
    b"Upgrade: websocket\r\nConnection: upgrade\r\n", b"TE: trailers\r\n", b"X_Y: z\r\n", b" folded\r\n",
    b"5\r\nhello\r\n", b"0\r\n\r\n", b"5;a=b\r\nhello\r\n", b"GET /x HTTP/1.1\r\nHost: example.com\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\npoison", b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 204 No Content\r\n\r\n",
]  # fmt: skip
"""Pieces that mean something somewhere, to be put where they do not belong."""

Mutation = Callable[[bytes], bytes]


def rows(attribute: str) -> list[bytes]:
    """What the rows of all conformance tables have as ``attribute`` (``sent`` or ``said``), each value once."""
    found: dict[bytes, None] = {}
    for module in pkgutil.iter_modules(tests.conformance.__path__, "tests.conformance."):
        for member in vars(importlib.import_module(module.name)).values():
            for mark in getattr(member, "pytestmark", []):
                if mark.name == "parametrize" and mark.args[0] == "case":
                    for row in mark.args[1]:
                        _add(found, getattr(row, attribute, b""))
    return list(found)


def _add(found: dict[bytes, None], value: Any) -> None:
    whole = b"".join(pieces(value))
    if 0 < len(whole) <= LARGEST:
        found[whole] = None


def mutated(seeds: list[bytes]) -> st.SearchStrategy[bytes]:
    """One of the seeds after up to four mutations."""
    mutation = st.one_of(
        st.builds(_insert, st.floats(0, 1), st.sampled_from(SHARDS)),
        st.builds(_insert, st.floats(0, 1), st.binary(min_size=1, max_size=3)),
        st.builds(_replace, st.floats(0, 1), st.integers(0, 255)),
        st.builds(_delete, st.floats(0, 1), st.integers(1, 20)),
        st.builds(_repeat, st.floats(0, 1), st.integers(1, 60)),
        st.builds(_swap_lines, st.floats(0, 1)),
        st.builds(_repeat_line, st.floats(0, 1)),
        st.builds(_cut, st.floats(0, 1)),
        st.builds(_append, st.sampled_from(seeds)),
    )
    return st.builds(_apply, st.sampled_from(seeds), st.lists(mutation, max_size=4))


def in_pieces(data: st.SearchStrategy[bytes]) -> st.SearchStrategy[list[bytes]]:
    """The same bytes, cut at up to three places: what the network may do to them."""
    return st.builds(_pieces, data, st.lists(st.floats(0, 1), max_size=3))


def _pieces(data: bytes, cuts: list[float]) -> list[bytes]:
    at = [0, *sorted(_at(data, cut) for cut in cuts), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(at)]


def _apply(seed: bytes, mutations: list[Mutation]) -> bytes:
    for mutation in mutations:
        seed = mutation(seed)
    return seed


def _at(data: bytes, where: float) -> int:
    return int(where * len(data))


def _insert(where: float, shard: bytes) -> Mutation:
    return lambda data: data[: _at(data, where)] + shard + data[_at(data, where) :]


def _replace(where: float, byte: int) -> Mutation:
    return lambda data: data[: _at(data, where)] + bytes([byte]) + data[_at(data, where) + 1 :]


def _delete(where: float, count: int) -> Mutation:
    return lambda data: data[: _at(data, where)] + data[_at(data, where) + count :]


def _repeat(where: float, count: int) -> Mutation:
    return lambda data: data[: _at(data, where) + count] + data[_at(data, where) :]


def _cut(where: float) -> Mutation:
    return lambda data: data[: _at(data, where)]


def _append(other: bytes) -> Mutation:
    return lambda data: data + other


def _swap_lines(where: float) -> Mutation:
    def swap(data: bytes) -> bytes:
        parts = data.split(b"\r\n")
        at = min(int(where * len(parts)), len(parts) - 2)
        if at >= 0:
            parts[at], parts[at + 1] = parts[at + 1], parts[at]
        return b"\r\n".join(parts)

    return swap


def _repeat_line(where: float) -> Mutation:
    def repeat(data: bytes) -> bytes:
        parts = data.split(b"\r\n")
        at = min(int(where * len(parts)), len(parts) - 1)
        return b"\r\n".join([*parts[: at + 1], *parts[at:]])

    return repeat
