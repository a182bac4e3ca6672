"""Rules across settings: what must not be refused. What must be is in the golden files of tests/offline/config."""

import os
import secrets
from base64 import b64encode

import pytest

from gatewayctl.config.capabilities import MISSING
from gatewayctl.config.shape import at_path
from tests.unit.config.conftest import ROUTE, Config, codes, only

S = '[services.s]\nbuiltin = "echo"\n'
JWT = '[auth.a]\ntype = "jwt"\nissuer = "any"\naudience = "any"\n'


@pytest.mark.parametrize(
    "listen",
    [
        ["127.0.0.1:8080", "127.0.0.1:8081"],
        ["127.0.0.1:8080", "[::1]:8080"],
        ["0.0.0.0:8080", "[::]:8080"],
        ["127.0.0.1:0", "127.0.0.1:0"],
        ["127.0.0.1:8080", "127.0.0.2:8080"],
        ["unix:a.sock", "unix:b.sock"],
    ],
)
def test_listeners_that_can_be_bound_together(config: Config, listen: list[str]) -> None:
    assert config(f"[server]\nlisten = {listen}").ok


@pytest.mark.parametrize(
    "listen",
    [
        ["127.0.0.1:8080", "127.0.0.1:8080"],
        ["0.0.0.0:8080", "127.0.0.1:8080"],
        ["[::]:8080", "[::1]:8080"],
        ["unix:a.sock", "unix:./a.sock"],
        ["localhost:80", "LOCALHOST:80"],
    ],
)
def test_listeners_that_clash(config: Config, listen: list[str]) -> None:
    assert codes(config(f"[server]\nlisten = {listen}")) == ["E119"]


def test_a_clash_with_the_default_admin_address_is_seen(config: Config) -> None:
    error = only(config('[server]\nlisten = "127.0.0.1:9080"'))
    assert (error.code, str(error.span)) == ("E119", "gateway.toml:3:10")
    assert "by default" in error.message


def test_a_clash_with_the_default_public_address_is_seen(config: Config) -> None:
    error = only(config('[admin]\nlisten = "127.0.0.1:8080"'))
    assert (error.code, str(error.span)) == ("E119", "gateway.toml:3:10")


@pytest.mark.parametrize("listen", ["127.0.0.1:1", "[::1]:1", "localhost:1", "unix:a.sock", "off"])
def test_an_admin_listener_on_this_machine_needs_no_token(config: Config, listen: str) -> None:
    assert config(f'[admin]\nlisten = "{listen}"').ok


@pytest.mark.parametrize("listen", ["0.0.0.0:1", "[::]:1", "192.0.2.1:1", "gateway.internal:1"])
def test_an_admin_listener_for_others_needs_one(config: Config, listen: str) -> None:
    assert codes(config(f'[admin]\nlisten = "{listen}"')) == ["E121"]
    assert config(f'[admin]\nlisten = "{listen}"\ntoken = "t"').ok
    assert config(f'[admin]\nlisten = "{listen}"\ntoken = "${{secret:T}}"').ok


@pytest.mark.parametrize(
    "text",
    [
        f'{S}[routes.r]\npath = "/a/*"\nservice = "s"\nstrip_prefix = true',
        f'{S}[routes.r]\npath_regex = "/a"\nservice = "s"\nrewrite = "/b"',
        f'{S}[routes.r]\npath = "/"\nservice = "s"\ntransform = "none"\nauth = "none"\nretry = "none"\nlimits = []',
        '[routes.r]\npath = "/"\nrespond = { status = 204 }',
        '[routes.r]\npath = "/"\nredirect = { to = "https://example.com/{rest}" }',
        '[routes.r]\npath = "/"\nrespond = {}\ndeprecated = { since = 2026-01-01, sunset = 2026-01-01 }',
        '[routes.r]\npath = "/"\nrespond = {}\nupgrades = []\ncompress = false',
        '[services.s]\ninstances = [{ url = "http://a", weight = 0 }, { url = "http://b", status = "down" }]',
        '[services.s]\nbuiltin = "echo"\nload_balancer = "weighted"\nbuiltin_instances = 1\nbreaker = "none"',
        '[services.s]\nbuiltin = "echo"\nkeepalive = { max_idle = 0 }\nhost_header = "preserve"',
        '[server]\nworkers = 1\nproxy_protocol = false\ntrusted_proxies = ["unix"]',
        '[tracing]\nendpoint = ""\nsample_ratio = 0',
        '[defaults]\nlimits = []\nauth = "none"\ntimeout = "none"\nconnect_timeout = "1s"',
    ],
)
def test_what_is_fine(config: Config, text: str) -> None:
    loaded = config(text)
    assert loaded.diagnostics == ()


@pytest.mark.parametrize(
    "text",
    [
        JWT + 'algorithms = ["HS256"]\nsecret = "too short to be one"',
        JWT + 'algorithms = ["RS256"]\njwks_url = "https://a"\nleeway = "3m"',
        '[limits.l]\nalgorithm = "sliding_window"\nlimit = 0\nwindow = "1m"',
        "[cors.c]\norigins = []",
    ],
)
def test_bounds_of_policies(config: Config, text: str) -> None:
    loaded = config(text, check_capabilities=False)
    assert codes(loaded) == ["E105"]
    assert "too short to be one" not in repr(loaded.diagnostics)


@pytest.mark.parametrize(("algorithms", "least"), [(["HS256"], 32), (["HS384", "HS256"], 48), (["HS256", "HS512"], 64)])
def test_a_short_secret_is_told_how_to_make_a_proper_one(config: Config, algorithms: list[str], least: int) -> None:
    """RFC 7518 3.2, RFC 8725 3.5."""
    short = "k" * (least - 1)
    error = only(config(f'{JWT}algorithms = {algorithms}\nsecret = "{short}"', check_capabilities=False))

    assert (error.code, error.label) == ("E105", "too short")
    assert (
        f"{algorithms[-1] if least > 48 else algorithms[0]} needs a secret of at least {least} bytes" in error.message
    )
    assert "openssl rand -base64 48" in error.help
    assert short not in repr(error)
    assert config(f'{JWT}algorithms = {algorithms}\nsecret = "{short}k"', check_capabilities=False).ok


def test_a_secret_as_it_is_told_to_be_made_is_long_enough_for_every_algorithm(config: Config) -> None:
    for made in (b64encode(os.urandom(48)).decode(), secrets.token_urlsafe(48)):
        assert config(f'{JWT}algorithms = ["HS512"]\nsecret = "{made}"', check_capabilities=False).ok


def test_a_shared_secret_of_256_bits_is_long_enough(config: Config) -> None:
    text = f'{JWT}algorithms = ["HS256"]\nsecret = "{"x" * 32}"'
    assert config(text, check_capabilities=False).diagnostics == ()


def test_a_split_needs_some_weight(config: Config) -> None:
    text = f'{S}[routes.r]\npath = "/"\nsplit = [{{ service = "s", weight = 0 }}]'
    assert codes(config(text, check_capabilities=False)) == ["E122"]


def test_a_fallback_is_an_answer_or_a_service(config: Config) -> None:
    text = f'{S}[breakers.b]\nfallback = {{ status = 503, service = "s" }}'
    assert codes(config(text, check_capabilities=False)) == ["E116"]


@pytest.mark.parametrize("methods", ['["GET", "POST"]', '["DELETE"]'])
def test_only_answers_to_get_and_head_are_cached(config: Config, methods: str) -> None:
    assert codes(config(f"[caches.c]\nmethods = {methods}", check_capabilities=False)) == ["E113"]


@pytest.mark.parametrize(
    "text",
    [
        '[services.s]\nbuiltin = "echo"\nbreaker = "b"',
        '[routes.r]\npath = "/"\nrespond = {}\nlimits = ["a", "b"]',
        '[routes.r]\npath = "/"\nsplit = [{ service = "a" }, { service = "b" }]',
        '[routes.r]\npath = "/"\nrespond = {}\nrequire = { consumers = ["a"] }\nauth = "b"',
        '[limits.l]\nalgorithm = "concurrency"\nlimit = 1\nstore = "a"',
        '[consumers.c]\nlimits = ["a"]',
        '[auth.a]\ntype = "any"\nof = ["b"]',
        '[breakers.b]\nfallback = { service = "a" }',
        '[routes.r.aggregate]\nx = { service = "a", path = "/" }\n[routes.r]\npath = "/"',
        '[defaults]\nretry = "a"\nbreaker = "b"\ncache = "c"\ncors = "d"\naccess = "e"\ntransform = "f"',
    ],
)
def test_every_reference_is_checked(config: Config, text: str) -> None:
    assert set(codes(config(text, check_capabilities=False))) == {"E201"}


def test_memory_is_a_store_and_none_is_no_service(config: Config) -> None:
    limit = '[limits.l]\nalgorithm = "concurrency"\nlimit = 1\nstore = "memory"'
    assert config(limit, check_capabilities=False).ok
    assert codes(config('[routes.r]\npath = "/"\nservice = "none"')) == ["E201"]


def test_files_that_are_named_must_be_there_when_serving(config: Config) -> None:
    text = '[auth.ops]\ntype = "basic"\nusers_file = "users"'
    assert codes(config(text, check_capabilities=False)) == ["W204"]
    assert codes(config(text, check_capabilities=False, runtime=True)) == ["E204"]
    (config.directory / "users").write_text("")
    assert codes(config(text, check_capabilities=False, runtime=True)) == []


@pytest.mark.parametrize("pattern", sorted(MISSING))
def test_what_is_missing_is_a_place_of_the_language(pattern: str) -> None:
    path = tuple(
        0 if part == "*" and before in ("listen", "instances", "key") else part for before, part in _pairs(pattern)
    )
    assert at_path(path) is not None


def _pairs(pattern: str) -> list[tuple[str, str]]:
    parts = pattern.split(".")
    return list(zip(["", *parts], parts, strict=False))


def test_a_policy_that_nothing_uses_is_refused_too(config: Config) -> None:
    assert codes(config('[caches.hot]\nttl = "30s"')) == ["E901"]


def test_what_is_refused_is_not_criticised_further(config: Config) -> None:
    assert codes(config('[routes.r]\npath = "/"\nrespond = {}\ncache = "nowhere"')) == ["E901"]


def test_a_wrong_value_is_not_refused_as_well(config: Config) -> None:
    assert codes(config("[server]\nworkers = 0")) == ["E105"]


def test_other_commands_may_look_at_the_whole_language(config: Config) -> None:
    assert config(f'{ROUTE}cache = "m"\n[caches.m]\nttl = "30s"', check_capabilities=False).ok
