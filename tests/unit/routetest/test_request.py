"""From words on a command line to the request that a client would send."""

import pytest

from gatewayctl.core.framing import BadMessage
from gatewayctl.routetest.request import Asked, NotARequest, asked, encoded, read_head
from tests.unit.routetest.settings import parser, server_settings


def test_a_path_alone_is_a_get_on_localhost() -> None:
    assert asked("/api/users") == Asked("GET", "/api/users", "localhost")


def test_path_and_method_may_change_places() -> None:
    assert asked("POST", "/api/users") == asked("/api/users", "POST")


def test_a_url_gives_scheme_host_and_target() -> None:
    request = asked("https://api.example.com:8443/users?page=2")

    assert (request.scheme, request.host, request.target) == ("https", "api.example.com:8443", "/users?page=2")


@pytest.mark.parametrize(("url", "target"), [("http://h", "/"), ("http://h?x=1", "/?x=1"), ("HTTP://h/a", "/a")])
def test_a_url_without_a_path_asks_for_the_root(url: str, target: str) -> None:
    assert asked(url).target == target


@pytest.mark.parametrize("method", ["get", "Get", "GET"])
def test_a_usual_method_is_read_in_any_case(method: str) -> None:
    assert asked("/", method).method == "GET"


def test_a_method_of_ones_own_keeps_its_case() -> None:
    assert asked("/", "Purge").method == "Purge"


def test_the_host_option_goes_before_the_host_of_a_url() -> None:
    assert asked("http://one.example/", host="two.example").host == "two.example"


def test_a_host_header_is_the_host() -> None:
    request = asked("/", headers=["Host: api.example.com", "X-A: 1"])

    assert (request.host, request.fields) == ("api.example.com", (("X-A", "1"),))


def test_a_body_size_is_a_content_length() -> None:
    assert asked("/", "POST", body_size=12).fields == (("Content-Length", "12"),)


@pytest.mark.parametrize(
    ("words", "headers", "host", "message", "help"),
    [
        ("api/users", [], None, '"api/users" is no path', "a path begins with /: /api/users"),
        ("http:///users", [], None, "the URL has no host", "write http://HOST/PATH, or just /PATH"),
        ("/", ["no colon"], None, '"no colon" is no header', "write -H 'Name: value'"),
        ("/", [": value"], None, '": value" is no header', "write -H 'Name: value'"),
        ("/", ["A: 1\r\nB: 2"], None, "the header 'A' holds a line break", "a header stands on one line"),
        ("/", ["Host: a"], "b", "--host and a Host header are both given", "give one of them"),
        ("*", [], None, '"*" is no path', "a path begins with /: /*"),
    ],
)
def test_words_that_name_no_request_say_what_to_write(
    words: str, headers: list[str], host: str | None, message: str, help: str
) -> None:
    with pytest.raises(NotARequest) as caught:
        asked(words, headers=headers, host=host)

    assert (str(caught.value), caught.value.help) == (message, help)


def test_the_asterisk_is_a_target_for_options() -> None:
    assert asked("*", "OPTIONS").target == "*"


def test_the_bytes_are_those_of_a_client() -> None:
    request = asked("/a?b", "POST", headers=["X-Empty:", "X-A:  1 "], host="h:1", body_size=3)

    assert request.raw() == b"POST /a?b HTTP/1.1\r\nHost: h:1\r\nX-Empty:\r\nX-A: 1\r\nContent-Length: 3"


def test_two_host_headers_are_sent_as_they_are_given_and_refused_as_live() -> None:
    request = asked("/", headers=["Host: a", "host: b"])

    with pytest.raises(BadMessage, match="more than one host field"):
        read_head(request.raw(), parser(), server_settings())


def test_the_head_is_read_by_the_rules_of_live_traffic() -> None:
    head = read_head(
        asked("/a%2Fb?q", headers=["Connection: X-Hop"], host="API.example.com.:80").raw(), parser(), server_settings()
    )

    assert (head.path, head.query, head.host) == (b"/a%2Fb", b"q", b"api.example.com")
    assert head.dropped_names == {b"x-hop"}


def test_a_request_line_that_is_too_long_is_refused_as_live() -> None:
    with pytest.raises(BadMessage) as caught:
        read_head(asked("/" + "x" * 20_000).raw(), parser(), server_settings())

    assert caught.value.reason == "uri_too_long"


def test_a_head_that_is_too_large_is_refused_as_live() -> None:
    headers = [f"X-{number}: {'x' * 900}" for number in range(20)]

    with pytest.raises(BadMessage) as caught:
        read_head(asked("/", headers=headers).raw(), parser(), server_settings())

    assert caught.value.reason == "headers_too_large"


@pytest.mark.parametrize(
    ("target", "fit"),
    [("/café", "/caf%C3%A9"), ("/a b?c d", "/a%20b?c%20d"), ("/a%20b/{x}|y?z=1&w=[]", None), ("/plain", None)],
)
def test_what_a_client_must_not_send_as_it_is_has_an_encoded_form(target: str, fit: str | None) -> None:
    assert encoded(target) == fit
