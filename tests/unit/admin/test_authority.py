"""Which hosts and origins are ours."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.admin.authority import Authority, may_be_asked_for, read_authority, same_origin


@pytest.mark.parametrize(
    ("text", "authority"),
    [
        ("127.0.0.1", Authority("127.0.0.1", "", True)),
        ("127.0.0.1:9080", Authority("127.0.0.1", "9080", True)),
        ("[::1]:9080", Authority("::1", "9080", True)),
        ("[0:0:0:0:0:0:0:1]", Authority("::1", "", True)),
        ("LocalHost:9080", Authority("localhost", "9080", False)),
        ("gateway.internal.", Authority("gateway.internal", "", False)),
        ("[fe80::1%eth0]:9080", Authority("fe80::1%eth0", "9080", True)),
    ],
)
def test_a_host_is_read_into_its_parts(text: str, authority: Authority) -> None:
    assert read_authority(text) == authority


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":9080",
        "a b",
        "a:b",
        "a:1:2",
        "::1",
        "[::1",
        "[localhost]",
        "[127.0.0.1]",
        "a/b",
        "me@host",
        "a:999999",
        "a\n",
    ],
)
def test_a_malformed_host_is_none(text: str) -> None:
    assert read_authority(text) is None


@pytest.mark.parametrize(
    "text", ["10.1.2.3", "[2001:db8::1]", "localhost", "localhost:1", "LOCALHOST", "gateway.internal"]
)
def test_addresses_localhost_and_names_of_our_own_may_be_asked_for(text: str) -> None:
    authority = read_authority(text)
    assert authority is not None
    assert may_be_asked_for(authority, {"gateway.internal"})


@pytest.mark.parametrize(
    "text",
    [
        "evil.example",
        "localhost.evil.example",
        "xlocalhost",
        "127.0.0.1.evil.example",
        "0x7f.1",
        "2130706433",
        "internal",
    ],
)
def test_no_other_name_may_be_asked_for(text: str) -> None:
    authority = read_authority(text)
    assert authority is not None
    assert not may_be_asked_for(authority, {"gateway.internal"})


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://127.0.0.1:9080", "127.0.0.1:9080"),
        ("http://localhost:9080", "LOCALHOST:9080"),
        ("http://[::1]:9080", "[0::1]:9080"),
        ("http://localhost", "localhost:80"),
        ("http://localhost:80", "localhost"),
        ("https://gateway.internal", "gateway.internal"),
        ("https://gateway.internal:443", "gateway.internal"),
    ],
)
def test_a_page_of_the_address_that_is_asked_is_of_the_same_origin(origin: str, host: str) -> None:
    asked = read_authority(host)
    assert asked is not None
    assert same_origin(origin, asked)


@pytest.mark.parametrize(
    "origin",
    ["null", "", "http://evil.example", "http://127.0.0.1", "http://127.0.0.1:9081", "http://localhost:9080",
     "https://127.0.0.1", "file://127.0.0.1:9080", "127.0.0.1:9080", "http://127.0.0.1:9080.evil.example",
     "http://127.0.0.1:9080/", "http://me@127.0.0.1:9080", "http://evil.example http://127.0.0.1:9080"],
)  # fmt: skip
def test_every_other_page_is_of_another_origin(origin: str) -> None:
    assert not same_origin(origin, Authority("127.0.0.1", "9080", True))


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    authority = read_authority(text)
    if authority is not None:
        assert authority.host
        assert not authority.port or authority.port.isdecimal()
    same_origin(text, Authority("localhost", "", False))
