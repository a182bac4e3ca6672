"""Values by themselves: what is read, what is refused with which code, what is written back."""

from typing import Annotated, Any, get_args

import pytest
from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from gatewayctl.config.kinds import http, names, net, secrets, text, units, urls, words
from gatewayctl.config.kinds.base import Kind, kind_of, quoted
from gatewayctl.config.kinds.http import Statuses
from gatewayctl.config.kinds.net import Address, authority
from gatewayctl.config.kinds.urls import InstanceUrl, SecretUrl
from gatewayctl.config.models.routes import StripPrefix
from gatewayctl.config.models.web import CacheQuery, Origin

ALL_KINDS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": alias
    for module in (http, names, net, secrets, text, units, urls, words)
    for name, alias in vars(module).items()
    if hasattr(alias, "__metadata__") and isinstance(get_args(alias)[1], Kind)
}


def kind(alias: Any) -> Kind:
    found = get_args(alias)[1]
    assert isinstance(found, Kind)
    return found


@pytest.mark.parametrize(
    ("alias", "written", "value"),
    [
        (units.Duration, "0s", 0.0),
        (units.Duration, "1m30s", 90.0),
        (units.PositiveDuration, "250ms", 0.25),
        (units.TimeoutOrNever, "none", None),
        (units.TimeoutOrWord, "none", "none"),
        (units.TimeoutOrWord, "5s", 5.0),
        (units.Size, "16KiB", 16384),
        (units.Size, "10MB", 10_000_000),
        (units.SizeOrUnlimited, "unlimited", None),
        (units.SizeOrWord, "unlimited", "unlimited"),
        (net.ListenAddress, "127.0.0.1:8080", Address("127.0.0.1", 8080)),
        (net.ListenAddress, "LocalHost:80", Address("localhost", 80)),
        (net.ListenAddress, "[::]:80", Address("::", 80)),
        (net.ListenAddress, "https://0.0.0.0:443", Address("0.0.0.0", 443, tls=True)),
        (net.ListenAddress, "http://0.0.0.0:80", Address("0.0.0.0", 80)),
        (net.ListenAddress, "unix:/run/g.sock", Address(path="/run/g.sock")),
        (net.AdminAddress, "off", None),
        (net.Network, "192.0.2.7", "192.0.2.7/32"),
        (net.Network, "2001:DB8::/32", "2001:db8::/32"),
        (net.Peer, "unix", "unix"),
        (net.Host, "[::1]", "::1"),
        (net.HostPattern, "API.Example.com.", "api.example.com"),
        (net.HostPattern, "*.Example.org", "*.example.org"),
        (urls.UpstreamUrl, "http://127.0.0.1:9001", InstanceUrl("http", "127.0.0.1", 9001)),
        (urls.UpstreamUrl, "https://Users.internal/", InstanceUrl("https", "users.internal", 443)),
        (urls.UpstreamUrl, "http://[::1]", InstanceUrl("http", "::1", 80)),
        (urls.CollectorUrl, "", None),
        (http.StatusRange, "502-504", Statuses(502, 504)),
        (http.StatusRange, 404, Statuses(404, 404)),
        (http.RetryCause, "reset", "reset"),
        (http.RetryCause, "503", Statuses(503, 503)),
        (http.Upgrade, "WebSocket", "websocket"),
        (http.Method, "PURGE", "PURGE"),
        (words.KeyPart, "header:X-Tenant", "header:x-tenant"),
        (words.KeyPart, "claim:org.tier", "claim:org.tier"),
        (words.FileMode, "0660", 0o660),
        (words.Workers, "auto", "auto"),
        (words.HealthPath, "", ""),
        (StripPrefix, True, True),
        (StripPrefix, "/api", "/api"),
        (CacheQuery, ["page"], ("page",)),
        (CacheQuery, "none", "none"),
        (Origin, "https://App.example.com", "https://app.example.com"),
        (Origin, "*", "*"),
        (Origin, "https://app.example.com:443", "https://app.example.com"),
        (Origin, "http://[::1]:080", "http://[::1]"),
        (Origin, "http://[::1]", "http://[::1]"),
        (Origin, "https://*.example.com:08443", "https://*.example.com:8443"),
    ],
)
def test_a_value_is_read(alias: Any, written: Any, value: Any) -> None:
    assert kind(alias).read(written) == value


@pytest.mark.parametrize(
    ("alias", "written", "code"),
    [
        (units.Duration, "-1s", "E106"),
        (units.Duration, True, "E102"),
        (units.Duration, 5, "E106"),
        (units.Duration, "367d", "E105"),
        (units.PositiveDuration, "0ms", "E105"),
        (units.Size, 1.5, "E107"),
        (units.Size, "1 Kib", "E107"),
        (units.HeaderSize, "2MiB", "E105"),
        (net.ListenAddress, "[127.0.0.1]:80", "E110"),
        (net.ListenAddress, "a b:80", "E110"),
        (net.ListenAddress, "", "E110"),
        (net.ListenAddress, "127.1:80", "E110"),
        (net.ListenAddress, "unix:a\0b", "E110"),
        (net.Network, "10.0.0.1/8", "E111"),
        (net.HostPattern, "*", "E114"),
        (net.HostPattern, "", "E114"),
        (net.Host, "a" * 254, "E114"),
        (net.Host, "exämple.com", "E114"),
        (urls.UpstreamUrl, "HTTP//x", "E109"),
        (urls.UpstreamUrl, "http://127.0.0.1:0", "E109"),
        (urls.UpstreamUrl, "http://127.0.0.1:", "E109"),
        (urls.UpstreamUrl, "http://a\nb", "E109"),
        (urls.UpstreamUrl, "http://[::1", "E109"),
        (urls.Url, "https://user:pass@example.com/", "E109"),
        (urls.RedisUrl, "http://127.0.0.1", "E109"),
        (http.HeaderName, "", "E112"),
        (http.HeaderName, "x y", "E112"),
        (http.ChangedHeader, "Transfer-Encoding", "E112"),
        (http.HeaderValue, "a\0", "E112"),
        (http.HeaderValue, "a\r\nb: c", "E112"),
        (http.HeaderValue, " a", "E112"),
        (http.StatusRange, "600", "E115"),
        (http.StatusRange, "0200", "E115"),
        (http.StatusRange, True, "E102"),
        (http.RetryCause, "never", "E104"),
        (http.RetryCause, "5xx", "E115"),
        (http.Upgrade, "h2c", "E112"),
        (http.Upgrade, "a b", "E112"),
        (names.Name, "", "E108"),
        (names.Name, "-a", "E108"),
        (names.Name, "memory", "E108"),
        (words.KeyPart, "header:", "E104"),
        (words.KeyPart, "header:a b", "E112"),
        (words.KeyPart, "cookie", "E104"),
        (words.FileMode, "0999", "E120"),
        (words.Workers, 0, "E105"),
        (words.Workers, "many", "E102"),
        (words.Workers, True, "E102"),
        (words.HealthPath, "health", "E120"),
        (words.HealthPath, "/a?b", "E120"),
        (words.HostHeader, "http://a", "E114"),
        (secrets.KeyHash, "sha256:short", "E120"),
        (text.FilePath, "a\0b", "E120"),
        (StripPrefix, False, "E120"),
        (StripPrefix, "api", "E120"),
        (CacheQuery, [1], "E104"),
        (Origin, "https://app.example.com/path", "E109"),
        (Origin, "https://*.", "E109"),
        (Origin, "https://*.:443", "E109"),
        (Origin, "https://*", "E109"),
    ],
)
def test_a_wrong_value_is_refused_with_its_code(alias: Any, written: Any, code: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        kind(alias).read(written)
    assert caught.value.type == code


@pytest.mark.parametrize("name", sorted(ALL_KINDS))
def test_the_first_example_of_every_kind_is_valid_and_written_back(name: str) -> None:
    found = kind(ALL_KINDS[name])
    value = found.read(found.schema["examples"][0])
    assert found.read(found.show(value)) == value


@pytest.mark.parametrize("name", sorted(ALL_KINDS))
@pytest.mark.parametrize("value", [{}, [], 1.5, None], ids=str)
def test_no_kind_raises_anything_but_its_own_error(name: str, value: Any) -> None:
    found = kind(ALL_KINDS[name])
    try:
        found.read(value)
    except PydanticCustomError as error:
        assert error.type.startswith("E")
    else:
        pytest.fail(f"{name} takes {value!r}")


@pytest.mark.parametrize("url", ["redis://user:hunter2@127.0.0.1/0", "rediss://:hunter2@cache.internal"])
def test_a_url_never_shows_its_password(url: str) -> None:
    value = kind(urls.RedisUrl).read(url)
    assert isinstance(value, SecretUrl)
    assert "hunter2" not in repr(value) + str(value) + value.masked()
    assert "@" in value.masked()


def test_a_url_without_credentials_is_shown_as_it_is() -> None:
    assert SecretUrl("redis://127.0.0.1:6379/0").masked() == "redis://127.0.0.1:6379/0"


@pytest.mark.parametrize("written", ["http://u:hunter2@h ost", "ftp://u:hunter2@host", "http://u:hunter2@host/path"])
def test_no_error_about_a_url_shows_its_password(written: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        kind(urls.UpstreamUrl).read(written)
    assert "hunter2" not in repr(caught.value.context)


def test_a_secret_is_of_a_type_that_hides_it() -> None:
    value = kind(secrets.Secret).read("hunter2")
    assert isinstance(value, SecretStr)
    assert "hunter2" not in repr(value)


@pytest.mark.parametrize(
    ("address", "loopback"),
    [
        (Address("127.0.0.1", 80), True),
        (Address("::1", 80), True),
        (Address("localhost", 80), True),
        (Address(path="/run/g.sock"), True),
        (Address("0.0.0.0", 80), False),
        (Address("gateway.internal", 80), False),
    ],
    ids=str,
)
def test_an_address_knows_whether_only_this_machine_reaches_it(address: Address, loopback: bool) -> None:
    assert address.loopback is loopback


def test_an_ipv6_authority_has_brackets() -> None:
    assert authority("::1", 80) == "[::1]:80"


@pytest.mark.parametrize(
    ("value", "name"),
    [(True, "a boolean"), (1, "a whole number"), (1.5, "a decimal number"), ([], "a list"), ({}, "a table")],
)
def test_a_toml_type_has_a_name_for_people(value: Any, name: str) -> None:
    assert kind_of(value) == name


def test_values_are_quoted_as_toml_writes_them_and_shortened() -> None:
    assert quoted({"a": [1, True, "b"]}) == '{ a = [1, true, "b"] }'
    assert quoted("x" * 100) == f'"{"x" * 59}…"'


def test_a_kind_says_in_the_schema_that_it_is_secret() -> None:
    from pydantic import TypeAdapter

    alias: Any = secrets.Secret
    assert TypeAdapter(Annotated[alias, None]).json_schema()["writeOnly"] is True
