"""Keys and tokens for tests: right ones by the library, wrong ones put together by hand."""

import base64
import hashlib
import hmac
import json
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

SECRET = "a secret of more than two hundred and fifty-six bits, for tests only"
NOW = 1_800_000_000.0
CLAIMS: dict[str, Any] = {
    "iss": "https://issuer.example/",
    "aud": "api",
    "sub": "u1",
    "exp": NOW + 600,
    "scope": "users:read orders:read",
}


@cache
def private_key(kind: str) -> Any:
    """A private key of that kind, the same for the whole run: RSA, RSA-2 (another one), small, P-256, P-384, P-521, OKP."""
    match kind:
        case "RSA" | "RSA-2":
            return rsa.generate_private_key(65537, 2048)
        case "small":
            return rsa.generate_private_key(65537, 1024)
        case "OKP":
            return ed25519.Ed25519PrivateKey.generate()
        case _:
            curves = {"P-256": ec.SECP256R1(), "P-384": ec.SECP384R1(), "P-521": ec.SECP521R1()}
            return ec.generate_private_key(curves[kind])


def public_pem(kind: str) -> bytes:
    """Its public half as PEM."""
    pem: bytes = private_key(kind).public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return pem


def private_pem(kind: str) -> bytes:
    """The private key as PEM."""
    pem: bytes = private_key(kind).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return pem


KINDS = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), "RSA"),
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "OKP",
}


def jwk(kind: str, id: str = "", **more: Any) -> dict[str, Any]:
    """The public half as a JSON Web Key."""
    by = {"R": jwt.algorithms.RSAAlgorithm, "P": jwt.algorithms.ECAlgorithm, "O": jwt.algorithms.OKPAlgorithm}[kind[0]]
    made: dict[str, Any] = json.loads(by.to_jwk(private_key(kind).public_key()))
    made.pop("key_ops", None)
    return made | ({"kid": id} if id else {}) | more


def jwks(*keys: dict[str, Any]) -> bytes:
    """A key set."""
    return json.dumps({"keys": list(keys)}).encode()


def token(
    algorithm: str = "HS256",
    *,
    key: Any = None,
    kind: str = "",
    claims: dict[str, Any] | None = None,
    header: dict[str, Any] | None = None,
    **more: Any,
) -> bytes:
    """A token by the library. ``more`` are claims beside (or instead of) ``CLAIMS``; one that is None is left out."""
    said = (CLAIMS if claims is None else claims) | more
    said = {name: value for name, value in said.items() if value is not None}
    if key is None:
        key = SECRET if algorithm.startswith("HS") else private_key(kind or KINDS[algorithm])
    return jwt.encode(said, key, algorithm, headers=header).encode()


def by_hand(header: dict[str, Any] | bytes, claims: dict[str, Any] | bytes, sign: bytes | None = None) -> bytes:
    """A token put together as it is said, signed by HMAC-SHA256 with ``sign``, or not at all."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, claims)]
    text = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    signature = b"" if sign is None else hmac.digest(sign, text, hashlib.sha256)
    return text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")
