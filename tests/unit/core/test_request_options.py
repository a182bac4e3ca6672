"""What a client wants of its connection: Connection, TE, Upgrade, Expect (RFC 9110 7.6, 7.8, 10.1)."""

import pytest

from gatewayctl.core.framing import BadMessage
from tests.unit.core.heads import request

ONE_ZERO = b"GET / HTTP/1.0"


def test_http_1_1_keeps_the_connection_unless_it_says_close() -> None:
    assert request().keep_alive
    assert request(b"Connection: keep-alive").keep_alive
    assert not request(b"Connection: close").keep_alive
    assert not request(b"Connection: x, CLOSE").keep_alive
    assert not request(b"Connection: keep-alive", b"Connection: close").keep_alive


def test_http_1_0_closes_the_connection_unless_it_says_keep_alive() -> None:
    assert not request(line=ONE_ZERO).keep_alive
    assert request(b"Connection: Keep-Alive", line=ONE_ZERO).keep_alive
    assert not request(b"Connection: keep-alive, close", line=ONE_ZERO).keep_alive


def test_names_in_connection_are_dropped_names() -> None:
    head = request(b"Connection: X-One, close", b"Connection: x-two , ,Keep-Alive")

    assert head.wishes.dropped_names == {b"x-one", b"x-two"}


def test_upgrade_and_te_in_connection_are_options_not_names() -> None:
    assert request(b"Connection: TE, Upgrade").wishes.dropped_names == frozenset()


def test_trailers_are_taken_by_those_who_say_so() -> None:
    assert request(b"TE: trailers", b"Connection: TE").wishes.takes_trailers
    assert request(b"TE: gzip, Trailers").wishes.takes_trailers
    assert not request(b"TE: gzip").wishes.takes_trailers
    assert not request().wishes.takes_trailers


def test_an_upgrade_needs_the_field_and_the_option() -> None:
    assert request(b"Connection: Upgrade", b"Upgrade: WebSocket").wishes.upgrade == b"websocket"
    assert request(b"Connection: keep-alive, upgrade", b"Upgrade: a/1").wishes.upgrade == b"a/1"
    assert request(b"Upgrade: websocket").wishes.upgrade == b""
    assert request(b"Connection: upgrade").wishes.upgrade == b""


@pytest.mark.parametrize("lines", [(b"Upgrade: websocket, h2c",), (b"Upgrade: websocket", b"Upgrade: h2c")])
def test_a_choice_of_protocols_is_no_upgrade(lines: tuple[bytes, ...]) -> None:
    assert request(b"Connection: upgrade", *lines).wishes.upgrade == b""


def test_http_1_0_cannot_upgrade() -> None:
    assert request(b"Connection: upgrade", b"Upgrade: websocket", line=ONE_ZERO).wishes.upgrade == b""


def test_a_client_with_a_body_may_wait_for_a_100() -> None:
    assert request(b"Expect: 100-continue", b"Content-Length: 5").wishes.expects_continue
    assert request(b"Expect: 100-Continue", b"Transfer-Encoding: chunked").wishes.expects_continue


def test_without_a_body_there_is_nothing_to_wait_for() -> None:
    assert not request(b"Expect: 100-continue").wishes.expects_continue
    assert not request(b"Expect: 100-continue", b"Content-Length: 0").wishes.expects_continue


def test_http_1_0_does_not_know_expectations() -> None:
    assert not request(b"Expect: 100-continue", b"Content-Length: 5", line=b"POST / HTTP/1.0").wishes.expects_continue
    assert not request(b"Expect: miracles", line=ONE_ZERO).wishes.expects_continue


@pytest.mark.parametrize("value", [b"miracles", b"100-continue, miracles", b"200-ok", b""])
def test_another_expectation_is_not_met(value: bytes) -> None:
    with pytest.raises(BadMessage) as caught:
        request(b"Expect: " + value, b"Content-Length: 5")

    assert caught.value.reason == "expectation_failed"
