"""[auth], [consumers], [access] and [cors], compiled: keys out of files, and what is said where a file is wrong."""

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.config import Loaded, load
from gatewayctl.core.diagnostics import Diagnostic
from gatewayctl.plan import Plan, compile_plan
from gatewayctl.plan.identity import AnyPlan, ApiKeyPlan, AuthPlan, CorsPlan, JwtPlan, PreflightPlan, RequirePlan
from gatewayctl.plan.keys import BadKeys, jwk_set, pem_key
from tests.support.tokens import SECRET, jwk, jwks, private_key, private_pem, public_pem
from tests.unit.plan.compiling import compiled

JWT = """
[auth.jwt]
type = "jwt"
algorithms = ["RS256"]
issuer = "https://issuer.example/"
audience = "api"
{keys}
"""


def from_files(tmp_path: Path, text: str, **files: bytes) -> tuple[Plan | None, list[Diagnostic], Loaded]:
    """The plan of a configuration on the disk."""
    for name, content in files.items():
        (tmp_path / name.replace("_", ".")).write_bytes(content)
    (tmp_path / "gateway.toml").write_text(f"version = 1\n{text}")
    loaded = load(["gateway.toml"], environ={}, directory=tmp_path, runtime=True)
    plan, found = compile_plan(loaded)
    return plan, [*loaded.diagnostics, *found], loaded


def scheme_of(plan: Plan | None) -> JwtPlan:
    assert plan is not None
    made = plan.identity.schemes["jwt"]
    assert isinstance(made, JwtPlan)
    return made


def test_a_public_key_comes_out_of_its_file(tmp_path: Path) -> None:
    plan, found, _ = from_files(tmp_path, JWT.format(keys='public_key_file = "k.pem"'), k_pem=public_pem("RSA"))

    assert found == []
    assert [(key.kind, key.alg, key.id) for key in scheme_of(plan).keys] == [("RSA", "", "")]


def test_a_key_set_gives_the_keys_that_fit(tmp_path: Path) -> None:
    keys = jwks(
        jwk("RSA", "one"), jwk("P-256", "two"), jwk("RSA-2", "enc", use="enc"), {"kty": "new"}, {"kty": "oct", "k": "x"}
    )
    plan, found, _ = from_files(tmp_path, JWT.format(keys='jwks_file = "k.json"'), k_json=keys)

    assert found == []
    assert [key.id for key in scheme_of(plan).keys] == ["one"]


def test_changed_keys_are_a_changed_configuration(tmp_path: Path) -> None:
    text = JWT.format(keys='public_key_file = "k.pem"')
    first, _, before = from_files(tmp_path, text, k_pem=public_pem("RSA"))
    second, _, after = from_files(tmp_path, text, k_pem=public_pem("RSA-2"))

    assert before.digest != after.digest, "a reload is more than nothing"
    assert scheme_of(first).keys != scheme_of(second).keys
    assert str(tmp_path / "k.pem") in map(str, after.files), "it is watched"


@pytest.mark.parametrize(
    ("keys", "files", "words"),
    [
        ('public_key_file = "k.pem"', {"k_pem": b"garbage"}, "no public key in PEM form"),
        ('public_key_file = "k.pem"', {"k_pem": b""}, "no public key in PEM form"),
        ('public_key_file = "k.pem"', {"k_pem": "private"}, "holds a private key"),
        ('public_key_file = "k.pem"', {"k_pem": "small"}, "2048 to 8192 bits, this one 1024"),
        ('jwks_file = "k.json"', {"k_json": b"{}"}, "no JSON Web Key Set"),
        ('jwks_file = "k.json"', {"k_json": b"[" * 100_000}, "no JSON Web Key Set"),
        ('jwks_file = "k.json"', {"k_json": b'{"keys": {}}'}, "is no list"),
        ('jwks_file = "k.json"', {"k_json": b'{"keys": []}'}, "none of its 0 keys fits"),
        ('jwks_file = "k.json"', {"k_json": b'{"keys": [{"kty": "RSA", "n": 1}]}'}, "none of its 1 keys fits"),
    ],
)  # fmt: skip
def test_a_file_with_something_else_is_an_error_at_its_name(
    tmp_path: Path, keys: str, files: dict[str, Any], words: str
) -> None:
    made = {"private": private_pem("RSA"), "small": public_pem("small")}
    contents = {name: made.get(content, content) for name, content in files.items()}
    plan, found, _ = from_files(tmp_path, JWT.format(keys=keys), **contents)

    assert plan is None
    (problem,) = found
    assert problem.code == "E205"
    assert words in problem.message
    assert problem.span is not None
    assert problem.span.line == 8


def test_a_private_key_in_a_key_set_is_refused() -> None:
    import jwt

    private = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(private_key("RSA")))
    private.pop("key_ops", None)
    with pytest.raises(BadKeys, match="private key"):
        jwk_set(jwks(private), ["RS256"])


def test_a_certificate_gives_its_key() -> None:
    from datetime import UTC, datetime

    from cryptography import x509
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.serialization import Encoding

    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "issuer")])
    key = private_key("P-256")
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 7, datetime(2020, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC))
        .sign(key, SHA256())
    )  # fmt: skip

    assert pem_key(made.public_bytes(Encoding.PEM)) == pem_key(public_pem("P-256"))


def test_offline_the_keys_need_not_be_there(tmp_path: Path) -> None:
    (tmp_path / "gateway.toml").write_text("version = 1\n" + JWT.format(keys='public_key_file = "nowhere.pem"'))
    loaded = load(["gateway.toml"], environ={}, directory=tmp_path)
    plan, _ = compile_plan(loaded)

    assert [diagnostic.code for diagnostic in loaded.diagnostics] == ["W204"]
    assert scheme_of(plan).keys == ()


def test_the_rest_of_the_language_says_what_it_says() -> None:
    plan = compiled(
        f"""
[defaults]
auth = "any"
cors = "web"
[auth.any]
type = "any"
of = ["key", "jwt"]
[auth.key]
type = "api_key"
query = "k"
forward_credentials = false
optional = true
[auth.jwt]
type = "jwt"
algorithms = ["HS256"]
secret = "{SECRET}"
issuer = "any"
audience = ["any"]
token_types = ["application/at+JWT"]
token_from = "cookie:t"
[consumers.acme]
api_keys = ["sha256:{"0f" * 32}"]
tags = ["gold"]
[access.a]
allow = ["10.0.0.0/8"]
[cors.web]
origins = ["https://a.example.com", "https://*.b.example.com"]
headers = ["X-One"]
[routes.public]
path = "/public"
service = "up"
auth = "none"
cors = "none"
[routes.private]
path = "/private"
service = "up"
access = "a"
require = {{ scopes = ["a"] }}
"""
    )
    identity = plan.identity
    jwt, key, choice = (identity.schemes[name] for name in ("jwt", "key", "any"))

    assert isinstance(jwt, JwtPlan)
    assert (jwt.issuer, jwt.audience, jwt.token_types, jwt.credential.place, jwt.credential.name) == (
        None, None, {"at+jwt"}, "cookie", "t"
    )  # fmt: skip
    assert isinstance(key, ApiKeyPlan)
    assert (key.credential.place, key.credential.forwarded, key.optional) == ("query", False, True)
    assert isinstance(choice, AnyPlan)
    assert choice.of == ("key", "jwt")
    assert identity.consumers["acme"].api_keys == (b"\x0f" * 32,)
    assert identity.cors["web"].wildcards == (("https://", ".b.example.com"),)
    assert identity.default_cors == "web"
    private, public = plan.routes
    assert [type(step).__name__ for step in public.steps] == ["BodyLimitPlan", "ForwardPlan"]
    names = ["PreflightPlan", "AccessPlan", "BodyLimitPlan", "AuthPlan", "RequirePlan", "ForwardPlan", "CorsPlan"]
    assert [type(step).__name__ for step in private.steps] == names
    by_type = {type(step): step for step in private.steps}
    assert by_type[AuthPlan].said_at == ("defaults", "auth")
    assert by_type[RequirePlan].scheme == "any"
    assert by_type[PreflightPlan].cors == by_type[CorsPlan].cors == "web"
    assert pickle.loads(pickle.dumps(identity)) == identity
    assert SECRET not in repr(plan)


def test_templates_know_who_asks_where_somebody_is_asked() -> None:
    route = '[routes.a]\npath = "/a"\nrespond = {{ body = "{{consumer}} {{claim.sub}}" }}\n{auth}'
    scheme = '[auth.key]\ntype = "api_key"\nheader = "k"\n'
    from tests.unit.plan.compiling import loaded

    assert compiled(route.format(auth='auth = "key"\n') + scheme)
    plan, found = compile_plan(loaded(route.format(auth="") + scheme))
    assert plan is None
    assert {problem.code for problem in found} == {"E308"}


@pytest.mark.parametrize(("algorithm", "least"), [("HS256", 32), ("HS384", 48), ("HS512", 64)])
def test_a_shared_secret_shorter_than_its_algorithm_is_refused(tmp_path: Path, algorithm: str, least: int) -> None:
    """RFC 8725 3.5 (weak symmetric keys), RFC 7518 3.2."""
    text = JWT.replace("RS256", algorithm)
    _, short, _ = from_files(tmp_path, text.format(keys=f'secret = "{"s" * (least - 1)}"'))
    _, long, _ = from_files(tmp_path, text.format(keys=f'secret = "{"s" * least}"'))

    assert [one.code for one in short] == ["E105"]
    assert long == []


@pytest.mark.parametrize("header", ["X-Forwarded-For", "x-real-ip", "Forwarded", "Client-Cert", "traceparent", "X-Req"])
@pytest.mark.parametrize(
    ("scheme", "column"),
    [
        ('type = "forward"\nurl = "http://127.0.0.1:1"\ncopy_headers = ["X-User", "{header}"]', "copy_headers"),
        (
            'type = "jwt"\nalgorithms = ["RS256"]\njwks_url = "https://a"\nissuer = "any"\naudience = "any"\n'
            'forward_claims = {{ sub = "X-User", ip = "{header}" }}',
            "forward_claims",
        ),
    ],
)
def test_a_claim_in_a_header_of_the_gateways_own_is_warned_of(header: str, scheme: str, column: str) -> None:
    from tests.unit.plan.compiling import loaded

    text = f'[server]\nrequest_id_header = "X-Req"\n[auth.a]\n{scheme.format(header=header)}\n'
    source = loaded(text)
    plan, (warning,) = compile_plan(source)

    assert plan is not None
    assert (warning.code, header in warning.message) == ("W320", True)
    assert warning.span is not None
    assert column in (text.splitlines()[warning.span.line - 2])
