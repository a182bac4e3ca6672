"""The layer above all files: GATEWAYCTL_<SECTION>__<KEY>."""

import os
from typing import Any

import pytest

from gatewayctl.config import Loaded
from tests.unit.config.conftest import ROUTE, Config, codes, only


def load(config: Config, text: str = "", **environ: str) -> Loaded:
    return config(text, environ=environ, environment_layer=True)


@pytest.mark.parametrize(
    ("name", "value", "path", "read"),
    [
        ("GATEWAYCTL_SERVER__MAX_HEADERS", "7", "server.max_headers", 7),
        ("GATEWAYCTL_SERVER__MERGE_SLASHES", "true", "server.merge_slashes", True),
        ("GATEWAYCTL_SERVER__MAX_BODY_SIZE", "2MiB", "server.max_body_size", 2 << 20),
        ("GATEWAYCTL_SERVER__VIA", '"edge"', "server.via", "edge"),
        ("GATEWAYCTL_SERVER__VIA", "edge", "server.via", "edge"),
        ("GATEWAYCTL_SERVER__VIA", "8", "server.via", "8"),
        ("GATEWAYCTL_SERVER__TRUSTED_PROXIES", "10.0.0.0/8,unix", "server.trusted_proxies", ("10.0.0.0/8", "unix")),
        ("GATEWAYCTL_SERVER__TRUSTED_PROXIES", '["unix"]', "server.trusted_proxies", ("unix",)),
        ("GATEWAYCTL_SERVER__TRUSTED_PROXIES", "unix", "server.trusted_proxies", ("unix",)),
        ("GATEWAYCTL_METRICS__BUCKETS", "0.1, 1, 10", "metrics.buckets", (0.1, 1.0, 10.0)),
        ("GATEWAYCTL_METRICS__ENABLED", "false", "metrics.enabled", False),
        ("GATEWAYCTL_LOG__SAMPLE", "1", "log.sample", 1.0),
        ("GATEWAYCTL_LOG__LEVEL", "debug", "log.level", "debug"),
        ("GATEWAYCTL_TRACING__SERVICE_NAME", "true", "tracing.service_name", "true"),
        ("gatewayctl_LOG__LEVEL", "debug", "log.level", "info"),
    ],
)
def test_a_variable_sets_a_value(config: Config, name: str, value: str, path: str, read: Any) -> None:
    loaded = load(config, **{name: value})
    assert loaded.config is not None, loaded.diagnostics
    section, key = path.split(".")
    assert getattr(getattr(loaded.config, section), key) == read


def test_the_environment_stands_above_the_files_and_says_so(config: Config) -> None:
    loaded = load(config, '[log]\nlevel = "error"\nquery = "off"', GATEWAYCTL_LOG__LEVEL="debug")
    assert loaded.config is not None
    assert loaded.config.log.level == "debug"
    assert loaded.origin("log", "level") == "environment GATEWAYCTL_LOG__LEVEL"
    assert loaded.origin("log", "query") == "gateway.toml:4"
    assert loaded.origin("log", "sample") == "default"


def test_a_key_may_be_several_tables_down(config: Config) -> None:
    loaded = load(config, GATEWAYCTL_SERVER__TLS__MIN_VERSION="1.1")
    assert codes(loaded) == ["E104"]
    wrong = next(d for d in loaded.diagnostics if d.code == "E104")
    assert loaded.sources["environment"] == "GATEWAYCTL_SERVER__TLS__MIN_VERSION=1.1"
    assert str(wrong.span) == "environment:1:37"


def test_it_is_looked_at_only_when_asked_for_or_serving(config: Config) -> None:
    environ = {"GATEWAYCTL_LOG__LEVEL": "debug"}
    levels = [
        loaded.config.log.level if loaded.config else None
        for loaded in (config("", environ=environ), config("", environ=environ, runtime=True))
    ]
    assert levels == ["info", "debug"]


@pytest.mark.parametrize("name", ["GATEWAYCTL_CONFIG", "GATEWAYCTL_FORMAT", "GATEWAYCTL_", "OTHER__LOG__LEVEL"])
def test_other_variables_are_none_of_its_business(config: Config, name: str) -> None:
    assert load(config, **{name: "x"}).diagnostics == ()


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("GATEWAYCTL_SERVER__LISEN", 'did you mean "listen"?'),
        ("GATEWAYCTL_SERVR__LISTEN", 'did you mean "server"?'),
        ("GATEWAYCTL_ROUTES__A__PATH", "only server, admin, log, metrics, tracing can be set by variables"),
        ("GATEWAYCTL_DEFAULTS__TIMEOUT", "only server, admin, log, metrics, tracing can be set by variables"),
        ("GATEWAYCTL_LOG__", "known in log: level, format, access, access_format, query, sample"),
        ("GATEWAYCTL_SERVER__LISTEN__0", "known in server.listen: nothing"),
    ],
)
def test_an_unknown_setting_is_an_error_with_a_way_out(config: Config, name: str, help: str) -> None:
    error = only(load(config, **{name: "x"}))
    assert (error.code, error.help) == ("E404", help)
    assert str(error.span) == "environment:1:1"


def test_a_wrong_value_is_an_error_in_the_environment(config: Config) -> None:
    error = only(load(config, GATEWAYCTL_LOG__LEVEL="loud", GATEWAYCTL_ADMIN__LISTEN="127.0.0.1:1"))
    assert str(error.span) == "environment:2:23"
    assert load(config, GATEWAYCTL_LOG__LEVEL="loud").sources["environment"] == "GATEWAYCTL_LOG__LEVEL=loud"


def test_a_relative_path_is_relative_to_the_working_directory(config: Config) -> None:
    config.write(sub__gateway="version = 1")
    environ = {"GATEWAYCTL_LOG__ACCESS": "log/access.log", "GATEWAYCTL_ADMIN__LISTEN": "unix:run/admin.sock"}
    loaded = config.load("sub/gateway.toml", environ=environ, environment_layer=True)
    assert loaded.config is not None
    assert loaded.config.log.access == str(config.directory / "log/access.log")
    assert loaded.config.admin.listen is not None
    assert loaded.config.admin.listen.path == str(config.directory / "run/admin.sock")


def test_a_secret_in_the_environment_is_never_shown(config: Config) -> None:
    loaded = load(config, GATEWAYCTL_ADMIN__TOKEN="hunter2", GATEWAYCTL_TRACING__ENDPOINT="ftp://u:hunter2@h")
    assert not loaded.ok
    assert ("admin", "token") in loaded.secrets
    assert "hunter2" not in repr(loaded.diagnostics) + repr(dict(loaded.sources))


def test_variables_in_the_environment_layer_are_left_as_they_are(config: Config) -> None:
    loaded = load(config, GATEWAYCTL_TRACING__SERVICE_NAME="${HOME}", HOME="x")
    assert loaded.config is not None
    assert loaded.config.tracing.service_name == "${HOME}"


def test_a_value_over_several_lines_is_one_line_of_the_environment(config: Config) -> None:
    error = only(load(config, GATEWAYCTL_SERVER__VIA="a\nb"))
    assert str(error.span) == "environment:1:24"


def test_a_variable_that_is_not_utf_8_is_an_error(config: Config) -> None:
    odd = os.fsdecode(b"\xff")
    assert codes(load(config, GATEWAYCTL_SERVER__VIA=odd)) == ["E405"]
    assert codes(config("[log]\nlevel = '${ODD}'", environ={"ODD": odd}))[0] == "E405"


def test_a_table_in_a_variable_is_taken(config: Config) -> None:
    loaded = load(config, ROUTE, GATEWAYCTL_SERVER__TLS="{ min_version = '1.3' }")
    assert loaded.config is not None
    assert loaded.config.server.tls is not None
    assert loaded.config.server.tls.min_version == "1.3"


def test_a_changed_environment_changes_the_digest(config: Config) -> None:
    assert load(config, GATEWAYCTL_LOG__LEVEL="debug").digest != load(config, GATEWAYCTL_LOG__LEVEL="info").digest
