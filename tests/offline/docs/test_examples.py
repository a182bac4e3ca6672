"""The examples are valid, and their requests go where their pages say."""

import json
import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.cli import main
from tests.offline.docs.pages import ROOT, text

EXAMPLES = ROOT / "examples"
NEED_CERTIFICATES = {"mutual-tls"}
"""What they name is made by whoever tries them."""
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())

Ask = Callable[..., dict[str, Any]]


@pytest.fixture(autouse=True)
def nothing_inherited(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the files count."""
    for name in os.environ:
        if name.startswith("GATEWAYCTL_") or name in ("ADMIN_TOKEN", "USERS_HOST", "ORDERS_HOST"):
            monkeypatch.delenv(name)


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str]) -> Ask:
    """``route-test`` on an example, as data."""

    def run(example: str, *arguments: str, layers: tuple[str, ...] = ("gateway.toml",)) -> dict[str, Any]:
        files = [word for layer in layers for word in ("-c", str(EXAMPLES / example / layer))]
        main(["route-test", *arguments, *files, "--json"])
        data: dict[str, Any] = json.loads(capsys.readouterr().out)
        return data

    return run


def _goes_to(data: dict[str, Any]) -> tuple[str, str]:
    return data["route"]["name"], data["sent"]["service"]


def test_every_directory_has_its_page_and_its_line_in_the_list() -> None:
    listed = text(EXAMPLES / "README.md")

    assert [name for name in NAMES if f"]({name}/README.md)" not in listed] == []
    assert [name for name in NAMES if not (EXAMPLES / name / "gateway.toml").is_file()] == []


@pytest.mark.parametrize("name", NAMES)
def test_it_validates_without_a_note(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    values = [word for file in (EXAMPLES / name).glob("*.env") for word in ("--env-file", str(file))]
    strict = [] if name in NEED_CERTIFICATES else ["--strict", *values]
    assert main(["validate", *strict, str(EXAMPLES / name / "gateway.toml")]) == 0
    assert ": valid, " in capsys.readouterr().out


@pytest.mark.parametrize("name", NAMES)
def test_its_schema_line_leads_to_the_schema(name: str) -> None:
    first = text(EXAMPLES / name / "gateway.toml").split("\n")[0]

    assert (EXAMPLES / name / first.removeprefix("#:schema ")).resolve() == ROOT / "schemas" / "gateway.schema.json"


def _cases() -> list[Any]:
    return [
        pytest.param(path.parent.name, case, id=f"{path.parent.name}: {case['name']}")
        for path in sorted(EXAMPLES.glob("*/*.test.toml"))
        for case in tomllib.loads(path.read_text())["case"]
    ]


def test_every_example_has_route_tests() -> None:
    assert {param.values[0] for param in _cases()} == set(NAMES)


@pytest.mark.parametrize(("name", "case"), _cases())
def test_its_route_tests_hold(ask: Ask, name: str, case: dict[str, Any]) -> None:
    method, _, target = case["request"].partition(" ")
    headers = [word for field, value in case.get("headers", {}).items() for word in ("-H", f"{field}: {value}")]
    asker = ["--client-ip", case["client_ip"]] if "client_ip" in case else []
    data = ask(name, target, method, *headers, *asker)
    expected = case["expect"]
    sent, answered, matched = (data.get(key) or {} for key in ("sent", "answered", "matched"))
    seen = {
        "route": (data.get("route") or {}).get("name"),
        "service": sent.get("service"),
        "upstream_path": sent.get("path"),
        "params": matched.get("params"),
        "status": answered.get("status", data.get("status")),
        "limits": sorted(
            words.partition(":")[0]
            for step in data["steps"]
            if step["name"] in ("limits", "identity_limits")
            for words in step["does"]
            if ": " in words
        ),
    }
    assert {key: seen[key] for key in expected} == expected


def test_first_steps(ask: Ask) -> None:
    hello = ask("first-steps", "/hello/world")

    assert _goes_to(hello) == ("hello", "hello")
    assert hello["matched"]["params"] == {"name": "world"}
    assert [instance["id"] for instance in hello["sent"]["instances"]] == ["hello-1", "hello-2"]
    assert ask("first-steps", "/")["answered"]["body"] == "Try /hello/world\n"
    refused = ask("first-steps", "/hello/world", "POST")
    assert (refused["status"], refused["allow"]) == (405, ["GET", "HEAD"])


def test_a_prefix_is_taken_off(ask: Ask) -> None:
    users = ask("path-rewriting", "/v1/users/7")

    assert (users["route"]["name"], users["sent"]["path"]) == ("users", "/users/7")


def test_a_path_is_made_anew(ask: Ask) -> None:
    photo = ask("path-rewriting", "/photos/2026/cat.jpg?size=small&utm_source=mail")["sent"]

    assert f"{photo['path']}?{photo['query']}" == "/media/cat?size=small&format=jpg&year=2026"
    assert f"`{photo['path']}?{photo['query']}`" in text(EXAMPLES / "path-rewriting" / "README.md")


def test_a_redirect_keeps_the_query(ask: Ask) -> None:
    old = ask("path-rewriting", "/users/7?full=1")["answered"]

    assert (old["status"], old["headers"]) == (308, [{"name": "Location", "value": "/v1/users/7?full=1"}])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("/basket",), ("shop", "shop")),
        (("/basket", "-H", "X-Version: next"), ("shop-next", "shop-next")),
        (("/admin/users",), ("admin", "admin")),
        (("/admin",), ("admin", "admin")),
        (("/administration",), ("shop", "shop")),
        (("/admin/users", "-H", "X-Version: next"), ("admin", "admin")),
        (("/users", "--host", "admin.example.com"), ("admin-host", "admin")),
    ],
)
def test_two_services_one_host(arguments: tuple[str, ...], expected: tuple[str, str], ask: Ask) -> None:
    assert _goes_to(ask("two-services-one-host", *arguments)) == expected


def test_what_is_included_serves(ask: Ask) -> None:
    orders = ask("include-and-overlay", "/api/orders/7")

    assert (*_goes_to(orders), orders["sent"]["path"]) == ("orders", "orders", "/orders/7")
    assert orders["sent"]["timeout"] == 30.0
    assert Path(orders["route"]["at"]["file"]).name == "orders.toml"
    assert ask("include-and-overlay", "/api/users/7")["sent"]["timeout"] == 10.0


def test_the_layer_of_production_names_its_own_instances(ask: Ask) -> None:
    layers = ("gateway.toml", "production.toml")
    users = ask("include-and-overlay", "/api/users/7", layers=layers)["sent"]["instances"]

    assert [(instance["id"], instance["url"]) for instance in users] == [("users-1", "http://users.internal:9001")]


def test_the_layer_of_production_is_checked_with_the_values_of_a_file(capsys: pytest.CaptureFixture[str]) -> None:
    directory = EXAMPLES / "include-and-overlay"
    layers = ["-c", str(directory / "gateway.toml"), "-c", str(directory / "production.toml")]

    assert main(["validate", *layers, "--strict", "--env-file", str(directory / "ci.env")]) == 0
    assert main(["validate", *layers, "--strict"]) == 2
    assert main(["validate", *layers]) == 0
    capsys.readouterr()
    assert main(["dump", *layers, "--env-file", str(directory / "ci.env")]) == 0
    assert "only-for-checking" not in capsys.readouterr().out


def test_behind_a_proxy(ask: Ask) -> None:
    sent = ask("behind-a-proxy", "/anything", "--host", "shop.example.com")

    assert _goes_to(sent) == ("api", "api")
    assert sent["sent"]["host"] == "shop.example.com (the client's)"
    assert ask("behind-a-proxy", "/health")["status"] == 200


def test_websockets_are_let_through_where_a_route_says_so(ask: Ask) -> None:
    assert ask("websocket-and-sse", "/chat/lobby")["sent"]["upgrades"] == ["websocket"]
    assert ask("websocket-and-sse", "/news")["sent"]["upgrades"] == ["websocket"]
    assert ask("websocket-and-sse", "/other")["sent"]["upgrades"] == []
    news = ask("websocket-and-sse", "/news")["sent"]["service_timeouts"]
    assert {"name": "tunnel idle", "seconds": 3600.0} in [{k: t[k] for k in ("name", "seconds")} for t in news]


@pytest.mark.parametrize(
    ("example", "target", "service"),
    [
        ("discovery-dns", "/orders/7", "orders"),
        ("discovery-dns", "/users/7", "users"),
        ("discovery-dns", "/search", "search"),
        ("discovery-consul", "/orders/7", "orders"),
        ("discovery-zookeeper", "/orders/7", "orders"),
    ],
)
def test_what_discovery_finds_gets_the_request(example: str, target: str, service: str, ask: Ask) -> None:
    assert ask(example, target)["sent"]["service"] == service


def test_public_api_jwt_asks_for_scopes_and_claims(ask: Ask) -> None:
    read = ask("public-api-jwt", "/orders/7", "--claim", "sub=u1", "--claim", "scope=orders:read")
    assert _goes_to(read) == ("read", "api")
    refused = ask("public-api-jwt", "/orders/7", "DELETE", "--claim", "scope=orders:write", "--claim", "role=guest")
    assert (refused["status"], refused["reason"]) == (403, "forbidden")
    assert ask("public-api-jwt", "/orders/7")["status"] == 401
    assert ask("public-api-jwt", "/status")["status"] == 200


def test_partner_keys_know_their_plans(ask: Ask) -> None:
    gold = ask("partner-keys", "/bulk/x", "--consumer", "acme", "--client-ip", "192.0.2.7")
    assert _goes_to(gold) == ("bulk", "api")
    assert ask("partner-keys", "/bulk/x", "--consumer", "globex", "--client-ip", "192.0.2.7")["status"] == 403
    assert ask("partner-keys", "/bulk/x", "--consumer", "acme", "--client-ip", "198.51.100.1")["status"] == 403
    known = ask("partner-keys", "/catalogue/", "-H", "X-API-Key: demo-key-of-globex-not-for-use")
    assert _goes_to(known) == ("catalogue", "api")
    assert ask("partner-keys", "/catalogue/", "-H", "X-API-Key: another")["status"] == 401


def test_mutual_tls_lets_in_whom_the_route_names(ask: Ask) -> None:
    assert _goes_to(ask("mutual-tls", "/ledger/x", "--consumer", "orders")) == ("ledger", "ledger")
    assert ask("mutual-tls", "/ledger/x", "--consumer", "stranger")["status"] == 403
    assert ask("mutual-tls", "/ledger/x")["status"] == 401
