"""Every rule of the grammar by name: what it takes and what it does not (RFC 9110 5, RFC 9112 2 to 5)."""

import re
import time

import pytest

from gatewayctl.core import grammar

VALID = {
    "TOKEN": [b"GET", b"x", b"!#$%&'*+-.^_`|~0Az"],
    "PLAIN_PATH": [b"/", b"/a", b"/a/", b"/a/b.c", b"/a;b", b"/~a", b"/a..b/c", b'/a"b'],
    "REQUEST_LINE": [
        b"GET / HTTP/1.1",
        b"GET / HTTP/1.0",
        b"M-SEARCH * HTTP/1.1",
        b"OPTIONS * HTTP/1.1",
        b"CONNECT example.com:443 HTTP/1.1",
        b"GET http://example.com/a?b HTTP/1.1",
        b'GET /"quoted"<>[]{}|\\^` HTTP/1.1',
        b"GET /a?b?c HTTP/1.1",
    ],
    "FIELD_LINE": [
        b"A:",
        b"A: ",
        b"A:b",
        b"A: b",
        b"A:\t b \t",
        b"A: b c\td",
        b"A: \xe9\xff",
        b"a_b: c",
        b"!#$%&'*+-.^_`|~: x",
        b"A: b: c",
    ],
    "FIELD_VALUE": [b"", b"a", b"a b", b"a\tb", b"\xff", b'"quoted"', b"a, b;c=d"],
    "STATUS_LINE": [
        b"HTTP/1.1 200 OK",
        b"HTTP/1.0 404 Not Found",
        b"HTTP/1.1 200 ",
        b"HTTP/1.1 200",
        b"HTTP/1.1 599 \xe9t\xe9",
        b"HTTP/1.1 100 Continue",
        b"HTTP/1.1 200 a\tb",
    ],
    "HOST": [
        b"example.com",
        b"example.com.",
        b"EXAMPLE.com:8080",
        b"a",
        b"1.2.3.4",
        b"1.2.3.4:1",
        b"[::1]",
        b"[2001:db8::1]:443",
        b"[::ffff:1.2.3.4]",
        b"my_service",
        b"_dmarc.example.com",
        b"xn--bcher-kva.example",
        b"a-b.c-d",
        b"example.com:00080",
    ],
    "CONTENT_LENGTH": [b"0", b"00", b"1", b"999999999999999999"],
    "TRACEPARENT": [
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        b"cc-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00-more",
    ],
}

INVALID = {
    "TOKEN": [b"", b"a b", b"a:b", b"a/b", b"(a)", b"a,b", b"\xe9", b"a\x00", b'"a"', b"a@b", b"[a]", b"a=b", b"{a}"],
    "PLAIN_PATH": [
        b"",
        b"a",
        b"//",
        b"/a//",
        b"/.",
        b"/..",
        b"/a/../b",
        b"/.a",
        b"/%41",
        b"/a%",
        b"/a\\b",
        b"/a?",
        b"*",
    ],
    "REQUEST_LINE": [
        b"",
        b"GET",
        b"GET /",
        b"GET  / HTTP/1.1",
        b"GET /  HTTP/1.1",
        b" GET / HTTP/1.1",
        b"GET / HTTP/1.1 ",
        b"GET\t/ HTTP/1.1",
        b"GET / HTTP/1.2",
        b"GET / HTTP/2.0",
        b"GET / HTTP/0.9",
        b"GET / http/1.1",
        b"GET / HTTP/1.11",
        b"GET / HTTP/11",
        b"GET / HTTP/1,1",
        b"GET / HTTPS/1.1",
        b"GET / ICY/1.1",
        b"G(T / HTTP/1.1",
        b"GET /a#b HTTP/1.1",
        b"GET /a b HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"GET /\x7f HTTP/1.1",
        b"GET /\xe9 HTTP/1.1",
        b"GET /\r HTTP/1.1",
        b"GET /\n HTTP/1.1",
        b"GET / HTTP/1.1\r",
        b"GET / HTTP/1.1\n",
    ],
    "FIELD_LINE": [
        b"",
        b":",
        b": b",
        b"A",
        b"A b",
        b"A : b",
        b"A\t: b",
        b" A: b",
        b"\tA: b",
        b"A: b\x00",
        b"A: b\x01c",
        b"A: b\x7f",
        b"A: b\rc",
        b"A: b\nc",
        b"A: b\r",
        b"A: b\n",
        b"A: b\x0b",
        b"A: b\x0c",
        b"A B: c",
        b"(A): b",
        b"A\xe9: b",
        b'"A": b',
        b"A,B: c",
        b"A/B: c",
        b"[A]: b",
    ],
    "FIELD_VALUE": [b" a", b"a ", b"\ta", b"a\t", b"a\rb", b"a\nb", b"a\x00b", b"a\x7f", b"\x1b[0m", b" "],
    "STATUS_LINE": [
        b"",
        b"200 OK",
        b"HTTP/1.1",
        b"HTTP/1.1 ",
        b"HTTP/1.1 20 OK",
        b"HTTP/1.1 2000 OK",
        b"HTTP/1.1 099 Odd",
        b"HTTP/1.1 600 Odd",
        b"HTTP/1.1 999 Odd",
        b"HTTP/1.1 000 Odd",
        b"HTTP/1.1  200 OK",
        b"HTTP/1.1 200OK",
        b"HTTP/1.1 200\tOK",
        b"HTTP/2 200 OK",
        b"HTTP/1.2 200 OK",
        b"http/1.1 200 OK",
        b" HTTP/1.1 200 OK",
        b"HTTP/1.1 200 O\x00K",
        b"HTTP/1.1 200 O\rK",
        b"HTTP/1.1 200 O\nK",
        b"HTTP/1.1 2x0 OK",
        b"HTTP/1.1 +20 OK",
        b"ICY 200 OK",
    ],
    "HOST": [
        b"",
        b" ",
        b".",
        b".example.com",
        b"example..com",
        b"example.com..",
        b"user@example.com",
        b"user:pass@example.com",
        b"example.com:",
        b"example.com:port",
        b"example.com:123456",
        b"example.com:-1",
        b"example.com:80:80",
        b"exa mple.com",
        b"example.com/",
        b"example.com/path",
        b"example.com?x",
        b"example.com#x",
        b"example.com,other.com",
        b"example%2ecom",
        b"ex\xc3\xa4mple.com",
        b"::1",
        b"[::1",
        b"::1]",
        b"[]",
        b"[::1]x",
        b"[::1%eth0]",
        b"[v1.x]",
        b"-example.com",
        b"example.com\\other",
        b"exam\tple.com",
        b"*.example.com",
    ],
    "CONTENT_LENGTH": [
        b"",
        b" 1",
        b"1 ",
        b"+1",
        b"-1",
        b"1.0",
        b"1,1",
        b"1, 1",
        b"0x1",
        b"1e3",
        b"1_000",
        b"1000000000000000000",
        b"\xb2",
        b"a",
    ],
    "TRACEPARENT": [
        b"",
        b"ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        b"00-00000000000000000000000000000000-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
        b"00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319-b7ad6b7169203331-01",
        b"0-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-1",
        b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01x",
        b"00_0af7651916cd43dd8448eb211c80319c_b7ad6b7169203331_01",
    ],
}


def rule(name: str) -> "re.Pattern[bytes]":
    found: re.Pattern[bytes] = getattr(grammar, name)
    return found


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in VALID.items() for text in texts])
def test_the_rule_takes(name: str, text: bytes) -> None:
    assert rule(name).fullmatch(text) is not None


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in INVALID.items() for text in texts])
def test_the_rule_does_not_take(name: str, text: bytes) -> None:
    assert rule(name).fullmatch(text) is None


def test_every_rule_is_tested() -> None:
    rules = {name for name, value in vars(grammar).items() if isinstance(value, re.Pattern)}

    assert rules == set(VALID) == set(INVALID)


def test_no_control_byte_is_part_of_a_field_value_but_the_tab() -> None:
    passing = [byte for byte in range(256) if grammar.FIELD_VALUE.fullmatch(b"a%cb" % byte)]

    assert passing == [9, *range(0x20, 0x7F), *range(0x80, 0x100)]


def test_the_bytes_of_a_token_are_those_of_the_standard() -> None:
    passing = bytes(byte for byte in range(256) if grammar.TOKEN.fullmatch(bytes([byte])))

    digits_and_letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    assert sorted(passing) == sorted(b"!#$%&'*+-.^_`|~" + digits_and_letters)


def test_the_bytes_of_a_target_are_visible_ascii_without_the_fragment_mark() -> None:
    passing = [byte for byte in range(256) if grammar.REQUEST_LINE.fullmatch(b"GET /%c HTTP/1.1" % byte)]

    assert passing == [byte for byte in range(0x21, 0x7F) if byte != ord("#")]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("FIELD_LINE", b"A:" + b" " * 50_000 + b"\x00"),
        ("FIELD_LINE", b"A: " + b"b " * 25_000 + b"\x00"),
        ("FIELD_LINE", b"A" * 50_000),
        ("FIELD_VALUE", b"a\t " * 20_000 + b"\x00"),
        ("HOST", b"a." * 25_000 + b"/"),
        ("STATUS_LINE", b"HTTP/1.1 200 " + b" " * 50_000 + b"\x00"),
        ("PLAIN_PATH", b"/a" * 50_000 + b"%"),
        ("REQUEST_LINE", b"GET " + b"/" * 50_000 + b" HTTP/9.9"),
        ("TRACEPARENT", b"00-" * 20_000),
    ],
)
def test_a_hostile_line_costs_no_more_than_its_length(name: str, text: bytes) -> None:
    """Four times as long may take four times as long, give or take; with backtracking it would be sixteen times, or never end."""

    def cost(line: bytes) -> float:
        best = float("inf")
        for _ in range(5):
            start = time.perf_counter()
            rule(name).fullmatch(line)
            best = min(best, time.perf_counter() - start)
        return best

    head, tail = text[: len(text) // 4], text[-8:]
    short, long = cost(head + tail), cost(text)

    assert rule(name).fullmatch(text) is None
    assert long < 8 * short + 0.02
