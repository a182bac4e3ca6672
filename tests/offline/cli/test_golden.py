"""What commands print, word for word: each file in ``golden/`` is a transcript of one command.

After a change of words: ``GATEWAYCTL_WRITE_GOLDEN=1 pytest tests/offline/cli`` writes what is printed now, to be read
in the diff.
"""

import os
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.offline.cli.conftest import Ran

GOLDEN = Path(__file__).parent / "golden"
_WRITE = bool(os.environ.get("GATEWAYCTL_WRITE_GOLDEN"))
_SHOP = "-c shop.toml --env-file secrets.env"
_GUARDED = "-c guarded.toml"
_USER = "http://api.example.com/api/users/42"

CASES = {
    "overview": "--help",
    "overview-without-arguments": "",
    "usage-unknown-command": "rout-test /",
    "usage-unknown-option": "routes --fromat json",
    "usage-option-before-the-command": "-c shop.toml routes",
    "usage-unknown-format": "routes --format sarif",
    "usage-missing-argument": "route-test",
    "validate-valid": f"validate {_SHOP}",
    "validate-several": "validate shop.toml broken.toml minimal.toml --env-file secrets.env",
    "validate-broken": "validate broken.toml",
    "validate-unset-variables": "validate unset.toml",
    "validate-strict": "validate unset.toml --strict",
    "validate-missing-file": "validate nowhere.toml",
    "lint": f"lint {_SHOP}",
    "lint-taste": f"lint {_GUARDED} --select all",
    "lint-an-unknown-rule": "lint minimal.toml --select unreachable-rout",
    "rule": "rule deny-without-effect",
    "routes": f"routes {_SHOP}",
    "routes-of-a-broken-configuration": "routes -c broken.toml",
    "routes-with-an-unset-variable": "routes -c unset.toml",
    "services": f"services {_SHOP}",
    "route-test-a-service": f"route-test '{_USER}?utm_source=x&b=1' -H 'X-Debug: 1' -H 'x-old: 5' {_SHOP}",
    "route-test-with-conditions": f"route-test '{_USER}?v=7' -H 'X-Channel: beta' {_SHOP}",
    "route-test-head-by-way-of-get": f"route-test HEAD {_USER} {_SHOP}",
    "route-test-an-answer": f"route-test /admin --client-ip 2001:DB8::7 {_SHOP}",
    "route-test-a-redirect": f"route-test '/shop/7?x=%2F' {_SHOP}",
    "route-test-a-regular-expression": f"route-test /files/2026/report.csv {_SHOP}",
    "route-test-a-body-that-is-too-large": f"route-test /api/orders/7 POST --body-size 1MiB {_SHOP}",
    "route-test-the-health-path": f"route-test /health {_SHOP}",
    "route-test-no-route": f"route-test /api/usrs/42 --host api.example.com {_SHOP}",
    "route-test-the-wrong-host": f"route-test /api/users/42 {_SHOP}",
    "route-test-the-wrong-method": f"route-test /api/orders/7 DELETE {_SHOP}",
    "route-test-the-wrong-type": f"route-test http://api.example.com/api/users/me {_SHOP}",
    "route-test-an-ambiguous-path": f"route-test '/shop/..;/admin' {_SHOP}",
    "route-test-a-path-outside": f"route-test /../etc/passwd {_SHOP}",
    "route-test-a-path-that-is-not-encoded": f"route-test /café {_SHOP}",
    "route-test-two-hosts": f"route-test / -H 'Host: a' -H 'Host: b' {_SHOP}",
    "route-test-secrets": "route-test /hooks/hidden-path-7c1 -H 'x-signature: hidden-signature-7c1' " + _SHOP,
    "route-test-a-secret-that-is-missing": f"route-test /hooks/hidden-path-7c1 {_SHOP}",
    "route-test-words-that-are-no-path": f"route-test api/users {_SHOP}",
    "route-test-options-about-the-server": f"route-test '*' OPTIONS {_SHOP}",
    "route-test-connect": f"route-test / CONNECT {_SHOP}",
    "route-test-json": f"route-test /shop/7 --json {_SHOP}",
    "route-test-a-token": "route-test /api/orders/7 --claim sub=acme --claim 'scope=orders:read more' --claim role=staff "
    f"-H 'Authorization: Bearer x' -H 'X-User-Id: admin' {_GUARDED}",
    "route-test-nobody": f"route-test /api/orders/7 {_GUARDED}",
    "route-test-a-missing-scope": f"route-test /api/orders/7 --claim sub=u1 --claim role=admin {_GUARDED}",
    "route-test-a-consumer": f"route-test /partners/x --consumer acme --client-ip 10.1.2.3 {_GUARDED}",
    "route-test-an-api-key": "route-test /partners/x -H 'X-API-Key: k-acme-of-some-length' "
    f"--client-ip 10.1.2.3 {_GUARDED}",
    "route-test-an-address-that-is-not-let-in": f"route-test /partners/x --client-ip 10.6.6.6 {_GUARDED}",
    "route-test-a-preflight": "route-test /api/orders/7 OPTIONS -H 'Origin: https://app.example.com' "
    f"-H 'Access-Control-Request-Method: POST' {_GUARDED}",
    "route-test-a-preflight-of-nothing": "route-test /nowhere OPTIONS -H 'Origin: https://app.example.com' "
    f"-H 'Access-Control-Request-Method: POST' {_GUARDED}",
    "route-test-a-claim-that-is-none": f"route-test / --claim sub {_GUARDED}",
    "hash-key-without-a-key": "hash-key",
    "explain-a-route-that-wins": f"explain '{_USER}?v=7' -H 'X-Channel: beta' {_SHOP}",
    "explain-an-answer-with-claims": f"explain /admin --claim sub=u1 {_SHOP}",
    "explain-no-route": f"explain /api/usrs/42 --host api.example.com {_SHOP}",
    "explain-an-ambiguous-path": f"explain '/shop/..;/admin' {_SHOP}",
    "explain-a-claim-without-a-name": f"explain / --claim u1 {_SHOP}",
    "dump-with-places": f"dump --provenance {_SHOP}",
    "dump-with-places-of-unset-variables": "dump --provenance -c unset.toml",
    "option-of-a-table": "option services.*.keepalive",
    "option-of-a-named-object": "option routes.orders.timeout",
    "option-nested": "option services.users.keepalive.idle",
    "option-by-its-last-word": "option first_byte_timeout",
    "option-of-a-list-of-tables": "option services.*.instances.weight",
    "option-with-a-slip": "option server.lisen",
    "option-that-is-nowhere": "option colour",
    "option-json": "option defaults.timeout --format json",
    "test": "test minimal.test.toml -v",
    "test-json": "test minimal.test.toml --format json",
    "test-markdown": "test minimal.test.toml --format markdown",
    "test-missing-file": "test nowhere.test.toml",
    "validate-github": "validate shop.toml broken.toml --format github",
    "validate-gitlab": "validate broken.toml --format gitlab",
    "validate-sarif": "validate broken.toml --format sarif",
    "validate-junit": "validate minimal.toml broken.toml --format junit",
    "validate-markdown": "validate shop.toml broken.toml --env-file secrets.env --format markdown",
    "test-route-is-route-test": f"test-route /admin {_SHOP}",
}


def _transcript(words: str, ran: Ran) -> str:
    parts = [f"$ gatewayctl {words}".rstrip(), ran.out.rstrip("\n")]
    if ran.err:
        parts += ["--- standard error", ran.err.rstrip("\n")]
    return "\n".join(part for part in [*parts, f"--- exit code {ran.code}"] if part) + "\n"


@pytest.mark.parametrize("name", CASES)
def test_a_command_prints_exactly_this(name: str, cli: Callable[..., Ran]) -> None:
    said = _transcript(CASES[name], cli(*shlex.split(CASES[name])))
    golden = GOLDEN / f"{name}.txt"
    if _WRITE:
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", CASES)
def test_no_secret_and_no_place_of_this_machine_is_ever_printed(
    name: str, cli: Callable[..., Ran], directory: Path
) -> None:
    words = CASES[name]
    ran = cli(*shlex.split(words))

    printed = ran.out + ran.err
    assert str(directory) not in printed
    for secret in ("hidden-path-7c1", "hidden-signature-7c1", "hidden-key-7c1"):
        assert secret in words or secret not in printed


def test_no_transcript_is_left_without_its_command() -> None:
    assert {path.stem for path in GOLDEN.glob("*.txt")} == CASES.keys()
