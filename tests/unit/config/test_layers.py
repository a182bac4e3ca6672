"""Layers over each other, and where each value comes from."""

import pytest

from gatewayctl.config.merging import merged
from gatewayctl.core.diagnostics import Span
from tests.unit.config.conftest import ROUTE, Config, codes

BASE = 'version = 1\n[server]\nmax_headers = 50\nvia = "base"\n' + ROUTE


def test_a_later_layer_stands_above_an_earlier_one(config: Config) -> None:
    config.write(base=BASE, prod='[server]\nvia = "prod"')
    loaded = config.load("base.toml", "prod.toml")
    assert loaded.config is not None
    assert (loaded.config.server.via, loaded.config.server.max_headers) == ("prod", 50)
    assert loaded.origin("server", "via") == "prod.toml:2"
    assert loaded.origin("server", "max_headers") == "base.toml:3"


def test_each_layer_is_merged_with_its_own_includes_first(config: Config) -> None:
    config.write(
        base='version = 1\ninclude = ["conf/*.toml"]',
        conf__routes=ROUTE,
        prod='include = ["more.toml"]',
        more="[routes.r]\npriority = 5",
    )
    loaded = config.load("base.toml", "prod.toml")
    assert loaded.config is not None
    assert (loaded.config.routes["r"].priority, loaded.config.routes["r"].path) == (5, "/")
    assert loaded.origin("routes", "r", "priority") == "more.toml:2"


def test_two_layers_may_include_the_same_file(config: Config) -> None:
    config.write(base='version = 1\ninclude = ["r.toml"]', prod='include = ["r.toml"]', r=ROUTE)
    assert config.load("base.toml", "prod.toml").ok


def test_only_some_layer_needs_the_version(config: Config) -> None:
    config.write(base="[log]", prod="version = 1")
    assert config.load("base.toml", "prod.toml").ok


@pytest.mark.parametrize(
    ("below", "above", "result"),
    [
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": {"x": 1}}, {"a": 2}, {"a": 2}),
        ({"a": 1}, {"a": {"x": 1}}, {"a": {"x": 1}}),
        ({"auth": {"a": {"type": "x", "k": 1}}}, {"auth": {"a": {"type": "y"}}}, {"auth": {"a": {"type": "y"}}}),
        (
            {"auth": {"a": {"type": "x", "k": 1}}},
            {"auth": {"a": {"type": "x", "l": 2}}},
            {"auth": {"a": {"type": "x", "k": 1, "l": 2}}},
        ),
        (
            {"auth": {"a": {"type": "x", "k": 1}}},
            {"auth": {"a": {"l": 2}}},
            {"auth": {"a": {"type": "x", "k": 1, "l": 2}}},
        ),
        ({"routes": {"r": {"service": "s"}}}, {"routes": {"r": {"respond": {}}}}, {"routes": {"r": {"respond": {}}}}),
        (
            {"routes": {"r": {"split": [], "split_key": "path"}}},
            {"routes": {"r": {"service": "s"}}},
            {"routes": {"r": {"service": "s"}}},
        ),
        (
            {"routes": {"r": {"strip_prefix": "/a", "service": "s"}}},
            {"routes": {"r": {"rewrite": "/b"}}},
            {"routes": {"r": {"rewrite": "/b", "service": "s"}}},
        ),
        (
            {"services": {"s": {"builtin": "echo", "builtin_instances": 3, "tags": []}}},
            {"services": {"s": {"instances": []}}},
            {"services": {"s": {"instances": [], "tags": []}}},
        ),
        (
            {"services": {"s": {"instances": []}}},
            {"services": {"s": {"discovery": {"type": "dns"}}}},
            {"services": {"s": {"discovery": {"type": "dns"}}}},
        ),
        (
            {"routes": {"r": {"path": "/a"}}},
            {"routes": {"r": {"path_regex": "/b"}}},
            {"routes": {"r": {"path_regex": "/b"}}},
        ),
        ({"routes": 1}, {"routes": {"r": {"service": "s"}}}, {"routes": {"r": {"service": "s"}}}),
        ({"routes": {"r": 1}}, {"routes": {"r": {"service": "s"}}}, {"routes": {"r": {"service": "s"}}}),
    ],
)
def test_tables_merge_and_alternatives_exclude_each_other(below: dict, above: dict, result: dict) -> None:  # type: ignore[type-arg]
    assert merged(below, above) == result


def test_merging_changes_neither_side() -> None:
    below = {"routes": {"r": {"service": "s"}}}
    above = {"routes": {"r": {"respond": {}}}}
    merged(below, above)
    assert below == {"routes": {"r": {"service": "s"}}}
    assert above == {"routes": {"r": {"respond": {}}}}


def test_two_alternatives_in_one_layer_are_still_an_error(config: Config) -> None:
    config.write(base=BASE, prod="[routes.r]\nrespond = {}\nredirect = { to = '/' }")
    assert codes(config.load("base.toml", "prod.toml")) == ["E116"]


def test_places_are_those_of_the_layer_that_holds(config: Config) -> None:
    config.write(
        base="version = 1\n[services.s]\ninstances = [\n  { url = 'http://a' },\n  { url = 'http://b' },\n]",
        prod="[services.s]\ninstances = [{ url = 'http://c', weight = 2 }]",
    )
    loaded = config.load("base.toml", "prod.toml")
    assert loaded.span("services", "s", "instances", 0, "weight") == Span("prod.toml", 2, 43, 2, 44)
    assert loaded.span("services", "s", "instances", 1, "url") == Span("prod.toml", 2, 13, 2, 47)


def test_spans_point_at_values_keys_and_headers(config: Config) -> None:
    loaded = config('[server]\nvia = "x"\n[routes.r]\npath = "/"\nrespond = { body = "b" }\nheaders.x-a = "1"')
    assert loaded.span("server", "via") == Span("gateway.toml", 3, 7, 3, 10)
    assert loaded.key_span("server", "via") == Span("gateway.toml", 3, 1, 3, 4)
    assert loaded.span("server") == Span("gateway.toml", 2, 1, 2, 9)
    assert loaded.key_span("server") == Span("gateway.toml", 2, 2, 2, 8)
    assert loaded.key_span("routes", "r") == Span("gateway.toml", 4, 9, 4, 10)
    assert loaded.span("routes", "r", "respond", "body") == Span("gateway.toml", 6, 20, 6, 23)
    assert loaded.span("routes", "r", "headers", "x-a") == Span("gateway.toml", 7, 15, 7, 18)
    assert loaded.span("routes", "r", "headers") == Span("gateway.toml", 7, 1, 7, 8)


def test_a_place_that_is_not_written_is_the_nearest_table_around_it(config: Config) -> None:
    loaded = config("[server]\n[server.tls]", check_capabilities=False)
    assert loaded.span("server", "tls", "min_version") == loaded.span("server", "tls")
    assert loaded.span("server", "via") == loaded.span("server")
    assert loaded.span("log", "level") is None
    assert loaded.key_span("log") is None
    assert loaded.span() is None
    assert loaded.origin("log", "level") == "default"
    assert loaded.origin() == "default"


@pytest.mark.parametrize(
    "text",
    [
        "[services.s]\ninstances = [\n  { url = 'http://a' }, # one\n  # two\n  { url = 'http://b' },\n]",
        "[[services.s.instances]]\nurl = 'http://a'\n[[services.s.instances]]\nurl = 'http://b'",
        "services.s.instances = [{ url = 'http://a' }, { url = 'http://b' }]",
        "services = { s = { instances = [{ url = 'http://a' }, { url = 'http://b' }] } }",
        "[services]\n's'.instances = [{ url = 'http://a' }, { \"url\" = 'http://b' }]",
        '[services."\\u0073"]\ninstances = [{ url = \'http://a\' }, { url = """http://b""" }]',
    ],
)
def test_the_same_thing_written_in_other_ways_has_its_place(config: Config, text: str) -> None:
    loaded = config(text)
    assert loaded.ok, loaded.diagnostics
    span = loaded.span("services", "s", "instances", 1, "url")
    assert span is not None
    line = loaded.sources["gateway.toml"].split("\n")[span.line - 1]
    assert line[span.column - 1 : span.end_column - 1].strip("\"'") == "http://b"


def test_a_value_over_several_lines_ends_with_its_first(config: Config) -> None:
    loaded = config("[routes.r]\npath = '/'\nrespond = { body = '''\nlong\ntext''' }")
    assert loaded.span("routes", "r", "respond", "body") == Span("gateway.toml", 4, 20, 4, 23)


def test_a_header_with_a_comment_is_only_the_header(config: Config) -> None:
    assert config("[server] # here\nvia = 'x'").span("server") == Span("gateway.toml", 2, 1, 2, 9)


def test_positions_are_read_only_when_asked_for(config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    for name in [name for name in sys.modules if name.startswith(("tree_sitter", "gatewayctl.config.positions"))]:
        monkeypatch.delitem(sys.modules, name)
    loaded = config(ROUTE)
    assert loaded.ok
    assert "gatewayctl.config.positions" not in sys.modules
    assert loaded.span("routes", "r") is not None
    assert "gatewayctl.config.positions" in sys.modules
