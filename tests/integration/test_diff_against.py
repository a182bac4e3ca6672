"""``gatewayctl diff --against``: what a running gateway serves beside a configuration on the disk."""

import json
import subprocess
import sys

import pytest

from tests.conftest import Gateways
from tests.integration.serving import admin_request

TOKEN = "token-of-the-admin-address-7c1"
KEY = "hidden-key-of-the-header-7c1"


def configuration(token: str = TOKEN, key: str = KEY, status: int = 200) -> str:
    return f"""
version = 1
[server]
listen = "127.0.0.1:0"
[admin]
listen = "127.0.0.1:0"
token = "{token}"
[routes.all]
path = "/*"
headers = {{ x-key = "${{secret:KEY:-{key}}}" }}
respond = {{ status = {status}, body = "hello" }}
[routes.old]
path = "/old"
respond = {{ status = 200, body = "old" }}
deprecated = {{ sunset = 2027-01-01 }}
"""


def diff(front, name: str = "gateway.toml", token: str = TOKEN) -> subprocess.CompletedProcess[str]:
    environ = {"PATH": "/usr/bin:/bin", "GATEWAYCTL_ADMIN__TOKEN": token}
    files = ["-c", "defaults.toml", "-c", name]
    return subprocess.run(
        [sys.executable, "-m", "gatewayctl", "diff", "--against", front.admin_url, "--format", "json", *files],
        capture_output=True,
        text=True,
        cwd=front.directory,
        env=environ,
        timeout=60,
        check=False,
    )


@pytest.fixture
def front(gateway: Gateways):
    return gateway(configuration())


def test_what_runs_is_what_its_file_says(front):
    ran = diff(front)

    assert ran.returncode == 0, ran.stderr
    found = json.loads(ran.stdout)
    assert found["changes"] == []
    assert found["secrets_not_compared"] == []


def test_secrets_are_compared_by_fingerprints_and_never_shown(front):
    (front.directory / "new.toml").write_text(configuration(key="another-key-of-the-header-7c1", status=201))

    ran = diff(front, "new.toml")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    names = {change["name"] for change in json.loads(ran.stdout)["changes"]}
    assert "answer-changed" in names or "not-found" in names
    for secret in ("7c1", TOKEN):
        assert secret not in ran.stdout + ran.stderr


def test_fingerprints_need_the_token(front):
    refused = admin_request(front, "GET", "/fingerprints")
    given = admin_request(front, "GET", "/fingerprints", b"Authorization: Bearer " + TOKEN.encode())

    assert refused.status == 401
    known = json.loads(given.body)["fingerprints"]
    assert {"/admin/token", "/routes/all/headers/x-key"} <= known.keys()
    assert KEY.encode() not in given.body


def test_a_wrong_token_is_told_and_nothing_is_compared(front):
    ran = diff(front, token="wrong")

    assert ran.returncode == 2
    assert "E523" in ran.stdout
