"""Keys that signatures are checked with, read from what issuers publish: JSON Web Keys (RFC 7517) and PEM.

Used when a configuration is compiled, and by the live gateway for key sets that it fetches. Only public keys of kinds
that are accepted here come out; private ones are a mistake that is said. The libraries are imported when a key is read:
a configuration without keys never loads them.
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from gatewayctl.plan.identity import KeyPlan

FITS: Final = {
    "HS256": "oct",
    "HS384": "oct",
    "HS512": "oct",
    "RS256": "RSA",
    "RS384": "RSA",
    "RS512": "RSA",
    "PS256": "RSA",
    "PS384": "RSA",
    "PS512": "RSA",
    "ES256": "P-256",
    "ES384": "P-384",
    "ES512": "P-521",
    "EdDSA": "OKP",
}
"""The kind of key that each algorithm takes: a key never serves an algorithm of another kind (RFC 8725 3.1, 3.2)."""

_SHORTEST_RSA: Final = 2048
"""Bits (RFC 7518 3.3)."""
_LONGEST_RSA: Final = 8192
"""Bits; checking a signature takes time that grows with the square of it."""
_MOST_KEYS: Final = 100
_CURVES: Final = {"secp256r1": "P-256", "secp384r1": "P-384", "secp521r1": "P-521"}


class BadKeys(ValueError):  # noqa: N818 - it says what they are
    """What was read is no key, or none that can be used here; in words, without the content."""


def secret_key(secret: bytes) -> KeyPlan:
    """A shared secret."""
    return KeyPlan("", "oct", "", secret)


def pem_key(data: bytes) -> KeyPlan:
    """One public key as PEM: the key itself, or a certificate that holds it. Raises BadKeys."""
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    if b"PRIVATE KEY" in data:
        raise BadKeys("it holds a private key; the public key belongs here")
    try:
        if b"BEGIN CERTIFICATE" in data:
            return _public("", "", x509.load_pem_x509_certificate(data).public_key())
        return _public("", "", load_pem_public_key(data))
    except BadKeys:
        raise
    except Exception:
        raise BadKeys("it is no public key in PEM form (-----BEGIN PUBLIC KEY-----)") from None


def jwk_set(data: bytes, algorithms: Iterable[str]) -> tuple[KeyPlan, ...]:
    """The keys of a JSON Web Key Set that fit ``algorithms``; others are passed over (RFC 7517 5). Raises BadKeys."""
    try:
        said = json.loads(data)
        listed = said["keys"]
    except (ValueError, KeyError, TypeError, RecursionError):
        raise BadKeys('it is no JSON Web Key Set: a JSON object with "keys"') from None
    if not isinstance(listed, list):
        raise BadKeys('"keys" is no list')
    if len(listed) > _MOST_KEYS:
        raise BadKeys(f"it holds more than {_MOST_KEYS} keys")
    kinds = {FITS[algorithm] for algorithm in algorithms} - {"oct"}
    found = [key for jwk in listed if isinstance(jwk, dict) and (key := _from_jwk(jwk)) is not None]
    fitting = tuple(key for key in found if key.kind in kinds)
    if not fitting:
        raise BadKeys(f"none of its {len(listed)} keys fits the algorithms of this scheme")
    return fitting


def _from_jwk(jwk: dict[str, Any]) -> KeyPlan | None:
    """A public key for signatures; None for what is none."""
    import jwt

    operations = jwk.get("key_ops")
    if jwk.get("use", "sig") != "sig" or (isinstance(operations, list) and "verify" not in operations):
        return None
    if jwk.get("kty") not in ("RSA", "EC", "OKP"):
        return None
    if "d" in jwk:
        raise BadKeys("it holds a private key; only public keys belong here")
    alg, id = jwk.get("alg", ""), jwk.get("kid", "")
    if not isinstance(alg, str) or not isinstance(id, str) or (alg and alg not in FITS):
        return None
    readers = {
        "RSA": jwt.algorithms.RSAAlgorithm.from_jwk,
        "EC": jwt.algorithms.ECAlgorithm.from_jwk,
        "OKP": jwt.algorithms.OKPAlgorithm.from_jwk,
    }
    try:
        key = _public(id, alg, readers[jwk["kty"]](jwk))
    except BadKeys:
        raise
    except Exception:
        return None  # a kind of key that is not known here, or a broken one: it can check nothing
    return key if not alg or FITS[alg] == key.kind else None


def _public(id: str, alg: str, key: object) -> KeyPlan:
    from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    match key:
        case rsa.RSAPublicKey():
            if not _SHORTEST_RSA <= key.key_size <= _LONGEST_RSA:
                raise BadKeys(f"an RSA key has {_SHORTEST_RSA} to {_LONGEST_RSA} bits, this one {key.key_size}")
            kind = "RSA"
        case ec.EllipticCurvePublicKey() if key.curve.name in _CURVES:
            kind = _CURVES[key.curve.name]
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            kind = "OKP"
        case _:
            raise BadKeys("it is a key of a kind that no accepted algorithm takes")
    return KeyPlan(id, kind, alg, key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
