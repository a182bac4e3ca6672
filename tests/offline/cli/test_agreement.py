"""What ``route-test`` says is what a running gateway does: the same requests, asked of both."""

import os
from pathlib import Path

import pytest

from gatewayctl.cli.live import live_parts
from gatewayctl.config import load
from gatewayctl.plan import compile_plan
from gatewayctl.routetest.report import Report
from gatewayctl.routetest.request import Asked, asked
from gatewayctl.routetest.walk import examine
from tests.conftest import Gateways
from tests.support.agreement import assert_agreement
from tests.support.client import exchange
from tests.support.gateway import Gateway

CONFIGURATION = """
version = 1
[server]
health_path = "/health"
[services.echo]
builtin = "echo"
builtin_instances = 1
[services.other]
builtin = "echo"
builtin_instances = 1
[routes.user]
path = "/users/{id:int}"
methods = ["GET", "DELETE"]
hosts = ["api.example.com", "*.example.org"]
service = "echo"
strip_prefix = "/users"
transform = "edits"
[routes.beta]
path = "/users/{id:int}"
hosts = ["api.example.com"]
headers = { x-channel = "beta" }
query = { v = "~[0-9]+" }
priority = 1
service = "other"
[routes.files]
path = "/files/{name}.{ext}"
service = "echo"
rewrite = "/f/{ext}/{name}"
[routes.below]
path = "/below/*"
service = "other"
rewrite = "/v2/{rest}"
[routes.strip]
path = "/strip/*"
service = "echo"
strip_prefix = true
max_body_size = "10B"
[routes.regex]
path_regex = "/r/(?P<year>[0-9]{4})/.*"
service = "other"
[routes.admin]
path = "/admin"
respond = { status = 403, body = "no {client_ip} {host}" }
[routes.old]
path = "/old/*"
methods = ["GET", "POST"]
redirect = { to = "/new/{rest}?from=old", status = 307 }
[transforms.edits]
request = { set = { x-user = "{id}", x-host = "{host}" }, remove = ["x-debug"] }
query = { set = { id = "{id}" }, remove = ["utm"] }
"""

API = "http://api.example.com"
REQUESTS = [
    ("GET", f"{API}/users/42", []),
    ("HEAD", f"{API}/users/42", []),
    ("GET", f"{API}/users/42?a=1&utm=x&b", ["X-Debug: 1"]),
    ("GET", "http://sub.example.org:81/users/7?v=2", ["X-Channel: beta"]),
    ("GET", f"{API}/users/7?v=2", ["X-Channel: beta"]),
    ("GET", f"{API}/users/7?v=two", ["X-Channel: beta"]),
    ("POST", f"{API}/users/7", []),
    ("GET", f"{API}/users/me", []),
    ("GET", "/users/42", []),
    ("GET", f"{API}/users/%34%32", []),
    ("GET", "/files/report.final.csv", []),
    ("GET", "/files/a%2eb.c", []),
    ("GET", "/files/.csv", []),
    ("GET", "/below", []),
    ("GET", "/below/", []),
    ("GET", "/below/a//b/../c;d?x=%2F&&y", []),
    ("GET", "/below/%7Euser/%c3%a9", []),
    ("GET", "/below/x/..;/..;/admin", []),
    ("GET", "/below//../admin", []),
    ("PATCH", "/strip/a/b?", []),
    ("POST", "/strip", ["Content-Length: 10"]),
    ("POST", "/strip", ["Content-Length: 11"]),
    ("GET", "/r/2026/x/y", []),
    ("GET", "/r/26/x", []),
    ("GET", "/admin", []),
    ("GET", "/admin;x", []),
    ("GET", "//admin", []),
    ("GET", "/./admin", []),
    ("GET", "/%2e%2e/admin", []),
    ("GET", "/old/a/b?q=1", []),
    ("PUT", "/old/a", []),
    ("GET", "/health", []),
    ("POST", "/health", []),
    ("OPTIONS", "*", []),
    ("TRACE", "/admin", []),
    ("CONNECT", "/admin", []),
    ("GET", "/a%2Fb", []),
    ("GET", "/a%", []),
    ("GET", "/a\\b", []),
    ("GET", "/café", []),
    ("GET", "/a b", []),
    ("GET", "/a#b", []),
    ("GET", "/nothing", []),
    ("GET", "/admin", ["Host: two", "Host: three"]),
    ("GET", "/admin", ["Content-Length: 1", "Transfer-Encoding: chunked"]),
    ("GET", "/admin", ["No-Value"]),
    ("GET", "/admin", ["Bad Name: 1"]),
    ("GET", "/" + "a" * 20_000, []),
    ("GET", "/admin", [f"X-{n}: 1" for n in range(120)]),
]


@pytest.fixture(scope="module")
def running(shared_gateway: Gateways) -> Gateway:
    """A gateway with this configuration."""
    return shared_gateway(CONFIGURATION)


def _words(method: str, target: str, headers: list[str]) -> Asked:
    proper = [header if ":" in header else f"{header}:" for header in headers]
    return asked(target, method, headers=proper)


def _report(request: Asked, directory: Path) -> Report:
    (directory / "gateway.toml").write_text(CONFIGURATION)
    loaded = load([directory / "gateway.toml"], environ=os.environ)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    return examine(request, loaded, plan, live_parts())


def _name(request: tuple[str, str, list[str]]) -> str:
    method, target, headers = request
    return f"{method} {target[:40]} {'; '.join(headers)[:40]}".strip()


@pytest.mark.parametrize("request_", REQUESTS, ids=_name)
def test_a_running_gateway_does_what_route_test_says(
    request_: tuple[str, str, list[str]], running: Gateway, tmp_path: Path
) -> None:
    request = _words(*request_)
    report = _report(request, tmp_path)
    size = next((int(value) for name, value in request.fields if name == "Content-Length"), 0)

    answer = exchange(running.address, request.raw() + b"\r\n\r\n", b"x" * size, method=request.method.encode())

    assert_agreement(request, report, answer)
