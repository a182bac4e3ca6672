"""JSON outputs are what their schemas say, whatever the command finds."""

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry

from tests.offline.cli.conftest import Ran

SCHEMAS = Path(__file__).parents[3] / "schemas"
_SHOP = "-c shop.toml --env-file secrets.env"

CASES = {
    "diagnostics": [
        f"validate {_SHOP}",
        "validate broken.toml",
        "validate unset.toml",
        "validate nowhere.toml",
        "validate broken.toml unset.toml nowhere.toml",
        "routes -c broken.toml",
        "services -c nowhere.toml",
        "route-test / -c broken.toml",
        "route-test no-path",
        "route-test / --env-file nowhere.env",
        "routes --stdin-filename x",
    ],
    "routes": [f"routes {_SHOP}", "routes -c minimal.toml", "routes -c unset.toml"],
    "services": [f"services {_SHOP}", "services -c minimal.toml"],
    "provenance": [
        f"dump --provenance {_SHOP}",
        "dump --provenance -c unset.toml",
        "dump --redact --provenance -c minimal.toml",
    ],
    "test": ["test minimal.test.toml", "test minimal.test.toml --filter home"],
    "options": ["option", "option timeout", "option auth.*", "option services.users.health.interval"],
    "explain": [
        f"explain http://api.example.com/api/users/42?v=7 -H x-channel:beta {_SHOP}",
        f"explain /admin --claim sub=u1 {_SHOP}",
        f"explain /nothing {_SHOP}",
        f"explain '/shop/..;/admin' {_SHOP}",
        f"explain /api/orders/7 POST --body-size 1MiB {_SHOP}",
    ],
    "route-test": [
        f"route-test http://api.example.com/api/users/42?utm_source=x {_SHOP}",
        f"route-test http://api.example.com/api/users/42?v=7 -H x-channel:beta {_SHOP}",
        f"route-test /admin {_SHOP}",
        f"route-test /shop/7 {_SHOP}",
        f"route-test /health {_SHOP}",
        f"route-test '*' OPTIONS {_SHOP}",
        f"route-test /nothing {_SHOP}",
        f"route-test /api/orders/7 DELETE {_SHOP}",
        f"route-test /api/orders/7 POST --body-size 1MiB {_SHOP}",
        f"route-test '/shop/..;/admin' {_SHOP}",
        f"route-test /%2F {_SHOP}",
        f"route-test /é {_SHOP}",
        f"route-test /hooks/hidden-path-7c1 -H x-signature:hidden-signature-7c1 {_SHOP}",
    ],
}


def _validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, registry=Registry())


@pytest.mark.parametrize(("name", "words"), [(name, words) for name, all_words in CASES.items() for words in all_words])
def test_the_output_is_what_its_schema_says(name: str, words: str, cli: Callable[..., Ran]) -> None:
    ran = cli(*shlex.split(words), "--format", "json")

    document = json.loads(ran.out)
    assert [error.message for error in _validator(name).iter_errors(document)] == []
    assert next(iter(document)) == "format_version"


@pytest.mark.parametrize("name", CASES)
def test_a_schema_refuses_what_is_not_its_output(name: str) -> None:
    assert not _validator(name).is_valid({"format_version": 1})
    assert not _validator(name).is_valid({})


def test_what_explain_shares_with_route_test_has_one_schema() -> None:
    shared, whole = _validator("route-test").schema, _validator("explain").schema

    assert whole["properties"].items() >= shared["properties"].items()
    assert whole["$defs"] == shared["$defs"]


def _data(ran: Ran) -> Any:
    return json.loads(ran.out)


def test_diagnostics_say_whether_all_is_well(cli: Callable[..., Ran]) -> None:
    good, bad = cli("validate", "unset.toml", "--format", "json"), cli("validate", "broken.toml", "--format", "json")

    assert (_data(good)["ok"], good.code) == (True, 0)
    assert (_data(bad)["ok"], bad.code) == (False, 2)
    assert _data(bad)["diagnostics"][0] == {
        "code": "E104",
        "severity": "error",
        "message": 'unknown load balancer "round-robin"',
        "file": "broken.toml",
        "line": 4,
        "column": 17,
        "end_line": 4,
        "end_column": 30,
        "label": "expected one of: round_robin, weighted, random, …",
        "help": 'did you mean "round_robin"?',
        "related": [],
    }


def test_an_error_of_any_command_is_json_where_json_was_asked_for(cli: Callable[..., Ran]) -> None:
    ran = cli("routes", "-c", "broken.toml", "--format", "json")

    assert (ran.code, ran.err) == (2, "")
    assert {diagnostic["code"] for diagnostic in _data(ran)["diagnostics"]} >= {"E101", "E104"}


def test_places_are_a_line_or_nobody(cli: Callable[..., Ran]) -> None:
    data = _data(cli("route-test", "/shop/7", "--json", "-c", "shop.toml", "--env-file", "secrets.env"))

    assert data["route"] == {"name": "all", "at": {"file": "shop.toml", "line": 58, "variable": None}}
    assert data["matched"]["priority_at"] is None


def test_a_setting_from_the_environment_names_its_variable(
    cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAYCTL_SERVER__MAX_BODY_SIZE", "2KiB")

    data = _data(cli("route-test", "/", "--json", "--env", "-c", "minimal.toml"))

    (limit,) = [step for step in data["steps"] if step["name"] == "max_body_size"]
    assert limit["at"] == {"file": None, "line": None, "variable": "GATEWAYCTL_SERVER__MAX_BODY_SIZE"}
    assert limit["does"] == ["bodies up to 2KiB pass"]


def test_steps_behind_one_that_answers_are_marked_as_not_reached(cli: Callable[..., Ran]) -> None:
    words = ["route-test", "/api/orders/7", "POST", "--body-size", "1MiB", "--json"]
    data = _data(cli(*words, "-c", "shop.toml", "--env-file", "secrets.env"))

    assert {step["name"]: step["reached"] for step in data["steps"] if step["phase"] in ("admit", "forward")} == {
        "max_body_size": True,
        "forward": False,
    }


def test_where_the_output_is_not_utf_8_json_is_ascii(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")

    ran = cli("validate", "broken.toml", "--format", "json")

    assert ran.out.isascii()
    assert _data(ran)["diagnostics"][0]["label"].endswith("…")
