"""Where each value of the effective configuration came from, and that the dump with places is the dump."""

import tomllib
from pathlib import Path

from gatewayctl.config import Loaded, load, to_data
from gatewayctl.config.provenance import place_of, to_toml_with_places, values

BASE = """
version = 1
include = ["parts/*.toml"]
[services.a]
instances = [{ url = "http://10.0.0.1:1", metadata = { zone = "a" } }, { url = "http://${HOST:-b}:2" }]
[routes.r]
path = "/r"
headers = { "x.y" = "1" }
service = "a"
"""
PART = '[log]\nlevel = "warning"\n'
OVER = '[routes.r]\ntimeout = "2s"\n'


def _loaded(directory: Path) -> Loaded:
    (directory / "parts").mkdir()
    for name, text in {"base": BASE, "parts/log": PART, "over": OVER}.items():
        (directory / f"{name}.toml").write_text(text)
    environ = {"GATEWAYCTL_SERVER__MAX_HEADERS": "50"}
    loaded = load(["base.toml", "over.toml"], environ=environ, environment_layer=True, directory=directory)
    assert loaded.ok, loaded.diagnostics
    return loaded


def test_each_layer_include_and_variable_is_named(tmp_path: Path) -> None:
    said = {found.path: place_of(found) for found in values(_loaded(tmp_path))}

    assert said[("version",)] == "base.toml:2"
    assert said[("log", "level")] == "parts/log.toml:2"
    assert said[("routes", "r", "timeout")] == "over.toml:2"
    assert said[("routes", "r", "path")] == "base.toml:7"
    assert said[("server", "max_headers")] == "environment GATEWAYCTL_SERVER__MAX_HEADERS"
    assert said[("server", "workers")] == "default"
    assert said[("services", "a", "instances", 1, "url")] == 'base.toml:5, "http://${HOST:-b}:2"'


def test_the_comments_change_nothing(tmp_path: Path) -> None:
    loaded = _loaded(tmp_path)

    assert tomllib.loads(to_toml_with_places(loaded)) == to_data(loaded)
