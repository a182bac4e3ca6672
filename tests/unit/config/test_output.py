"""The effective configuration, written back."""

import json
import tomllib
from pathlib import Path

import pytest

from gatewayctl.config import Loaded, load, to_data, to_toml
from tests.unit.config.conftest import ROUTE, Config

REPOSITORY = Path(__file__).parents[3]
WHOLE = REPOSITORY / "tests" / "offline" / "config" / "whole-language.toml"


def again(loaded: Loaded, directory: Path) -> Loaded:
    (directory / "dumped.toml").write_text(to_toml(loaded, redact=False), encoding="utf-8")
    return load(["dumped.toml"], environ={}, directory=directory, check_capabilities=False)


@pytest.mark.parametrize("file", [WHOLE, REPOSITORY / "gateway.toml"], ids=lambda file: file.name)
def test_what_is_written_back_loads_to_the_same(file: Path, tmp_path: Path) -> None:
    loaded = load([file], environ={}, check_capabilities=False)
    assert loaded.config is not None, loaded.errors
    back = again(loaded, tmp_path)
    assert back.config == loaded.config.model_copy(update={"include": ()})
    assert to_toml(again(back, tmp_path), redact=False) == to_toml(loaded, redact=False)


def test_defaults_are_filled_in_and_units_canonical(config: Config) -> None:
    loaded = config('[server]\nheader_timeout = "90s"\nmax_body_size = "2048KiB"\n' + ROUTE)
    data = to_data(loaded)
    assert data["server"]["header_timeout"] == "1m30s"
    assert data["server"]["max_body_size"] == "2MiB"
    assert data["server"]["max_headers"] == 100
    assert data["defaults"]["timeout"] == "30s"
    assert data["services"]["s"]["load_balancer"] == "round_robin"


def test_what_is_not_set_is_left_out(config: Config) -> None:
    data = to_data(config(ROUTE))
    assert "timeout" not in data["routes"]["r"]
    assert "limits" not in data
    assert "include" not in data


def test_named_tables_come_in_the_order_of_their_names(config: Config) -> None:
    data = to_data(config('[services.b]\nbuiltin = "echo"\n[services.a]\nbuiltin = "echo"'))
    assert list(data["services"]) == ["a", "b"]


def test_it_is_toml_data(config: Config) -> None:
    data = to_data(config('[routes.r]\npath = "/"\nrespond = {}\ndeprecated = { since = 2026-06-01 }'))
    assert tomllib.loads(to_toml(config(ROUTE)))["version"] == 1
    assert json.dumps(data, default=str)


def test_paths_are_absolute(config: Config) -> None:
    data = to_data(config('[log]\naccess = "a.log"\n[server]\nlisten = "unix:run/g.sock"'))
    assert data["log"]["access"] == str(config.directory / "a.log")
    assert data["server"]["listen"] == [f"unix:{config.directory / 'run/g.sock'}"]


def test_words_that_are_no_paths_stay(config: Config) -> None:
    data = to_data(config('[log]\naccess = "off"\n[admin]\nlisten = "off"'))
    assert (data["log"]["access"], data["admin"]["listen"]) == ("off", "off")


def test_a_configuration_with_errors_has_no_effective_form(config: Config) -> None:
    with pytest.raises(ValueError, match="errors"):
        to_data(config("x = 1"))


def test_relative_paths_are_those_of_the_file_that_has_them(config: Config) -> None:
    config.write(
        gateway='version = 1\ninclude = ["conf/*.toml"]',
        conf__log='[log]\naccess = "../log/a.log"',
        conf__auth='[auth.ops]\ntype = "basic"\nusers_file = "users"',
        conf__tls='[server.tls.certificates.main]\ncert = "a.pem"\nkey = "/b.pem"',
        conf__zoo="[services.z]\ndiscovery = { type = 'zookeeper', hosts = 'h', path = '/a' }\n"
        "[services.f]\ndiscovery = { type = 'file', path = 'a' }",
    )
    data = to_data(config.load(check_capabilities=False))
    assert data["log"]["access"] == str(config.directory / "log/a.log")
    assert data["auth"]["ops"]["users_file"] == str(config.directory / "conf/users")
    assert data["server"]["tls"]["certificates"]["main"]["cert"] == str(config.directory / "conf/a.pem")
    assert data["server"]["tls"]["certificates"]["main"]["key"] == "/b.pem"
    assert data["services"]["z"]["discovery"]["path"] == "/a"
    assert data["services"]["f"]["discovery"]["path"] == str(config.directory / "conf/a")
