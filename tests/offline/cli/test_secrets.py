"""No command shows a secret, wherever in the configuration it stands and whatever is asked."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.offline.cli.conftest import Ran

SECRET = "s3cr3t-9f1c"

CONFIGURATION = """
version = 1
[admin]
token = "${secret:S}"
[services.api]
instances = [{ url = "http://${secret:S}.example:80" }]
host_header = "${secret:S}"
[routes.path]
path = "/path/${secret:S}"
service = "api"
[routes.host]
path = "/host"
hosts = ["${secret:S}.example"]
service = "api"
[routes.regex]
path_regex = "/regex/${secret:S}"
service = "api"
[routes.conditions]
path = "/conditions"
headers = { X-Token = "${secret:S}", x-open = "open" }
query = { key = "${secret:S}" }
service = "api"
[routes.rewritten]
path = "/rewritten"
rewrite = "/${secret:S}/x"
service = "api"
[routes.edited]
path = "/edited"
service = "api"
transform = "keys"
[routes.answered]
path = "/answered"
respond = { body = "${secret:S}", headers = { X-Key = "${secret:S}" } }
[routes.redirected]
path = "/redirected"
redirect = { to = "https://x.example/${secret:S}" }
[transforms.keys]
request = { set = { X-Set = "${secret:S}" }, add = { X-Add = "a ${secret:S}" } }
response = { set = { X-Out = "${secret:S}" } }
query = { set = { key = "${secret:S}" } }
"""

COMMANDS = [
    ["validate"],
    ["lint"],
    ["lint", "--select", "all"],
    ["routes"],
    ["services"],
    ["dump"],
    *(
        ["route-test", path]
        for path in ("/path/x", "/regex/x", "/host", "/rewritten", "/edited", "/answered", "/redirected")
    ),
    ["route-test", "/conditions"],
    ["route-test", "/conditions?key=wrong", "-H", "x-token: wrong", "-H", "x-open: open"],
    ["route-test", "/conditions", "DELETE", "-H", "x-open: closed"],
    ["route-test", "/nothing/like/it"],
]


@pytest.fixture
def _configured(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (directory / "gateway.toml").write_text(CONFIGURATION)
    monkeypatch.setenv("S", SECRET)


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(command: list[str], form: str, cli: Callable[..., Ran]) -> None:
    ran = cli(*command, "--format", "toml" if command == ["dump"] and form == "text" else form)

    assert ran.code in (0, 1)
    assert SECRET not in ran.out + ran.err


@pytest.mark.usefixtures("_configured")
@pytest.mark.parametrize("path", ["/rewritten", "/edited", "/answered", "/redirected"])
def test_a_secret_that_takes_part_is_masked_where_it_stands(path: str, cli: Callable[..., Ran]) -> None:
    ran = cli("route-test", path)

    assert (ran.code, "***" in ran.out) == (0, True)


@pytest.mark.usefixtures("_configured")
def test_a_request_that_holds_the_secret_is_taken_and_shows_only_what_was_asked(cli: Callable[..., Ran]) -> None:
    words = ["/conditions?key=" + SECRET, "-H", f"x-token: {SECRET}", "-H", "x-open: open", "--json"]

    data = json.loads(cli("route-test", *words).out)

    assert data["route"]["name"] == "conditions"
    assert data["matched"]["conditions"] == ["x-open: open", "x-token: ***", "?key=***"]


@pytest.mark.usefixtures("_configured")
def test_errors_of_a_configuration_show_no_secret(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "gateway.toml").write_text(CONFIGURATION + '[routes.more]\npath = "/{${secret:S}"\nservice = "api"\n')

    ran = cli("routes")

    assert ran.code == 2
    assert SECRET not in ran.out + ran.err
