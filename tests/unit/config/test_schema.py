"""The JSON Schema: current, sound, and of the same mind as the loader."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from gatewayctl.config import schema as made_schema
from gatewayctl.config import schema_text, write_schema
from tests.unit.config.conftest import Config

REPOSITORY = Path(__file__).parents[3]
CURRENT = REPOSITORY / "schemas" / "gateway.schema.json"
WHOLE = REPOSITORY / "tests" / "offline" / "config" / "whole-language.toml"
GATEWAY = REPOSITORY / "gateway.toml"


@cache
def schema() -> dict[str, Any]:
    """Making it takes a moment, so it is made once."""
    return made_schema()


def as_json(text: str) -> Any:
    """TOML as an editor checks it: dates are strings."""
    return json.loads(json.dumps(tomllib.loads(text), default=str))


def problems(text: str) -> list[str]:
    return [error.json_path for error in Draft202012Validator(schema()).iter_errors(as_json(text))]


def test_the_file_in_the_repository_is_current() -> None:
    """Made anew by: python -c "from pathlib import Path; from gatewayctl.config import write_schema;
    write_schema(Path('schemas/gateway.schema.json'))"
    """
    assert CURRENT.read_text(encoding="utf-8") == schema_text()


def test_it_is_written_as_it_is_made(tmp_path: Path) -> None:
    write_schema(tmp_path / "s.json")
    assert json.loads((tmp_path / "s.json").read_text(encoding="utf-8")) == schema()


def test_it_is_a_sound_schema() -> None:
    Draft202012Validator.check_schema(schema())


@pytest.mark.parametrize("file", [WHOLE, GATEWAY], ids=lambda file: file.name)
def test_it_takes_what_is_right(file: Path) -> None:
    assert problems(file.read_text(encoding="utf-8")) == []


def test_the_example_has_every_key_of_the_language() -> None:
    data = tomllib.loads(WHOLE.read_text(encoding="utf-8"))
    used: set[str] = set()
    _use(schema(), data, used)
    missing = {
        f"{name}.{key}" for name, table in schema()["$defs"].items() for key in table.get("properties", {})
    } - used
    assert missing == set()


def _use(form: dict[str, Any], data: Any, used: set[str], name: str = "") -> None:
    """Walks data beside the schema and notes which properties of which definitions it has."""
    definitions = schema()["$defs"] if "$defs" not in form else form["$defs"]
    for part in [form, *form.get("anyOf", []), *form.get("oneOf", [])]:
        if "$ref" in part:
            target = part["$ref"].rpartition("/")[2]
            kind = definitions[target].get("properties", {}).get("type", {}).get("const")
            if kind is None or (isinstance(data, dict) and data.get("type") == kind):
                _use({**definitions[target], "$defs": definitions}, data, used, target)
        elif isinstance(data, dict):
            for key, value in data.items():
                below = part.get("properties", {}).get(key, part.get("additionalProperties"))
                if isinstance(below, dict):
                    if name and key in part.get("properties", {}):
                        used.add(f"{name}.{key}")
                    _use({**below, "$defs": definitions}, value, used, "")
        elif isinstance(data, list) and "items" in part:
            for item in data:
                _use({**part["items"], "$defs": definitions}, item, used, "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "version = 2",
        "version = 1\nsever = {}",
        "version = 1\n[server]\nlisen = '127.0.0.1:80'",
        "version = 1\n[server]\nlisten = 8080",
        "version = 1\n[server]\nlisten = ':8080'",
        "version = 1\n[server]\nlisten = []",
        "version = 1\n[server]\nheader_timeout = 5",
        "version = 1\n[server]\nheader_timeout = '5'",
        "version = 1\n[server]\nmax_body_size = '1M'",
        "version = 1\n[server]\nworkers = 'many'",
        "version = 1\n[server]\nencoded_slashes = 'decode'",
        "version = 1\n[log]\nsample = 2",
        "version = 1\n[log]\nlevel = 'loud'",
        "version = 1\n[services.Users]\nbuiltin = 'echo'",
        "version = 1\n[services.none]\nbuiltin = 'echo'",
        "version = 1\n[services.s]\nload_balancer = 'round-robin'",
        "version = 1\n[services.s]\ninstances = [{ id = 'a' }]",
        "version = 1\n[services.s]\ninstances = [{ url = 'ftp://a' }]",
        "version = 1\n[services.s]\ninstances = 'http://a'",
        "version = 1\n[services.s]\ndiscovery = { type = 'dns' }",
        "version = 1\n[services.s]\ndiscovery = { type = 'etcd', name = 'x' }",
        "version = 1\n[routes.r]\nmethods = 'GET'",
        "version = 1\n[routes.r]\nmethods = ['get']",
        "version = 1\n[routes.r]\nstrip_prefix = false",
        "version = 1\n[routes.r]\nredirect = { status = 308 }",
        "version = 1\n[routes.r]\nredirect = { to = '/', status = 200 }",
        "version = 1\n[routes.r]\ndeprecated = { sunset = true }",
        "version = 1\n[auth.a]\ntype = 'jwt'",
        "version = 1\n[auth.a]\ntype = 'magic'",
        "version = 1\n[auth.a]\ntype = 'mtls'\nheader = 'x'",
        "version = 1\n[limits.l]\nalgorithm = 'sliding_window'",
        "version = 1\n[limits.l]\nalgorithm = 'sliding_window'\nlimit = 0\nwindow = '1m'",
        "version = 1\n[limits.l]\nalgorithm = 'concurrency'\nlimit = 1\nkey = 'ip'",
        "version = 1\n[consumers.c]\napi_keys = ['plain']",
        "version = 1\n[access.a]\nallow = ['everyone']",
        "version = 1\n[cors.c]\norigins = []",
        "version = 1\n[transforms.t]\nrequest = { set = { 'x y' = '1' } }",
        "version = 1\n[transforms.t]\nrequest = { set = { x = 1 } }",
    ],
)
def test_it_refuses_what_is_wrong_as_the_loader_does(config: Config, text: str) -> None:
    assert problems(text) != []
    config.write(gateway=text)
    assert not config.load(check_capabilities=False).ok


@pytest.mark.parametrize(
    "setting",
    [
        "[server]\nlisten = '${L}'",
        "[server]\nlisten = ['${L}', '127.0.0.1:${P}']",
        "[server]\nworkers = '${N}'",
        "[server]\nmerge_slashes = '${B}'",
        "[server]\nmax_body_size = '${S:-1MiB}'",
        "[server]\nencoded_slashes = '${E}'",
        "[server]\ntrusted_proxies = '${T}'",
        "[log]\nsample = '${S}'",
        "[services.s]\ninstances = [{ url = '${U}', weight = '${W}' }]",
        "[routes.r]\nservice = '${S}'\nmethods = ['${M}']\nenabled = '${E}'",
        "[admin]\ntoken = '${file:token}'",
    ],
)
def test_a_variable_may_stand_where_a_value_has_another_form(setting: str) -> None:
    assert problems(f"version = 1\n{setting}") == []


def test_nothing_in_it_is_null() -> None:
    assert '"null"' not in schema_text()


def test_every_setting_says_what_it_is() -> None:
    for name, table in {**schema()["$defs"], "root": schema()}.items():
        assert table["description"]
        for key, form in table.get("properties", {}).items():
            assert form.get("description"), f"{name}.{key}"


def test_defaults_are_written_as_in_a_file() -> None:
    server = schema()["$defs"]["ServerConfig"]["properties"]
    assert server["listen"]["default"] == ["127.0.0.1:8080"]
    assert server["max_body_size"]["default"] == "1MiB"
    assert server["keepalive_timeout"]["default"] == "1m5s"
    assert schema()["$defs"]["BreakerConfig"]["properties"]["failure_statuses"]["default"] == ["502-504"]


def test_every_default_fits_its_own_form() -> None:
    for path, form in _with(schema(), "default"):
        whole = {**form, "$defs": schema()["$defs"]}
        assert Draft202012Validator(whole).is_valid(form["default"]), path


def test_every_example_fits_its_own_form() -> None:
    for path, form in _with(schema(), "examples"):
        whole = {**form, "$defs": schema()["$defs"]}
        for example in form["examples"]:
            assert Draft202012Validator(whole).is_valid(example), f"{path}: {example}"


def _with(form: Any, key: str, path: str = "$") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(form, dict):
        if key in form and path.rpartition(".")[2] != "properties":
            yield path, form
        for name, below in form.items():
            if name not in ("default", "examples"):
                yield from _with(below, key, f"{path}.{name}")


TAPLO = shutil.which("taplo", path=os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", ""))))


@pytest.mark.skipif(TAPLO is None, reason="taplo is not installed")
@pytest.mark.parametrize(
    ("text", "good"),
    [
        (GATEWAY.read_text(encoding="utf-8"), True),
        (WHOLE.read_text(encoding="utf-8"), True),
        ("version = 1\n[server]\nlisen = '127.0.0.1:80'\n", False),
        ("version = 1\n[services.s]\nload_balancer = 'round-robin'\n", False),
        ("version = 1\n[server]\nheader_timeout = 5\n", False),
    ],
)
def test_an_editor_backend_agrees(text: str, good: bool, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(text.partition("\n")[2] if text.startswith("#:schema") else text, encoding="utf-8")
    command = [str(TAPLO), "check", "--schema", CURRENT.as_uri(), str(file)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=tmp_path, check=False)
    assert (done.returncode == 0) is good, done.stderr
