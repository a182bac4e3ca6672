"""What the cases exercise of a configuration, and what not."""

from pathlib import Path

from gatewayctl.routetest.suite.coverage import coverage
from tests.unit.routetest.suite.stage import compiled


def test_routes_and_the_policies_they_use_are_covered(tmp_path: Path) -> None:
    found = coverage(*compiled(tmp_path), ["user", "user", ""])

    assert {(item.section, item.name): item.met for item in found.items} == {
        ("routes", "user"): True,
        ("routes", "hello"): False,
        ("routes", "old"): False,
        ("transforms", "edits"): True,
    }
    assert [str(item.at) for item in found.missing] == ["gateway.toml:14", "gateway.toml:17"]
    assert found.percent == 50


def test_a_policy_without_a_case_is_missing(tmp_path: Path) -> None:
    found = coverage(*compiled(tmp_path), ["hello", "old"])

    assert [(item.section, item.name) for item in found.missing] == [("routes", "user"), ("transforms", "edits")]


def test_a_default_policy_is_met_by_any_route_that_does_not_leave_it_out(tmp_path: Path) -> None:
    text = """
version = 1
[defaults]
transform = "t"
[transforms.t]
request = { remove = ["x"] }
[routes.a]
path = "/a"
transform = "none"
respond = {}
[routes.b]
path = "/b"
respond = {}
"""
    ready = compiled(tmp_path, text)

    assert [item.met for item in coverage(*ready, ["a"]).of(routes=False)] == [False]
    assert [item.met for item in coverage(*ready, ["b"]).of(routes=False)] == [True]


def test_nothing_to_cover_is_covered(tmp_path: Path) -> None:
    assert coverage(*compiled(tmp_path, "version = 1\n"), []).percent == 100


def test_a_limit_that_a_consumer_has_of_its_own_is_met_where_it_has_counted(tmp_path: Path) -> None:
    text = """
version = 1
[routes.a]
path = "/a"
auth = "keys"
limits = ["usual"]
respond = {}
[auth.keys]
type = "api_key"
header = "x-api-key"
[consumers.acme]
limits = ["gold"]
[limits.usual]
algorithm = "fixed_window"
limit = 1
window = "1s"
key = "consumer"
[limits.gold]
algorithm = "fixed_window"
limit = 1
window = "1s"
key = "consumer"
"""
    ready = compiled(tmp_path, text)

    assert [item.name for item in coverage(*ready, ["a"], ["usual"]).missing] == ["gold"]
    assert coverage(*ready, ["a"], ["usual", "gold"]).missing == []
