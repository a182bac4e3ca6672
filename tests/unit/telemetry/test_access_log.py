"""The line of a request, in each format: what it says, and that nothing a client sends can break it."""

import json
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.core.failures import Failure, failure
from gatewayctl.core.framing import BadMessage
from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead
from gatewayctl.telemetry.access_log import FORMATTERS, quoted, shown_query

AT = 1_700_000_000.0625  # 2023-11-14 22:13:20.062 UTC, exact in binary


def head(line: bytes = b"GET /a HTTP/1.1", *fields: bytes) -> RequestHead:
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=100)
    return parser.request(b"\r\n".join((line, b"Host: Shop.example:8080", *fields)))


@dataclass
class Exchange:
    """A settled exchange."""

    head: RequestHead
    failure: Failure | None = None
    target_names: tuple[str, str] = ("orders", "shop")
    instance_id: bytes = b"shop-1"
    request_id: bytes = b"req-1"
    trace_id: bytes = b"4bf92f3577b34da6a3ce929d0e0e4736"
    client_ip: bytes = b"192.0.2.7"
    log_target: bytes = b'"route":"orders","service":"shop"'
    status: int = 200
    attempts: int = 1
    tried: tuple[str, ...] = ()
    upstream_time: float = 0.0015
    received: int = 3
    sent: int = 42
    course: Any = None
    instance: None = None


def line(form: str, exchange: Exchange, query: str = "keys") -> bytes:
    return FORMATTERS[form](query)(exchange, AT, 0.0025)


def members(exchange: Exchange, query: str = "keys") -> dict[str, Any]:
    text = line("json", exchange, query)
    assert text.endswith(b"}\n")
    assert text.count(b"\n") == 1
    found: dict[str, Any] = json.loads(text)
    return found


def test_a_json_line_says_all_there_is_to_say() -> None:
    found = members(Exchange(head(b"GET /a HTTP/1.1", b"User-Agent: curl/8")))
    assert found == {
        "time": "2023-11-14T22:13:20.062Z",
        "request_id": "req-1",
        "trace_id": "4bf92f3577b34da6a3ce929d0e0e4736",
        "client_ip": "192.0.2.7",
        "method": "GET",
        "host": "shop.example",
        "path": "/a",
        "protocol": "HTTP/1.1",
        "status": 200,
        "route": "orders",
        "service": "shop",
        "instance": "shop-1",
        "attempts": 1,
        "duration_us": 2500,
        "upstream_us": 1500,
        "bytes_in": 3,
        "bytes_out": 42,
        "user_agent": "curl/8",
    }


def test_an_answer_of_our_own_has_its_reason_and_detail() -> None:
    found = members(Exchange(head(), failure("no_route", 'nothing "here"'), status=404))
    assert (found["reason"], found["detail"]) == ("no_route", 'nothing "here"')


def test_instances_are_listed_once_there_was_more_than_one_try() -> None:
    assert "tried" not in members(Exchange(head(), tried=("a",)))
    assert members(Exchange(head(), tried=("a", "b"), attempts=2))["tried"] == ["a", "b"]


def test_the_time_moves_on_within_a_formatter() -> None:
    format = FORMATTERS["json"]("keys")
    times = [json.loads(format(Exchange(head()), at, 0.0))["time"] for at in (AT, AT + 0.9375, AT + 1, AT - 3600)]
    assert times == [
        "2023-11-14T22:13:20.062Z",
        "2023-11-14T22:13:21.000Z",
        "2023-11-14T22:13:21.062Z",
        "2023-11-14T21:13:20.062Z",
    ]


@pytest.mark.parametrize(
    ("mode", "query", "shown"),
    [
        ("keys", b"token=secret&b=2", b"?token=*&b=*"),
        ("keys", b"secret", b"?*"),
        ("keys", b"a=1=2", b"?a=*"),
        ("keys", b"", b"?"),
        ("keys", b"a=1&&b", b"?a=*&&*"),
        ("keys", None, b""),
        ("full", b"token=secret", b"?token=secret"),
        ("full", None, b""),
        ("off", b"token=secret", b""),
    ],
)
def test_the_query_is_shown_as_log_query_says(mode: str, query: bytes | None, shown: bytes) -> None:
    assert shown_query(query, mode) == shown


@pytest.mark.parametrize("form", FORMATTERS)
def test_values_of_a_query_are_in_no_format_unless_asked_for(form: str) -> None:
    exchange = Exchange(head(b"GET /a?key=hunter2 HTTP/1.1"))
    assert b"hunter2" not in line(form, exchange)
    assert b"hunter2" not in line(form, exchange, "off")
    assert b"hunter2" in line(form, exchange, "full")


@pytest.mark.parametrize("mode", ["keys", "off"])
def test_the_query_of_a_referer_is_masked_like_that_of_the_request(mode: str) -> None:
    exchange = Exchange(head(b"GET /a HTTP/1.1", b"Referer: https://shop.example/reset?code=hunter2"))
    assert b"hunter2" not in line("combined", exchange, mode)


def test_credentials_are_in_no_format() -> None:
    exchange = Exchange(head(b"GET /a HTTP/1.1", b"Authorization: Bearer hunter2", b"Cookie: session=hunter2"))
    for form in FORMATTERS:
        assert b"hunter2" not in line(form, exchange, "full")


@pytest.mark.parametrize(
    ("value", "text"),
    [(b"plain", "plain"), (b'a"b\\c', 'a"b\\c'), (b"\xc3\xa4", "ä"), (b"\xff", "ÿ"), (b"a\tb\x7f", "a\tb\x7f")],
)
def test_any_bytes_are_a_json_string(value: bytes, text: str) -> None:
    assert json.loads(quoted(value)) == text


def test_the_combined_format_is_that_of_apache() -> None:
    exchange = Exchange(head(b"POST /a HTTP/1.0", b"Referer: https://x.example/", b"User-Agent: curl/8"))
    expected = b'192.0.2.7 - - [14/Nov/2023:22:13:20 +0000] "POST /a HTTP/1.0" 200 42 "https://x.example/" "curl/8"\n'
    assert line("combined", exchange) == expected


def test_the_combined_format_has_a_hyphen_for_what_is_not_there() -> None:
    assert line("combined", Exchange(head())).endswith(b' 200 42 "-" "-"\n')


@pytest.mark.parametrize(
    ("exchange", "part"),
    [
        (Exchange(head()), b" 200 GET shop.example/a orders -> shop/shop-1 2.5ms\n"),
        (Exchange(head(), target_names=("home", ""), instance_id=b""), b" 200 GET shop.example/a home 2.5ms\n"),
        (
            Exchange(head(), failure("no_route", "nothing"), ("", ""), b"", status=404),
            b" 404 GET shop.example/a - 2.5ms no_route: nothing\n",
        ),
    ],
    ids=["forwarded", "answered by the route", "refused"],
)
def test_the_console_format_is_for_people(exchange: Exchange, part: bytes) -> None:
    assert line("console", exchange).endswith(part)


@given(
    target=st.binary(min_size=1, max_size=30).map(lambda b: b"/" + b),
    method=st.binary(min_size=1, max_size=10),
    agent=st.binary(max_size=30),
    form=st.sampled_from(sorted(FORMATTERS)),
    query=st.sampled_from(["keys", "full", "off"]),
)
def test_nothing_that_a_client_sends_breaks_a_line(
    target: bytes, method: bytes, agent: bytes, form: str, query: str
) -> None:
    try:
        parsed = head(method + b" " + target + b" HTTP/1.1", b"User-Agent: " + agent, b"Referer: " + agent)
    except BadMessage:
        parsed = head(b"GET /" + method.hex().encode() + b" HTTP/1.1")
    text = line(form, Exchange(parsed, failure("bad_path", "odd")), query)
    assert text.endswith(b"\n")
    assert text.count(b"\n") == 1
    assert not set(text[:-1]) & {*range(0x20), 0x7F}
    if form == "json":
        json.loads(text)
    if form == "combined":
        assert text.replace(b'\\"', b"").count(b'"') == 6
