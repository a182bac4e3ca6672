"""Secrets are planted wherever one can stand or be sent; every output of the gateway and its commands is searched for them.

In clear, in hex, and in base64 at each of its three alignments. A secret that a configuration sends somewhere (a header for
a service) may arrive there, and nowhere else.
"""

import base64
import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import bcrypt
import pytest

from tests.conftest import Gateways
from tests.support.client import exchange
from tests.support.gateway import Gateway
from tests.support.tokens import by_hand, private_pem
from tests.support.upstream import RawUpstream

PLANTED = {
    name: f"planted-{name}-{hashlib.sha256(name.encode()).hexdigest()[:24]}"
    for name in (
        "admin",
        "jwt",
        "header",
        "answer",
        "user",
        "password",
        "apikey",
        "token",
        "cookie",
        "query",
        "path",
        "file",
        "stray",
        "redis",
        "consul",
        "check",
    )
}
HASHED = bcrypt.hashpw(PLANTED["password"].encode(), bcrypt.gensalt(4)).decode()
KEY_HASH = hashlib.sha256(PLANTED["apikey"].encode()).hexdigest()
FORMATS = ("json", "github", "gitlab", "sarif", "junit", "markdown")
TEXT = f"""
version = 1
[log]
level = "debug"
query = "keys"
[admin]
token = "{PLANTED["admin"]}"
[auth.jwt]
type = "jwt"
algorithms = ["HS256"]
secret = "{PLANTED["jwt"]}"
issuer = "any"
audience = "any"
[auth.cookie]
type = "jwt"
algorithms = ["RS256"]
public_key_file = "issuer.pem"
issuer = "any"
audience = "any"
token_from = "cookie:session"
[auth.basic]
type = "basic"
users_file = "users.htpasswd"
[auth.key]
type = "api_key"
query = "api_key"
[consumers.acme]
api_keys = ["sha256:{KEY_HASH}"]
[services.up]
instances = [{{ id = "one", url = "UPSTREAM" }}]
[services.gone]
instances = [{{ id = "one", url = "http://127.0.0.1:9" }}]
[routes.jwt]
path = "/jwt"
service = "up"
auth = "jwt"
transform = "keys"
[routes.cookie]
path = "/cookie"
service = "up"
auth = "cookie"
[routes.basic]
path = "/basic"
service = "up"
auth = "basic"
[routes.key]
path = "/key"
service = "up"
auth = "key"
[routes.gone]
path = "/gone"
service = "gone"
[services.found.discovery]
type = "consul"
address = "http://127.0.0.1:9"
name = "found"
token = "{PLANTED["consul"]}"
[routes.found]
path = "/found"
service = "found"
limits = ["shared"]
[limits.shared]
algorithm = "fixed_window"
limit = 1
window = "1m"
store = "shared"
[stores.shared]
url = "redis://:{PLANTED["redis"]}@127.0.0.1:9/0"
[services.checked]
instances = [{{ id = "one", url = "http://127.0.0.1:9" }}]
[services.checked.health]
type = "http"
path = "/healthz"
headers = {{ Authorization = "${{secret:CHECK}}" }}
[routes.checked]
path = "/checked"
service = "checked"
[routes.hook]
path = "/hooks/${{secret:HOOK}}"
service = "up"
[transforms.keys.request.set]
x-key = "${{secret:HEADER}}"
x-file = "${{file:stray.txt}}"
"""
ENVIRONMENT = {"HOOK": PLANTED["path"], "HEADER": PLANTED["header"], "CHECK": PLANTED["check"]}


def forms(secret: str) -> Iterator[bytes]:
    """What would give a secret away."""
    raw = secret.encode()
    yield raw
    yield raw.hex().encode()
    for shift in range(3):
        text = base64.b64encode(b"\0" * shift + raw)
        yield text[(shift * 8 + 5) // 6 + (1 if shift else 0) : -4]


def search(where: str, output: bytes) -> None:
    """Fails if any planted secret, or a hash of one, is in an output."""
    wanted = PLANTED | {"key hash": KEY_HASH, "password hash": HASHED}
    for name, secret in wanted.items():
        for form in forms(secret):
            assert form not in output, f"{name} is in {where}, as {form!r}"


class Stage:
    """A gateway with everything planted, and what it has said so far."""

    def __init__(self, gateway: Gateway, upstream: RawUpstream) -> None:
        self.gateway = gateway
        self.upstream = upstream

    def ask(self, target: str, *fields: str) -> bytes:
        lines = [f"GET {target} HTTP/1.1", "Host: a", "Connection: close", *fields, "", ""]
        return exchange(self.gateway.address, "\r\n".join(lines).encode()).raw

    def admin(self, target: str, method: str = "GET", *fields: str) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", "Host: localhost", "Connection: close", *fields, "", ""]
        answer: Any = exchange(self.gateway.admin, "\r\n".join(lines).encode())
        return bytes(answer.raw + answer.body)

    def log(self) -> bytes:
        path = self.gateway.directory / "access.jsonl"
        return ("\n".join(self.gateway.lines)).encode() + (path.read_bytes() if path.exists() else b"")


@pytest.fixture
def stage(gateway: Gateways, upstream: RawUpstream) -> Stage:
    from tests.support.tokens import public_pem

    files = {
        "users.htpasswd": f"ann:{HASHED}\n",
        "issuer.pem": public_pem("RSA").decode(),
        "stray.txt": PLANTED["stray"],
    }
    return Stage(gateway(TEXT.replace("UPSTREAM", upstream.url), files=files, environment=ENVIRONMENT), upstream)


def traffic(stage: Stage) -> bytes:
    """Requests that succeed and that fail, each with a secret in it; what clients were told."""
    good = by_hand({"alg": "HS256"}, {"sub": "u1"}, PLANTED["jwt"].encode()).decode()
    bad = by_hand({"alg": "HS256", "kid": PLANTED["token"]}, {"sub": PLANTED["token"]}, b"x" * 32).decode()
    right = base64.b64encode(f"ann:{PLANTED['password']}".encode()).decode()
    wrong = base64.b64encode(f"{PLANTED['user']}:{PLANTED['password']}x".encode()).decode()
    answers = [
        stage.ask("/jwt", f"Authorization: Bearer {good}"),
        stage.ask("/jwt", f"Authorization: Bearer {bad}"),
        stage.ask("/jwt", f"Authorization: Bearer {PLANTED['token']}"),
        stage.ask("/cookie", f"Cookie: session={PLANTED['cookie']}; other={PLANTED['cookie']}"),
        stage.ask("/basic", f"Authorization: Basic {right}"),
        stage.ask("/basic", f"Authorization: Basic {wrong}"),
        stage.ask(f"/key?api_key={PLANTED['apikey']}"),
        stage.ask(f"/key?api_key={PLANTED['query']}"),
        stage.ask("/found"),
        stage.ask("/checked"),
        stage.ask("/gone", f"Authorization: Bearer {PLANTED['token']}"),
        stage.ask("/nowhere", f"Authorization: {PLANTED['token']}", f"X-API-Key: {PLANTED['apikey']}"),
        stage.ask("/jwt", f"Authorization: Bearer {PLANTED['token']}\rX: y"),
    ]
    return b"\n".join(answers)


def test_no_secret_is_in_what_clients_and_operators_see(stage: Stage) -> None:
    search("an answer to a client", traffic(stage))
    for target in (
        "/",
        "/status",
        "/config",
        "/routes",
        "/services",
        "/metrics",
        "/version",
        "/livez",
        "/readyz",
        "/nowhere",
    ):
        search(f"admin {target}", stage.admin(target))
    as_operator = f"Authorization: Bearer {PLANTED['admin']}"
    for target in ("/status", "/config", "/services", "/breakers", "/fingerprints"):
        search(f"admin {target} with the token", stage.admin(target, "GET", as_operator))
    search("admin /reload", stage.admin("/reload", "POST", f"Authorization: Bearer {PLANTED['admin']}"))
    search("admin /reload refused", stage.admin("/reload", "POST", f"Authorization: Bearer {PLANTED['token']}"))
    stage.gateway.wait_for_access(lambda line: line["path"].startswith("/nowhere"))
    search("the logs", stage.log())


@pytest.mark.parametrize(
    "change",
    [
        ("[log]", "[log"),
        ("version = 1", "version = 1\nversion = 1"),
        ('type = "basic"', 'type = "basi"'),
        ('algorithms = ["HS256"]\n', 'algorithms = ["HS256", "RS256"]\n'),
        ('algorithms = ["HS256"]\n', 'algorithms = ["HS512"]\n'),
        ('query = "api_key"', 'query = "api_key"\nheader = "x"'),
        ("${secret:HEADER}", "${secret:HEADER}\\n"),
        ("${secret:HOOK}", "${secret:HOOK}/{no thing"),
        ("api_keys = [", "api_keys = [7, "),
    ],
    ids=lambda change: change[1][:20],
)  # fmt: skip
def test_no_secret_is_in_what_is_said_of_a_broken_file(stage: Stage, change: tuple[str, str]) -> None:
    before = len(stage.gateway.lines)
    text = stage.gateway.config.read_text()
    assert change[0] in text
    stage.gateway.write(text.replace(*change, 1))
    stage.gateway.wait_for_line("reload refused", before)
    search("the log", stage.log())
    search("admin /status", stage.admin("/status"))
    search("validate", command(stage, "validate", str(stage.gateway.config)))


def test_no_secret_is_in_what_is_said_of_a_broken_file_of_keys(stage: Stage) -> None:
    for name, content in (
        ("users.htpasswd", f"ann:{PLANTED['password']}\n"),
        ("users.htpasswd", f"{PLANTED['user']}\n"),
        ("issuer.pem", PLANTED["file"]),
        ("issuer.pem", private_pem("RSA").decode()),
    ):
        before = len(stage.gateway.lines)
        path: Path = stage.gateway.directory / name
        kept = path.read_text()
        path.write_text(content)
        stage.gateway.wait_for_line("E205", before)
        path.write_text(kept)
        log = stage.log()
        search("the log", log)
        assert private_pem("RSA").splitlines()[3] not in log


def command(stage: Stage, *arguments: str) -> bytes:
    """What a command prints, on both streams."""
    import os

    ran = subprocess.run(
        [sys.executable, "-m", "gatewayctl", *arguments],
        cwd=stage.gateway.directory,
        env={k: v for k, v in os.environ.items() if not k.startswith("GATEWAYCTL_")}
        | ENVIRONMENT
        | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        timeout=60,
    )
    return ran.stdout + ran.stderr


def test_no_secret_is_in_what_commands_print(stage: Stage) -> None:
    config = ["-c", str(stage.gateway.config)]
    for arguments in (
        ["validate", str(stage.gateway.config)],
        ["dump", *config],
        ["dump", "--format", "json", *config],
        ["routes", *config],
        ["services", *config],
        ["routes", "--format", "json", *config],
        ["route-test", "/jwt", "--claim", "sub=u1", *config],
        ["route-test", "/jwt", "--json", "--claim", "sub=u1", *config],
        ["route-test", "/key", "--consumer", "acme", *config],
        ["route-test", "/basic", *config],
        ["route-test", "/nowhere", *config],
        ["dump", "--provenance", *config],
        ["dump", "--provenance", "--format", "json", *config],
        ["explain", "/jwt", "--claim", "sub=u1", *config],
        ["explain", "/jwt", "--json", *config],
        ["explain", "/found", *config],
        ["explain", f"/hooks/{PLANTED['path'][:-1]}", *config],
        ["discover", "found", *config],
        ["graph", *config],
        ["graph", "--format", "dot", *config],
        ["export", "openapi", *config],
        *(["validate", str(stage.gateway.config), "--format", form] for form in FORMATS),
        *(["lint", str(stage.gateway.config), "--select", "all", "--format", form] for form in FORMATS),
    ):
        search(" ".join(arguments[:3]), command(stage, *arguments))


@pytest.mark.parametrize("form", ["text", "json", "markdown", "github", "sarif"])
def test_no_secret_is_in_what_is_said_of_a_change(stage: Stage, form: str) -> None:
    """Each planted secret of the configuration is another one in the new file, or stands there in clear; none is said."""
    text = stage.gateway.config.read_text()
    other = stage.gateway.directory / "other.toml"
    for name in ("admin", "jwt", "redis", "consul"):
        text = text.replace(PLANTED[name], PLANTED[name][::-1])
    other.write_text(text.replace("${secret:HEADER}", PLANTED["header"]))
    told = command(stage, "diff", str(stage.gateway.config), str(other), "--format", form)
    search(f"diff, {form}", told)
    for name in ("admin", "jwt", "redis", "consul"):
        assert PLANTED[name][::-1].encode() not in told
    admin = "http://{}:{}".format(*stage.gateway.admin)
    search("diff of what runs", command(stage, "diff", "--against", admin, "-c", str(other), "--format", form))


def test_no_secret_is_in_what_route_tests_say(stage: Stage) -> None:
    cases = f"""
        [[case]]
        request = "GET /jwt"
        token = {{ sub = "u1" }}
        expect = {{ route = "cookie", upstream_path = "/{PLANTED["stray"][:8]}", headers = {{ x-key = "none" }} }}
        [[case]]
        request = "GET /found"
        expect = {{ route = "found", limits = ["shared"] }}
    """
    (stage.gateway.directory / "gateway.test.toml").write_text(cases)
    for form in ("text", "json", "junit", "github", "markdown"):
        told = command(stage, "test", "-v", "--format", form)
        assert b"cookie" in told, told
        search(f"test, {form}", told)


def test_the_search_finds_what_it_should() -> None:
    for name, secret in PLANTED.items():
        for shown in (
            secret.encode(),
            secret.encode().hex().encode(),
            *(base64.b64encode(b"x" * n + secret.encode()) for n in range(3)),
        ):
            with pytest.raises(AssertionError, match=name):
                search("here", b'{"a": "' + shown + b'"}')
    search("here", json.dumps({"nothing": "of it"}).encode())
