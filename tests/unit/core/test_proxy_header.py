"""The PROXY protocol's headers: read exactly, or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.core.proxy_header import SIGNATURE, BadHeader, length, read_header


@pytest.mark.parametrize(
    "line",
    [
        b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2", b"PROXY TCP6 ::1 ::2 65535 0", b"PROXY UNKNOWN", b"PROXY UNKNOWN anything at all",
        b"PROXY TCP6 ::ffff:192.0.2.7 ::1 1 2",
    ],
)  # fmt: skip
def test_a_line_is_as_long_as_its_end_says(line: bytes) -> None:
    whole = line + b"\r\n"
    for cut in range(len(whole)):
        assert length(whole[:cut]) is None
    assert length(whole + b"GET") == len(whole)
    address = read_header(whole).address
    assert address == (None if b"UNKNOWN" in line else line.split()[2].decode().removeprefix("::ffff:"))


@pytest.mark.parametrize(
    "line",
    [
        b"PROXY TCP4 192.0.2.7 192.0.2.1 1", b"PROXY TCP4 192.0.2.7 192.0.2.1 1 2 3", b"PROXY TCP5 192.0.2.7 192.0.2.1 1 2",
        b"PROXY TCP4 ::1 ::2 1 2", b"PROXY TCP6 192.0.2.7 192.0.2.1 1 2", b"PROXY TCP4 192.0.2.7 192.0.2.1 65536 2",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 01 2", b"PROXY TCP4 192.0.2.07 192.0.2.1 1 2", b"PROXY  TCP4 192.0.2.7 192.0.2.1 1 2",
        b"PROXY TCP4 192.0.2.7 192.0.2.1 1 +2", b"PROXY \xff", b"PROXY ", b"PROXY TCP4 192.0.2.7\n192.0.2.1 1 2",
        b"PROXY TCP6 fe80::1%eth0 ::2 1 2", b"PROXY TCP6 ::1 fe80::1%1 1 2", b"PROXY TCP6 fe80::1%a\nX-Admin:yes ::2 1 2",
        b"PROXY TCP6 fe80::1%,10.0.0.1 ::2 1 2",
    ],
)  # fmt: skip
def test_another_line_is_refused(line: bytes) -> None:
    with pytest.raises(BadHeader):
        read_header(line + b"\r\n")


def test_a_line_without_an_end_is_refused_in_time() -> None:
    with pytest.raises(BadHeader):
        length(b"PROXY " + b"x" * 101)
    with pytest.raises(BadHeader):
        length(b"PROXY " + b"x" * 101 + b"\r\n")


@pytest.mark.parametrize("start", [b"GET ", b"\x16\x03\x01", b"proxy ", b"PROXZ", b"\r\n\r\n\x00\r\nQUIX"])
def test_what_begins_otherwise_is_none(start: bytes) -> None:
    with pytest.raises(BadHeader):
        length(start)


@pytest.mark.parametrize(
    "rest",
    [
        b"\x11\x11\x00\x00",
        b"\x22\x11\x00\x00",
        b"\x21\x11\x00\x04abcd",
        b"\x21\x12\x00\x0c" + b"x" * 12,
        b"\x21\x21\x00\x0c" + b"x" * 12,
    ],
)
def test_another_binary_header_is_refused(rest: bytes) -> None:
    with pytest.raises(BadHeader):
        read_header(SIGNATURE + rest)


def test_a_binary_header_that_says_it_is_huge_is_refused_before_it_comes() -> None:
    with pytest.raises(BadHeader):
        length(SIGNATURE + b"\x21\x11\xff\xff")


@given(st.binary(max_size=64), st.booleans())
def test_any_bytes_are_a_header_more_to_come_or_refused(data: bytes, binary: bool) -> None:
    header = (SIGNATURE if binary else b"PROXY ") + data
    try:
        whole = length(header)
        if whole is not None and whole <= len(header):
            read_header(header[:whole])
    except BadHeader:
        pass
