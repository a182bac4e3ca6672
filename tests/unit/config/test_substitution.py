"""Variables, secrets and files in strings."""

from typing import Any

import pytest

from gatewayctl.config import Loaded
from gatewayctl.core.diagnostics import Severity
from tests.unit.config.conftest import ROUTE, Config, codes, only


def body(loaded: Loaded) -> str:
    assert loaded.config is not None, loaded.diagnostics
    respond = loaded.config.routes["r"].respond
    assert respond is not None
    return respond.body


def respond(text: str) -> str:
    return f"[routes.r]\npath = '/'\nrespond = {{ body = '{text}' }}"


@pytest.mark.parametrize(
    ("written", "environ", "value"),
    [
        ("${NAME}", {"NAME": "x"}, "x"),
        ("a ${NAME} b ${NAME}", {"NAME": "x"}, "a x b x"),
        ("${NAME:-d}", {}, "d"),
        ("${NAME:-d}", {"NAME": ""}, "d"),
        ("${NAME:-d}", {"NAME": "x"}, "x"),
        ("${NAME:-}", {}, ""),
        ("${NAME}", {"NAME": ""}, ""),
        ("${secret:NAME:-d}", {}, "d"),
        ("$${NAME}", {"NAME": "x"}, "${NAME}"),
        ("$$${NAME}", {"NAME": "x"}, "$${NAME}"),
        ("${NAME}", {"NAME": "${OTHER}"}, "${OTHER}"),
        ("${NAME:-a:-b}", {}, "a:-b"),
        ("$NAME {NAME}", {"NAME": "x"}, "$NAME {NAME}"),
    ],
)
def test_a_string_is_put_together(config: Config, written: str, environ: dict[str, str], value: str) -> None:
    assert body(config(respond(written), environ=environ)) == value


@pytest.mark.parametrize("written", ["${}", "${", "${1A}", "${a b}", "${NAME", "${env:X}", "${file:}", "${NAME:=d}"])
def test_what_is_no_variable_is_an_error(config: Config, written: str) -> None:
    assert only(config(respond(written), environ={"NAME": "x"})).code == "E403"


def test_keys_are_left_as_they_are(config: Config) -> None:
    loaded = config("[transforms.t]\nquery = { set = { '${NAME}' = 'v' } }", environ={"NAME": "x"})
    assert loaded.config is not None
    assert dict(loaded.config.transforms["t"].query.set) == {"${NAME}": "v"}


@pytest.mark.parametrize(
    ("setting", "value", "read"),
    [
        ("max_headers", "7", 7),
        ("merge_slashes", "true", True),
        ("max_body_size", "2MiB", 2 << 20),
        ("header_timeout", "1s", 1.0),
        ("workers", "1", 1),
        ("via", "1", "1"),
        ("trusted_proxies", "10.0.0.0/8, unix", ("10.0.0.0/8", "unix")),
        ("trusted_proxies", '["10.0.0.0/8"]', ("10.0.0.0/8",)),
        ("trusted_proxies", "", ()),
    ],
)
def test_a_variable_is_converted_to_the_type_of_its_field(config: Config, setting: str, value: str, read: Any) -> None:
    loaded = config(f'[server]\n{setting} = "${{V}}"', environ={"V": value})
    assert loaded.config is not None, loaded.diagnostics
    assert getattr(loaded.config.server, setting) == read


def test_several_addresses_may_come_from_one_variable(config: Config) -> None:
    loaded = config('[server]\nlisten = "${L}"', environ={"L": "127.0.0.1:80,[::1]:80"})
    assert loaded.config is not None
    assert [str(address) for address in loaded.config.server.listen] == ["127.0.0.1:80", "[::1]:80"]


@pytest.mark.parametrize(
    ("setting", "value"), [("max_headers", "many"), ("max_headers", "1.5"), ("merge_slashes", "1")]
)
def test_a_variable_of_another_type_is_an_error_at_its_place(config: Config, setting: str, value: str) -> None:
    error = only(config(f'[server]\n{setting} = "${{V}}"', environ={"V": value}))
    assert (error.code, str(error.span)) == ("E102", f"gateway.toml:3:{len(setting) + 4}")


def test_a_number_is_converted_deep_inside(config: Config) -> None:
    text = "[services.s]\ninstances = [{ url = 'http://a', weight = '${W}' }]"
    loaded = config(text, environ={"W": "3"})
    assert loaded.config is not None
    assert loaded.config.services["s"].instances is not None
    assert loaded.config.services["s"].instances[0].weight == 3


def test_a_file_is_put_in_stripped_and_relative_to_the_file_that_names_it(config: Config) -> None:
    (config.directory / "conf").mkdir()
    (config.directory / "conf" / "token").write_text("\n t0ken \n")
    config.write(gateway='version = 1\ninclude = ["conf/admin.toml"]', conf__admin='[admin]\ntoken = "${file:token}"')
    loaded = config.load(runtime=True)
    assert loaded.config is not None
    assert loaded.config.admin.token.get_secret_value() == "t0ken"
    assert loaded.secrets == {("admin", "token")}


@pytest.mark.parametrize("content", [b"\xff", b"x" * ((1 << 20) + 1)], ids=["not-utf-8", "too-large"])
def test_a_file_that_cannot_be_put_in_is_an_error_when_serving(config: Config, content: bytes) -> None:
    (config.directory / "token").write_bytes(content)
    assert codes(config('[admin]\ntoken = "${file:token}"', runtime=True)) == ["E402"]


@pytest.mark.parametrize("text", ['[admin]\ntoken = "${secret:T}"', '[admin]\ntoken = "${file:t}"'])
def test_offline_what_is_missing_is_a_note_and_with_strict_an_error(config: Config, text: str) -> None:
    note = only(config(text))
    assert note.severity is Severity.NOTE
    assert config(text).ok
    assert not config(text, strict=True).ok
    assert not config(text, runtime=True).ok


@pytest.mark.parametrize(
    "setting",
    [
        "[server]\nlisten = '127.0.0.1:${P}'",
        "[server]\nlisten = ['${A}', '${B}']",
        "[server]\nworkers = '${W}'",
        "[server]\nmax_headers = '${N}'",
        "[server]\nmerge_slashes = '${B}'",
        "[server]\nmax_body_size = '${S}MiB'",
        "[server]\nencoded_slashes = '${E}'",
        "[server]\nheader_timeout = '${T}'",
        "[server]\ntrusted_proxies = '${P}'",
        "[metrics]\nbuckets = '${B}'",
        "[metrics]\nbuckets = [1, '${B}']",
        "[admin]\nlisten = '${A}'",
        "[log]\nsample = '${S}'\nlevel = '${L}'\naccess = '${F}'",
        "[services.s]\ninstances = [{ url = 'http://${A}:80' }, { url = '${B}', weight = '${W}' }]",
        "[services.s]\nbuiltin = '${B}'",
        "[services.s]\nbuiltin = 'echo'\nbuiltin_instances = '${N}'",
        "[services.s]\nbuiltin = 'echo'\n[routes.r]\npath = '/'\nservice = '${S}'",
        "[routes.r]\npath = '/'\nrespond = { status = '${S}', body = '${B}' }\nmethods = ['${M}']\nhosts = ['${H}']",
        "[routes.r]\npath = '/'\nrespond = {}\ndeprecated = { since = '${D}', link = '${L}' }",
        "[routes.r]\npath = '${P}'\nrespond = {}\nenabled = '${E}'\npriority = '${Q}'",
    ],
)
def test_offline_every_kind_of_field_can_be_checked_with_a_placeholder(config: Config, setting: str) -> None:
    loaded = config(setting)
    assert loaded.ok, loaded.diagnostics
    assert set(codes(loaded)) == {"W401"}
    assert loaded.unset


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        (
            "path = '/old/{id:int}'\nredirect = { to = '/new/${id}' }",
            'what the path has there is "{id}", without the dollar',
        ),
        ("path = '/old/{id}/{identity}'\nredirect = { to = '/new/${ident}' }", 'or give a default: "${ident:-…}"'),
        ("path = '/old/${id}'\nrespond = {}", 'or give a default: "${id:-…}"'),
        ("path = '/old/{id}'\nredirect = { to = '/new/${secret:id}' }", 'or give a default: "${secret:id:-…}"'),
        ("path = 7\nredirect = { to = '/new/${id}' }", 'or give a default: "${id:-…}"'),
    ],
)
def test_a_variable_that_was_meant_as_a_part_of_the_path_is_said_to_be_one(
    config: Config, setting: str, said: str
) -> None:
    found = next(one for one in config(f"[routes.r]\n{setting}").diagnostics if one.code == "W401")
    assert said in (found.help or "")


def test_a_placeholder_does_not_hide_other_errors(config: Config) -> None:
    loaded = config("[server]\nlisten = '${A}'\nmax_headers = 'x'")
    assert codes(loaded) == ["W401", "E102"]


def test_a_placeholder_clashes_with_nothing(config: Config) -> None:
    assert config("[server]\nlisten = ['${A}', '127.0.0.1:8080']").ok


def test_a_secret_is_followed_by_its_position(config: Config) -> None:
    loaded = config(
        respond("${secret:S} and ${NAME}") + "\n[admin]\ntoken = 'literal'",
        environ={"S": "hidden", "NAME": "visible"},
    )
    assert loaded.secrets == {("routes", "r", "respond", "body"), ("admin", "token")}


def test_a_secret_that_a_later_layer_replaces_is_none(config: Config) -> None:
    config.write(gateway=f"version = 1\n{respond('${secret:S}')}", prod=respond("open"))
    assert config.load("gateway.toml", "prod.toml", environ={"S": "x"}).secrets == frozenset()


@pytest.mark.parametrize(
    "setting",
    [
        "[server]\nlisten = '${secret:S}'",
        "[server]\nheader_timeout = '${secret:S}'",
        "[server]\nmax_body_size = '${secret:S}'",
        "[server]\nworkers = '${secret:S}'",
        "[server]\nencoded_slashes = '${secret:S}'",
        "[server]\ntrusted_proxies = ['${secret:S}']",
        "[server]\nmax_headers = '${secret:S}'",
        "[admin]\nsocket_mode = '${secret:S}'",
        "[services.s]\ninstances = [{ id = 'a', url = '${secret:S}' }]",
        "[services.s]\nbuiltin = 'echo'\nload_balancer = '${secret:S}'",
        "[routes.r]\npath = '/'\nservice = '${secret:S}'",
        "[routes.r]\npath = '/'\nredirect = { to = '//${secret:S}' }",
        "[routes.r]\npath = '/'\nrespond = {}\nhosts = ['${secret:S}']\nmethods = ['${secret:S}']",
        "[routes.r]\npath = '/'\nrespond = { status = '${secret:S}', headers = { x = '${secret:S}' } }",
        "[transforms.t]\nrequest = { remove = ['${secret:S}'] }",
    ],
)
def test_no_diagnostic_shows_a_secret(config: Config, setting: str) -> None:
    loaded = config(setting, environ={"S": "hunter2 \x01"})
    assert not loaded.ok
    assert "hunter2" not in repr(loaded.diagnostics)


def test_nothing_is_recursive_and_nothing_is_searched_in_values(config: Config) -> None:
    assert body(config(respond("${A}"), environ={"A": "$${B} ${B}", "B": "x"})) == "$${B} ${B}"


def test_an_environment_is_never_looked_at_by_itself(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAYCTL_LOG__LEVEL", "debug")
    monkeypatch.setenv("NAME", "x")
    loaded = config(f"{ROUTE}[log]\nlevel = '${{NAME:-error}}'", environ={}, runtime=True)
    assert loaded.config is not None
    assert loaded.config.log.level == "error"
