"""Lines of access logs: what our formatters write is read back, other formats are understood, broken ones are counted."""

import gzip
import io
from typing import cast

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gatewayctl.core.messages import RequestHead
from gatewayctl.replay.entry import Entry, NoRequestError, NotALineError, as_sent, host_name
from gatewayctl.replay.formats import LineReader
from gatewayctl.replay.lines import LONGEST, TOO_LONG, LogEndsError, lines
from gatewayctl.replay.reading import SHOWN, LogReading
from tests.unit.telemetry.test_access_log import AT, Exchange, head, line

AT_US = 1_700_000_000_062_000
NGINX = (
    b'203.0.113.9 - joe [10/Oct/2026:13:55:36 +0200] "GET /a%20b?x=1 HTTP/1.1" 200 612 "https://e.example/" "curl/8"'
)


def read(text: bytes) -> Entry:
    return LineReader().read(text)


def entries(text: bytes) -> tuple[list[Entry], LogReading]:
    reading = LogReading()
    return list(reading.entries(lines(io.BytesIO(text)))), reading  # type: ignore[arg-type]


def test_our_json_is_read_back_with_the_moment_at_which_the_request_began() -> None:
    found = read(line("json", Exchange(head(b"GET /a?x=1 HTTP/1.1", b"User-Agent: curl/8")), "full").strip())

    assert found == Entry(
        AT_US - 2500, 2500, "192.0.2.7", "GET", "shop.example", "/a?x=1", "shop", "curl/8", 200, "orders"
    )


def test_our_combined_format_is_read_back() -> None:
    found = read(line("combined", Exchange(head(b"GET /a?x=1 HTTP/1.1", b'User-Agent: a "b"\\c')), "full").strip())

    assert found == Entry(1_700_000_000_000_000, None, "192.0.2.7", "GET", "", "/a?x=1", "", 'a "b"\\c', 200)


@given(
    path=st.binary(max_size=40).map(lambda rest: b"/" + rest.replace(b"?", b"")),
    query=st.none() | st.binary(max_size=20),
    agent=st.none() | st.binary(min_size=1, max_size=20),
    method=st.sampled_from([b"GET", b"M-SEARCH", b"PATCH"]),
)
def test_what_a_formatter_writes_is_read_back(
    path: bytes, query: bytes | None, agent: bytes | None, method: bytes
) -> None:
    """Combined: byte for byte, whatever was sent (a space at the end aside, as a request line has none). JSON: whatever
    is UTF-8, since other bytes are written as the characters they would be in Latin-1."""
    asked = cast(RequestHead, head(b"GET / HTTP/1.1", *([] if agent is None else [b"User-Agent: x"])))
    asked.path, asked.query, asked.method = path, query, method
    asked.plain = False
    if agent is not None:
        assume(agent not in (b"-", b""))
        asked.fields = [f if f.name != b"user-agent" else f._replace(value=agent) for f in asked.fields]
    target = path if query is None else path + b"?" + query

    by_combined = read(line("combined", Exchange(asked), "full")[:-1])
    assert (as_sent(by_combined.method), as_sent(by_combined.target)) == (method, target)
    assert by_combined.agent is None if agent is None else as_sent(by_combined.agent or "") == agent

    by_json = read(line("json", Exchange(asked), "full")[:-1])
    assert by_json.method == method.decode()
    try:
        text = target.decode()
    except UnicodeDecodeError:
        return
    assert by_json.target == text


def test_nginx_writes_what_ends_in_other_fields_too() -> None:
    for more in (b"", b' "198.51.100.1"'):
        found = read(NGINX + more)
        assert (found.client, found.target, found.agent) == ("203.0.113.9", "/a%20b?x=1", "curl/8")
        assert found.began == 1_791_633_336_000_000


def test_the_common_log_format_has_no_agent() -> None:
    assert read(NGINX.split(b' "https')[0]).agent is None


def test_bytes_that_nginx_escapes_are_what_was_sent() -> None:
    found = read(NGINX.replace(b"/a%20b", rb"/\x22\xC3\xA9\\"))

    assert as_sent(found.target) == '/"é\\?x=1'.encode()


def test_a_target_with_a_host_tells_the_host() -> None:
    assert read(NGINX.replace(b"/a%20b", b"http://Api.Example:81/z"))[4:6] == ("api.example", "/z?x=1")


@pytest.mark.parametrize(
    ("name", "seen"),
    [("A.Example:80", "a.example"), ("a.", "a"), ("[::1]:80", "[::1]"), ("[::1]", "[::1]"), ("a", "a")],
)
def test_a_host_is_as_routes_see_it(name: str, seen: str) -> None:
    assert host_name(name) == seen


@pytest.mark.parametrize(
    "text",
    [
        b"nonsense",
        b"{}",
        b"{",
        b"[1]",
        b'{"time": 1, "method": "GET", "host": "a", "path": "/"}',
        b'{"time": "yesterday", "method": "GET", "host": "a", "path": "/"}',
        b'{"time": "2026-10-10T10:10:10", "method": "GET", "host": "a", "path": "/"}',
        b'{"time": "2026-10-10T10:10:10Z", "method": "GET", "host": "a", "path": "/", "duration_us": "1"}',
        NGINX.replace(b"Oct", b"Okt"),
        NGINX.replace(b"10/Oct", b"41/Oct"),
        NGINX[:40],
        b"\xff\xfe",
    ],
)
def test_what_is_no_line_is_told_as_such(text: bytes) -> None:
    with pytest.raises(NotALineError):
        read(text)


@pytest.mark.parametrize("asked", [rb"\x16\x03\x01", b"-", b"", b"GET /", b"G\xc3\xa4T / HTTP/1.1", b"GET x HTTP/1.1"])
def test_what_was_no_request_is_none(asked: bytes) -> None:
    with pytest.raises(NoRequestError):
        read(NGINX.replace(b"GET /a%20b?x=1 HTTP/1.1", asked))


def test_broken_lines_are_counted_and_the_first_are_kept() -> None:
    text = b"\n".join([b"one", NGINX, b"", b"two", b"three", b"four" * 100, NGINX])

    found, reading = entries(text)

    assert len(found) == reading.requests == 2
    assert (reading.lines, reading.broken) == (7, 4)
    assert [(one.number, one.text) for one in reading.first_broken] == [(1, "one"), (4, "two"), (5, "three")]
    assert len(reading.first_broken) == SHOWN


def test_a_line_without_end_is_one_broken_line_and_never_in_memory_as_a_whole() -> None:
    text = NGINX + b"\n" + b"x" * (5 * LONGEST) + b"\n" + NGINX

    assert list(lines(io.BytesIO(text))) == [NGINX, TOO_LONG, NGINX]  # type: ignore[arg-type]
    _, reading = entries(text)
    assert (reading.requests, reading.broken) == (2, 1)


def test_a_compressed_log_is_read_whatever_it_is_called() -> None:
    found, reading = entries(gzip.compress(NGINX + b"\n" + NGINX))

    assert len(found) == 2
    assert reading.ended == ""


@pytest.mark.parametrize(("cut", "said"), [(slice(0, -20), "breaks off"), (slice(0, None), "damaged")])
def test_a_compressed_log_that_is_damaged_gives_what_it_has(cut: slice, said: str) -> None:
    packed = bytearray(gzip.compress(b"\n".join([NGINX] * 3))[cut])
    if said == "damaged":
        packed[-5] ^= 0xFF
    _, reading = entries(bytes(packed))

    assert said in reading.ended
    with pytest.raises(LogEndsError):
        list(lines(io.BytesIO(bytes(packed))))  # type: ignore[arg-type]


def test_the_moment_of_the_exchange_is_that_of_the_constant() -> None:
    assert int(AT * 1000) * 1000 == AT_US


@pytest.mark.parametrize(
    "text",
    [
        b'{"time":"2026-01-01","token":"hunter2"',
        b'{"a\\"b":"hunter2","c":["hunter2",{"d":"x\\"hunter2"}],"e":hunter2}',
        b"{'token': 'hunter2'}",
        b"{token: hunter2, hunter2}",
        b'{"token":"' + b"x" * 40 + b"hunter2",
        b'"GET /x?token=hunter2&a=hunter2 HTTP/1.1',
        b"Authorization: Bearer hunter2",
        b'Oct 10 12:00:00 host gateway[7]: {"token":"hunter2"}',
        b'x {"token":"hunter2"}',
        b"GET http://joe:hunter2@a.example/ HTTP/1.1",
        b'{"token":"hunter2\\',
    ],
)
def test_of_a_broken_line_no_value_is_kept(text: bytes) -> None:
    _, reading = entries(text)

    (broken,) = reading.first_broken
    assert "hunter2" not in f"{broken.text}{broken.problem}"
    assert broken.problem


@pytest.mark.parametrize(
    ("text", "problem", "shown"),
    [
        (b'{"time":"x","key":"y"', "no JSON at character 22 (Expecting ',' delimiter)", '{"time":*,"key":*'),
        (b'{"time":"x"}', 'no member "method"', '{"time":*}'),
        (b'{"a":"\xff"}', "no UTF-8 at byte 7", '{"a":*}'),
        (b"192.0.2.1 - - oops", "no time in brackets at character 19", "192.0.2.1 - - oops"),
        (NGINX.replace(b" 200", b" two"), f"no status at character {NGINX.index(b' 200') + 2}", None),
        (NGINX.replace(b"Oct", b"Okt"), "a time that is none of the combined format", None),
        (b"x" * (LONGEST + 1), "longer than 64 KiB", ""),
    ],
)
def test_it_is_told_why_and_where_a_line_broke(text: bytes, problem: str, shown: str | None) -> None:
    _, reading = entries(text + b"\n")

    (broken,) = reading.first_broken
    assert broken.problem == problem
    assert shown is None or broken.text == shown
    assert len(broken.text) <= 61
