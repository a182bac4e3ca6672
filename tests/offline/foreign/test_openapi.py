"""``import openapi`` and ``export openapi``: what comes over, what is said, what is refused, and there and back again."""

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.config import load
from gatewayctl.config.layout import formatted
from tests.offline.cli.conftest import Ran

ROOT = Path(__file__).parents[3]
OPERATIONS = ROOT / "tests" / "data" / "github-operations.tsv"
PETS = """\
openapi: 3.1.0
info: {title: Pets, version: "1"}
servers:
  - url: https://{env}.example.com/v2
    variables: {env: {default: api}}
  - url: https://eu.example.com/v2
security: [{key: []}]
paths:
  /pets/{pet-id}:
    parameters:
      - $ref: '#/components/parameters/Pet'
    get: {operationId: getPet, summary: "One {x} ${y} pet", deprecated: true, tags: [pets]}
    trace: {}
  /pets:
    $ref: '#/components/pathItems/Pets'
components:
  parameters:
    Pet: {name: pet-id, in: path, required: true, schema: {type: string, format: uuid}}
  pathItems:
    Pets:
      get: {}
      post: {operationId: none, servers: [{url: "http://up.example.com:81"}]}
"""


def github() -> dict[str, Any]:
    """GitHub's operations as a description: all that an import looks at."""
    paths: dict[str, dict[str, Any]] = {}
    for line in OPERATIONS.read_text().splitlines():
        method, path, name = line.split("\t")
        paths.setdefault(path, {})[method.lower()] = {"operationId": name, "responses": {}}
    servers = [{"url": "https://api.github.com"}]
    return {"openapi": "3.0.3", "info": {"title": "GitHub", "version": "1"}, "servers": servers, "paths": paths}


def test_a_description_becomes_a_valid_and_formatted_configuration(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "pets.yaml").write_text(PETS)

    ran = cli("import", "openapi", "pets.yaml", "--typed", "--prefix", "/p", "-o", "pets.toml")
    text = (directory / "pets.toml").read_text()
    data = tomllib.loads(text)

    assert (ran.code, ran.out) == (0, "")
    assert formatted(text) == text
    assert cli("validate", "pets.toml").code == 0
    assert data["services"] == {
        "api": {"instances": [{"url": "https://api.example.com"}]},
        "up-example-com": {"instances": [{"url": "http://up.example.com:81"}]},
    }
    assert data["routes"]["get-pet"] == {
        "description": "One {x} $${y} pet",
        "path": "/p/v2/pets/{pet_id:uuid}",
        "methods": ["GET"],
        "service": "api",
        "strip_prefix": "/p",
        "tags": ["pets"],
        "deprecated": {},
    }
    assert data["routes"]["route-none"]["path"] == "/p/pets"
    assert "pets.yaml:7:1: the security scheme" in ran.err
    assert "pets.yaml:6:5: servers beside the first" in ran.err
    assert "pets.yaml:13:5: the method TRACE" in ran.err


def test_every_operation_of_github_is_a_route(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "github.json").write_text(json.dumps(github()))

    assert cli("import", "openapi", "github.json", "-o", "github.toml").code == 0
    assert cli("validate", "github.toml").out == "github.toml: valid, 1223 routes, 1 service\n"


def test_a_file_that_is_there_is_overwritten_only_by_force(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "pets.yaml").write_text(PETS)
    (directory / "mine.toml").write_text("mine")

    refused = cli("import", "openapi", "pets.yaml", "-o", "mine.toml")

    assert (refused.code, "E024" in refused.err) == (2, True)
    assert (directory / "mine.toml").read_text() == "mine"
    assert cli("import", "openapi", "pets.yaml", "-o", "mine.toml", "--force").code == 0
    assert "get-pet" in (directory / "mine.toml").read_text()


REFUSED = {
    "a remote reference": (PETS.replace("'#/components/pathItems/Pets'", "other.yaml#/x"), "E702", ":15:5"),
    "a reference to itself": (
        PETS.replace("    Pets:\n", "    Pets: {$ref: '#/components/pathItems/Pets'}\n    Other:\n"), "E703", ":15:5"
    ),
    "a reference to nothing": (PETS.replace("pathItems/Pets'", "pathItems/Cats'"), "E701", ":15:5"),
    "a parameter elsewhere": (PETS.replace("'#/components/parameters/Pet'", "https://x.example/y"), "E702", ":11:9"),
    "broken YAML": (PETS + "  ]: {", "E701", ":"),
    "no description": ("a: 1\n", "E701", "no OpenAPI"),
    "another version": ("openapi: 4.0.0\npaths: {}\n", "E701", "4.0.0"),
    "no operations": ("openapi: 3.1.0\npaths: {}\n", "E701", "no operations"),
    "no address": ("openapi: 3.1.0\npaths: {/a: {get: {}}}\n", "E704", "--upstream"),
    "broken JSON": ('{"openapi": "3.1.0",\n "paths": {]}', "E701", ":"),
    "equal paths": (
        'openapi: 3.1.0\nservers: [{url: "http://a"}]\npaths: {"/{a}": {get: {}}, "/{b}": {get: {}}}\n', "E307", "both"
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_nothing_is_written_of(case: str, cli: Callable[..., Ran], directory: Path) -> None:
    text, code, said = REFUSED[case]
    (directory / "in.yaml").write_text(text)

    ran = cli("import", "openapi", "in.yaml", "-o", "out.toml")

    assert ran.code == 2
    assert f"error[{code}]" in ran.err and said in ran.err
    assert not (directory / "out.toml").exists()


def test_a_path_that_no_route_can_have_is_said_and_the_rest_is_imported(
    cli: Callable[..., Ran], directory: Path
) -> None:
    paths = ["/a b/{größe}", "/größe/ok", "/x/{a}{b}", "/back\\slash", "/ok/{id}", "/lone\ud800"]
    document = {"openapi": "3.1.0", "servers": [{"url": "http://a"}], "paths": {path: {"get": {}} for path in paths}}
    (directory / "in.json").write_text(json.dumps(document, indent=1))

    ran = cli("import", "openapi", "in.json", "-o", "out.toml")
    routes = tomllib.loads((directory / "out.toml").read_text())["routes"].values()

    assert ran.code == 0, ran.err
    assert [route["path"] for route in routes][:3] == ["/a%20b/{gr__e}", "/gr%C3%B6%C3%9Fe/ok", "/ok/{id}"]
    assert "in.json:15:3: the path /x/{a}{b}: two parameters need a literal between them" in ran.err
    assert "in.json:18:3: the path /back\\slash" in ran.err


def test_what_makes_no_valid_configuration_is_shown_in_the_document(cli: Callable[..., Ran], directory: Path) -> None:
    text, *_ = REFUSED["equal paths"]
    (directory / "in.yaml").write_text(text)

    ran = cli("import", "openapi", "in.yaml", "-o", "out.toml")

    assert ran.code == 2
    assert "--> in.yaml:3:" in ran.err and "::: in.yaml:3:" in ran.err
    assert "out.toml" not in ran.err and 'path    = "/{b}"' in ran.err


def test_the_place_in_json_is_that_of_the_key(cli: Callable[..., Ran]) -> None:
    text = json.dumps({"openapi": "3.1.0", "paths": {"/a": {}, "/b": {"$ref": "far.json"}}}, indent=1)

    ran = cli("import", "openapi", "-", stdin=text)

    line = text.splitlines().index('   "$ref": "far.json"') + 1
    assert f"<stdin>:{line}:4" in ran.err


TABLE = """\
version = 1

[services.a]
builtin = "echo"

[services.b]
builtin = "echo"

[routes.all]
path    = "/*"
service = "a"

[routes.one]
path        = "/things/{id:int}/{name:[a-z]{2}}.{ext}"
methods     = ["GET", "DELETE"]
description = "Thing"
tags        = ["x"]
service     = "b"

[routes.canary]
path     = "/things/{number:int}/{n:[a-z]{2}}.{e}"
methods  = ["GET"]
hosts    = ["a.example.com", "*.example.org"]
headers  = { x-channel = "~b.*" }
query    = { v = "*" }
priority = 3
service  = "a"

[routes.deep]
path    = "/files/{rest:path}"
methods = ["PUT"]
service = "b"

[routes.moved]
path     = "/old/*"
redirect = { to = "/things/{rest}", status = 301 }
"""


def _matching(file: Path) -> dict[str, dict[str, Any]]:
    routes: dict[str, dict[str, Any]] = tomllib.loads(file.read_text())["routes"]
    return routes


@pytest.mark.parametrize("source", [TABLE, (ROOT / "examples/two-services-one-host/gateway.toml").read_text()])
def test_what_is_exported_is_imported_as_the_same_routes(source: str, cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "table.toml").write_text(source)

    assert cli("export", "openapi", "-c", "table.toml", "-o", "table.json").code == 0
    ran = cli("import", "openapi", "table.json", "--upstream", "http://127.0.0.1:9000", "-o", "again.toml")

    assert ran.code == 0, ran.err
    assert _matching(directory / "again.toml") == _matching(directory / "table.toml")


ODD = """\
version = 1
[services.s]
builtin = "echo"
[routes]
purge = { path = "/purge", methods = ["PURGE"], service = "s" }
both  = { path = "/both", methods = ["GET", "PURGE"], service = "s" }
forms = { path = "/caf%C3%A9/{a}-{b}.{c:[0-9]{2,4}}", service = "s" }
signs = { path = "/~x:y@z;(a),$&'+!=", service = "s" }
coded = { path = "/a%20b/%7Bc%7D", service = "s" }
deep  = { path = "/f/{a:path}", service = "s" }
one   = { path = "/f/{b}", methods = ["GET"], service = "s" }
typed = { path = "/f/{c:int}", methods = ["GET", "POST"], priority = 2, service = "s" }
root  = { path = "/", methods = ["HEAD"], respond = { status = 204 } }
slash = { path = "/t/", service = "s" }
asks  = { path = "/q", service = "s", headers = { X-A = "~(a|b)+" }, query = { "a b" = "é&=", v = "~[0-9]{1,3}" } }
off   = { path = "/off", enabled = false, service = "s" }
"""
MATCHING = ("path", "path_regex", "methods", "hosts", "headers", "query", "priority")


def _loaded_routes(file: Path) -> dict[str, dict[str, Any]]:
    """What its enabled routes match by, as it is in effect."""
    config = load([file], environ={}, check_capabilities=False).config
    assert config is not None
    return {
        name: {key: getattr(route, key) for key in MATCHING} for name, route in config.routes.items() if route.enabled
    }


@pytest.mark.parametrize("name", ["odd", *sorted(path.parent.name for path in ROOT.glob("examples/*/gateway.toml"))])
def test_routes_match_the_same_requests_after_the_way_there_and_back(
    name: str, cli: Callable[..., Ran], directory: Path
) -> None:
    source = ROOT / "examples" / name / "gateway.toml"
    if name == "odd":
        source = directory / "odd.toml"
        source.write_text(ODD)

    exported = cli("export", "openapi", "-c", str(source), "-o", "way.json")
    imported = cli("import", "openapi", "way.json", "--upstream", "http://127.0.0.1:9000", "-o", "again.toml")

    assert (exported.code, imported.code) == (0, 0), exported.err + imported.err
    assert cli("validate", "again.toml").code == 0
    before = _loaded_routes(source)
    if name == "odd":
        del before["purge"]  # OpenAPI has no such method: a note says so
        assert "PURGE /purge (OpenAPI" in exported.err
    assert _loaded_routes(directory / "again.toml") == before
    document = json.loads((directory / "way.json").read_text())
    assert all(document["paths"].values())


def test_without_its_marks_a_description_still_gives_the_same_operations(
    cli: Callable[..., Ran], directory: Path
) -> None:
    (directory / "github.json").write_text(json.dumps(github()))
    cli("import", "openapi", "github.json", "-o", "github.toml")
    document = json.loads(cli("export", "openapi", "-c", "github.toml").out)
    for item in document["paths"].values():
        for operation in item.values():
            del operation["x-gatewayctl"]
    (directory / "plain.json").write_text(json.dumps(document))

    assert cli("import", "openapi", "plain.json", "--upstream", "https://api.github.com", "-o", "again.toml").code == 0
    diff = cli("diff", "github.toml", "again.toml")
    assert (diff.code, diff.out) == (0, "github.toml → again.toml: no request is handled otherwise\n")


def test_an_export_says_what_clients_send_and_no_secret(cli: Callable[..., Ran]) -> None:
    ran = cli("export", "openapi", "-c", "guarded.toml", "--server", "https://api.example.com")
    document = json.loads(ran.out)

    assert document["openapi"] == "3.1.0"
    assert document["servers"] == [{"url": "https://api.example.com"}]
    kinds = {scheme["type"] for scheme in document["components"]["securitySchemes"].values()}
    assert {"http", "apiKey"} <= kinds
    assert "hidden" not in ran.out
    shop = cli("export", "openapi", "-c", "shop.toml", "--title", "x")
    assert "hidden" not in shop.out + shop.err
    assert "matches by a secret" in shop.err
    assert "has a regular expression for a path" in shop.err


def test_a_redirect_that_holds_a_secret_is_left_out_and_said(
    cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without its target it would come back as a route to a service."""
    monkeypatch.setenv("TARGET", "hidden")
    (directory / "away.toml").write_text(
        """
        version = 1
        [services.up]
        builtin = "echo"
        [routes.away]
        path = "/away"
        redirect = { to = "https://x.example/${secret:TARGET}" }
        [routes.kept]
        path = "/kept"
        redirect = { to = "https://x.example/there" }
        [routes.up]
        path = "/up"
        service = "up"
        """
    )

    ran = cli("export", "openapi", "-c", "away.toml")

    assert set(json.loads(ran.out)["paths"]) == {"/kept", "/up"}
    assert 'the route "away" redirects to a place with a secret' in ran.err
    assert "hidden" not in ran.out + ran.err


@pytest.mark.parametrize(("kind", "package"), [("openapi", "yaml"), ("nginx", "crossplane")])
def test_a_package_that_is_missing_is_named(
    kind: str, package: str, cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "in.yaml").write_text(PETS)
    monkeypatch.setitem(sys.modules, package, None)

    ran = cli("import", kind, "in.yaml", "-o", "out.toml")

    assert ran.code == 2
    assert "error[E705]" in ran.err and "pip install 'gatewayctl[import]'" in ran.err
    assert not (directory / "out.toml").exists()
