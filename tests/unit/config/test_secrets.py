"""Secrets are masked by their position: in snippets, in dumps, in everything that is said."""

import pytest

from gatewayctl.config import to_data, to_toml
from gatewayctl.core.snippet import render
from tests.unit.config.conftest import Config

SECRET = "hunter2"


def shown(config: Config, text: str, **options: object) -> str:
    """Everything that could be shown of a file."""
    loaded = config(text, **options)
    return "\n".join([*dict(loaded.sources).values(), *(render(d, loaded.sources) for d in loaded.diagnostics)])


@pytest.mark.parametrize(
    "text",
    [
        f'[admin]\ntoken = "{SECRET}"',
        f"[admin]\ntoken = '{SECRET}'",
        f"[admin]\ntoken = '''\n{SECRET}\n{SECRET}'''",
        f'admin = {{ token = "{SECRET}" }}',
        f'admin.token = "{SECRET}"',
        f'[admin]\n"token" = "{SECRET}" # the token',
        f'[admin]\ntoken = "${{secret:X:-{SECRET}}}"',
        f'[admin]\ntoken = "{SECRET}${{secret:X:-}}"',
        f'[services.s]\ndiscovery = {{ type = "consul", name = "s", token = "{SECRET}" }}',
        f'[auth.j]\ntype = "jwt"\nsecret = "{SECRET}"',
        f'[stores.s]\nurl = "redis://u:{SECRET}@h:1/0"',
        f'[stores.s]\nurl = "redis://{SECRET}@h"',
        f'[tracing]\nendpoint = "http://u:{SECRET}@h"',
        f'[services.s]\ninstances = [{{ url = "http://u:{SECRET}@h" }}]',
        f'[consumers.c]\napi_keys = ["{SECRET}", "{SECRET}"]',
        f'[routes.r]\npath = "/"\nrespond = {{ body = "${{secret:X:-{SECRET}}} and more" }}',
    ],
)
def test_no_text_for_snippets_holds_a_secret(config: Config, text: str) -> None:
    assert SECRET not in shown(config, text)
    assert SECRET not in shown(config, f"{text}\n[log]\nlevel = 1")


@pytest.mark.parametrize(
    "text",
    [
        f"[admin]\ntoken = {SECRET}",
        f'[admin]\ntoken = "{SECRET}',
        f'[admin]\ntoken = "{SECRET}"\nx = [',
        f'[admin]\ntoken = "{SECRET}"\ntoken = "{SECRET}"',
        f'admin = {{ token = "{SECRET}" ',
        f'[auth.j]\nsecret = "{SECRET}" oops',
        f'[stores.s]\nurl = "redis://u:{SECRET}@h"\n[',
        f'[consumers.c]\napi_keys = ["{SECRET}"\n',
        f'[consumers.c]\napi_keys = [\n"{SECRET}"\n',
        f'[admin]\ntoken = """\n{SECRET}\n"""\nx = [',
        f'[admin]\ntoken = """\n{SECRET}',
        f"[admin]\ntoken = '''\n{SECRET}\n",
        f'[admin\ntoken = "{SECRET}"',
        f'"admin"."token" = "{SECRET}',
    ],
)
def test_no_broken_text_shows_a_secret(config: Config, text: str) -> None:
    loaded = config(text)
    assert not loaded.ok
    assert SECRET not in shown(config, text)


def test_masking_keeps_every_place_where_it_is(config: Config) -> None:
    loaded = config('[admin]\ntoken = "ä😀x" # here\nlisten = 1')
    text = loaded.sources["gateway.toml"]
    assert text.split("\n")[1:3] == ["[admin]", 'token = "*******" # here']
    assert str(loaded.diagnostics[0].span) == "gateway.toml:4:10"


def test_what_says_where_a_secret_is_stays_readable(config: Config) -> None:
    loaded = config('[admin]\ntoken = "${secret:ADMIN_TOKEN}"')
    assert "${secret:ADMIN_TOKEN}" in loaded.sources["gateway.toml"]


def test_a_text_without_secrets_is_shown_as_it_is(config: Config) -> None:
    text = '[routes.r]\npath = "/token"\nrespond = { body = "token = 5 and http://h" }'
    assert config(text).sources["gateway.toml"] == f"version = 1\n{text}"


def test_the_texts_are_those_of_all_files(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["a.toml"]', a="[log]")
    assert set(config.load().sources) == {"gateway.toml", "a.toml"}
    assert len(config.load().sources) == 2


def test_a_dump_masks_what_is_secret_and_nothing_else(config: Config) -> None:
    loaded = config(
        f'[admin]\ntoken = "{SECRET}"\n[stores.s]\nurl = "redis://u:{SECRET}@h:1/0"\n[services.s]\nbuiltin = "echo"\n'
        '[routes.r]\npath = "/"\nrespond = { body = "${secret:B}", headers = { x-a = "${V}" } }\n'
        f'[routes.q]\npath = "/q"\nrespond = {{ body = "{SECRET} is only a word here" }}\n'
        f'[consumers.c]\napi_keys = ["sha256:{"a" * 64}"]',
        environ={"B": SECRET, "V": "visible"},
        check_capabilities=False,
    )
    data = to_data(loaded)
    assert data["admin"]["token"] == "***"
    assert data["stores"]["s"]["url"] == "redis://***@h:1/0"
    assert data["routes"]["r"]["respond"]["body"] == "***"
    assert data["routes"]["r"]["respond"]["headers"] == {"x-a": "visible"}
    assert data["routes"]["q"]["respond"]["body"] == f"{SECRET} is only a word here"
    assert data["consumers"]["c"]["api_keys"] == ["***"]
    assert to_data(loaded, redact=False)["admin"]["token"] == SECRET


def test_an_empty_token_is_shown_as_empty(config: Config) -> None:
    assert to_data(config(""))["admin"]["token"] == ""


def test_a_secret_that_became_a_list_is_masked_whole(config: Config) -> None:
    loaded = config('[server]\ntrusted_proxies = "${secret:P}"', environ={"P": "10.0.0.0/8,unix"})
    assert to_data(loaded)["server"]["trusted_proxies"] == "***"


def test_a_placeholder_is_dumped_as_it_is_written(config: Config) -> None:
    loaded = config('[server]\nmax_headers = "${N}"\n[admin]\ntoken = "${secret:T}"')
    assert to_data(loaded)["server"]["max_headers"] == "${N}"
    assert 'token = "${secret:T}"' in to_toml(loaded)


def test_the_models_do_not_show_secrets_either(config: Config) -> None:
    loaded = config(
        f'[admin]\ntoken = "{SECRET}"\n[stores.s]\nurl = "redis://u:{SECRET}@h"\n'
        f'[auth.j]\ntype = "jwt"\nalgorithms = ["HS256"]\nissuer = "any"\naudience = "any"\nsecret = "{SECRET * 5}"',
        check_capabilities=False,
    )
    assert loaded.ok
    assert SECRET not in repr(loaded.config)
    assert SECRET not in repr(loaded)
