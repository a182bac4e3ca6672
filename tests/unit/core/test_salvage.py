"""What can be told of a request that is refused."""

import pytest

from gatewayctl.core.bad_heads import salvage


def test_method_path_and_query_are_told_where_they_can_be_read() -> None:
    head = salvage(b"POST /a?b=c HTTP/3.0\r\nX : y\r\n\r\n")

    assert (head.method, head.path, head.query) == (b"POST", b"/a", b"b=c")
    assert not head.keep_alive


@pytest.mark.parametrize(
    "raw", [b"", b"\x16\x03\x01\x02\x00", b"\r\n", b" ", b"GET", b"G@T / HTTP/1.1", b"A" * 33 + b" / HTTP/1.1"]
)
def test_what_cannot_be_read_is_a_dash(raw: bytes) -> None:
    head = salvage(raw)

    assert (head.method, head.path, head.query) == (b"-", b"", None)


def test_of_a_huge_request_only_a_beginning_is_kept() -> None:
    head = salvage(b"GET /" + b"a" * 1_000_000)

    assert len(head.path) <= 1024


@pytest.mark.parametrize("raw", [b"", b"GET / HTTP/1.1\r\nHost: a", b"\xff" * 10])
def test_every_part_of_a_head_is_there(raw: bytes) -> None:
    head = salvage(raw)

    assert {name for name in type(head).__slots__ if not hasattr(head, name)} == set()
    assert (head.fields, head.kinds, head.body, head.host) == ([], 0, 0, b"")
