"""Every attack on tokens that RFC 8725 names, and those that its readers have added, by name."""

import base64
import json
from typing import Any

import pytest

from gatewayctl.plan.keys import jwk_set, pem_key, secret_key
from gatewayctl.policy.auth.tokens import BadToken
from tests.support.tokens import CLAIMS, NOW, SECRET, by_hand, jwk, jwks, private_key, public_pem, token
from tests.unit.policy.auth.asking import asking, identified, refused, scheme

HS = {"alg": "HS256", "typ": "JWT"}


def test_a_right_token_is_taken() -> None:
    assert identified(scheme(), token()).consumer == "u1"


@pytest.mark.parametrize("written", ["none", "None", "NONE", "nOnE", ""])
def test_the_algorithm_none_is_refused(written: str) -> None:
    """RFC 8725 2.1, 3.2."""
    assert "algorithm" in refused(scheme(), by_hand({"alg": written}, CLAIMS))


def test_a_token_without_a_signature_is_refused() -> None:
    assert "signature" in refused(scheme(), by_hand(HS, CLAIMS))


@pytest.mark.parametrize("form", ["PEM", "DER"])
def test_a_public_key_is_never_taken_for_a_shared_secret(form: str) -> None:
    """HS/RS confusion: RFC 8725 2.1."""
    pem = public_pem("RSA")
    secret = pem if form == "PEM" else base64.b64decode(b"".join(pem.splitlines()[1:-1]))
    forged = by_hand(HS, CLAIMS, secret)

    assert "algorithm" in refused(scheme(algorithms=("RS256",), keys=(pem_key(pem),)), forged)
    both = scheme(algorithms=("RS256", "HS256"), keys=(pem_key(pem),))  # which the configuration refuses to begin with
    assert "key" in refused(both, forged)


def test_an_algorithm_that_is_not_listed_is_refused() -> None:
    """RFC 8725 3.1."""
    assert "algorithm" in refused(scheme(algorithms=("HS256",)), token("HS384"))


def test_a_key_serves_only_the_algorithm_that_it_names() -> None:
    keys = jwk_set(jwks(jwk("RSA", "k", alg="RS256")), ["RS256", "PS256"])
    by = scheme(algorithms=("RS256", "PS256"), keys=keys)

    assert identified(by, token("RS256", header={"kid": "k"}))
    assert "key" in refused(by, token("PS256", header={"kid": "k"}))


def test_a_key_of_another_curve_is_not_used() -> None:
    by = scheme(algorithms=("ES256", "ES384"), keys=(pem_key(public_pem("P-384")),))

    assert "key" in refused(by, token("ES256"))
    assert identified(by, token("ES384"))


@pytest.mark.parametrize("name", ["jku", "x5u", "jwk", "x5c"])
def test_a_token_cannot_bring_its_own_key(name: str) -> None:
    """RFC 8725 3.5, 3.10."""
    own: Any = {"jwk": jwk("RSA-2"), "x5c": ["MII"]}.get(name, "https://evil.example/keys")
    by = scheme(algorithms=("RS256",), keys=(pem_key(public_pem("RSA")),))

    assert name in refused(by, token("RS256", key=private_key("RSA-2"), header={name: own}))
    assert name in refused(by, token("RS256", header={name: own})), "not even where the signature is right"


@pytest.mark.parametrize("crit", [["exp"], ["b64"], [], "b64", None])
def test_extensions_that_must_be_understood_are_refused(crit: Any) -> None:
    """RFC 7515 4.1.11."""
    assert "crit" in refused(scheme(), by_hand(HS | {"crit": crit}, CLAIMS, SECRET.encode()))


def test_a_payload_that_is_not_encoded_is_refused() -> None:
    assert "b64" in refused(scheme(), by_hand(HS | {"b64": False}, CLAIMS, SECRET.encode()))


def test_a_token_larger_than_8_kib_is_not_looked_at() -> None:
    assert "8 KiB" in refused(scheme(), token(filler="x" * 8192))
    assert "8 KiB" in refused(scheme(), b"x" * 8193)


def test_a_token_of_another_issuer_is_refused() -> None:
    """RFC 8725 2.8, 3.8: substitution."""
    for other in ("https://evil.example/", "https://issuer.example", ["https://issuer.example/"], None, ""):
        assert "issuer" in refused(scheme(), by_hand(HS, CLAIMS | {"iss": other}, SECRET.encode()))


@pytest.mark.parametrize("audience", ["other", ["other", "more"], [], "", "ap", None, {"api": 1}, ["API"]])
def test_a_token_for_another_audience_is_refused(audience: Any) -> None:
    """RFC 8725 3.9."""
    assert "audience" in refused(scheme(), by_hand(HS, CLAIMS | {"aud": audience}, SECRET.encode()))


def test_one_audience_of_several_is_enough() -> None:
    assert identified(scheme(), token(aud=["other", "api"]))


def test_a_token_of_another_type_is_refused() -> None:
    """RFC 8725 2.8, 3.11: cross-JWT confusion."""
    by = scheme(token_types=frozenset({"at+jwt"}))

    assert "type" in refused(by, token())
    assert "type" in refused(by, token(header={"typ": "logout+jwt"}))
    assert identified(by, token(header={"typ": "at+jwt"}))
    assert identified(by, token(header={"typ": "application/AT+JWT"}))


def test_a_token_that_has_expired_is_refused_after_the_leeway() -> None:
    spent = token(exp=NOW)

    assert identified(scheme(), spent, NOW - 1)
    assert identified(scheme(), spent, NOW + 59)
    assert "expired" in refused(scheme(), spent, NOW + 60)
    assert "expired" in refused(scheme(leeway=0.0), spent, NOW)


def test_a_token_is_refused_before_its_time() -> None:
    early = token(nbf=NOW)

    assert "yet" in refused(scheme(), early, NOW - 61)
    assert identified(scheme(), early, NOW - 60)


@pytest.mark.parametrize("value", ["soon", True, [1], {}, None, "1e400", 1e300, -1e300])
def test_a_time_that_is_none_is_refused(value: Any) -> None:
    for name in ("exp", "nbf"):
        assert "no time" in refused(scheme(), by_hand(HS, CLAIMS | {name: value}, SECRET.encode()))


@pytest.mark.parametrize("word", [b"NaN", b"Infinity", b"-Infinity"])
def test_a_number_that_json_does_not_know_is_refused(word: bytes) -> None:
    claims = json.dumps(CLAIMS).encode().replace(b"1800000600.0", word)
    assert "cannot be read" in refused(scheme(), by_hand(HS, claims, SECRET.encode()))


def test_a_claim_that_is_required_must_be_there() -> None:
    by = scheme(required_claims=("sub", "email"))

    assert "email" in refused(by, token())
    assert "sub" in refused(by, token(sub=None, email="a@example.com"))
    assert "email" in refused(by, token(email=""))
    assert identified(by, token(email="a@example.com"))


def test_a_name_that_stands_twice_is_refused() -> None:
    """RFC 7515 4, RFC 7519 4: two parsers would read two tokens."""
    twice = b'{"alg":"none","alg":"HS256"}'
    assert "cannot be read" in refused(scheme(), by_hand(twice, CLAIMS, SECRET.encode()))
    claims = json.dumps(CLAIMS).encode()[:-1] + b',"sub":"admin"}'
    assert "cannot be read" in refused(scheme(), by_hand(HS, claims, SECRET.encode()))


@pytest.mark.parametrize(
    "text",
    [
        b"", b".", b"..", b"...", b"a.b", b"a.b.c.d", b"a.b.c.d.e", b"a b.c.d", b"e30.e30.e30=",
        b"e30.e30.", b"bnVsbA.e30.x", b"W10.e30.x", b"e30.\xff.x", b"eyJhbGciOiJIUzI1NiJ9\n.e30.x", b"eyJhbGciOjF9.e30.x",
        b"eyJhbGciOiJIUzI1NiIsImtpZCI6MX0.e30.x",
        base64.urlsafe_b64encode(b"[" * 4000) + b".e30.x",
        base64.urlsafe_b64encode(b'{"alg":"HS256"\xff}').rstrip(b"=") + b".e30.x",
    ],
)  # fmt: skip
def test_what_is_no_token_is_refused(text: bytes) -> None:
    by = scheme()
    with pytest.raises(BadToken):
        by.verified(text, NOW)


@pytest.mark.parametrize("part", [0, 1, 2])
def test_a_token_that_was_changed_is_refused(part: int) -> None:
    parts = token("RS256").split(b".")
    by = scheme(algorithms=("RS256",), keys=(pem_key(public_pem("RSA")),))
    assert identified(by, b".".join(parts))
    changed = {
        0: base64.urlsafe_b64encode(b'{"alg":"RS256","typ":"jwt"}').rstrip(b"="),
        1: base64.urlsafe_b64encode(json.dumps(CLAIMS | {"sub": "admin"}).encode()).rstrip(b"="),
        2: parts[2][:-6] + (b"AAAAAA" if parts[2][-6:] != b"AAAAAA" else b"BBBBBB"),
    }
    parts[part] = changed[part]

    assert "signature" in refused(by, b".".join(parts))


def test_a_key_that_is_not_known_is_refused() -> None:
    keys = jwk_set(jwks(jwk("RSA", "one")), ["RS256"])
    by = scheme(algorithms=("RS256",), keys=keys)

    assert "not known" in refused(by, token("RS256", header={"kid": "two"}))
    assert "signature" in refused(by, token("RS256", key=private_key("RSA-2"), header={"kid": "one"}))
    assert identified(by, token("RS256")), "a token that names no key is tried with all that fit"


def test_a_token_twice_is_refused() -> None:
    right = b"Authorization: Bearer " + token()
    outcome = scheme().identify(asking(right, right), NOW)
    assert outcome is not None
    assert "more than once" in outcome.detail  # type: ignore[union-attr]


def test_what_was_refused_is_not_remembered() -> None:
    by = scheme()
    refused(by, token(iss="https://evil.example/"))
    assert len(by.memory) == 0


def test_the_secret_does_not_show_in_a_representation() -> None:
    assert SECRET not in repr(secret_key(SECRET.encode()))
    assert SECRET not in repr(scheme()._plan)


def test_an_encrypted_token_is_refused() -> None:
    """RFC 8725 2.3, 2.4: nothing is decrypted, so that a key is no oracle, and nothing is decompressed (3.6)."""
    parts = by_hand({"alg": "RSA-OAEP", "enc": "A256GCM", "zip": "DEF"}, CLAIMS).split(b".")

    assert refused(scheme(), b".".join([*parts[:2], b"aaaa", b"aaaa", b"aaaa"]))
    assert refused(scheme(), b".".join([*parts[:2], b"aaaa"]))


def test_claims_in_another_encoding_are_refused() -> None:
    """RFC 8725 2.6, 3.7: UTF-8 only, though it is signed."""
    for encoding in ("utf-16", "utf-32", "latin-1"):
        written = json.dumps(CLAIMS | {"sub": "é"}, ensure_ascii=False).encode(encoding)
        assert refused(scheme(), by_hand({"alg": "HS256"}, written, SECRET.encode()))


@pytest.mark.parametrize("kid", ["../../../dev/null", "x' UNION SELECT 'key", "*)(uid=*", "http://evil.example/k"])
def test_a_kid_is_compared_and_never_looked_up_elsewhere(kid: str) -> None:
    """RFC 8725 2.9, 3.10: injection through a received claim."""
    keys = jwk_set(jwks(jwk("RSA", "one")), ["RS256"])

    assert "not known" in refused(scheme(algorithms=("RS256",), keys=keys), token("RS256", header={"kid": kid}))


def test_a_token_for_a_user_of_another_issuer_is_not_taken_for_ours() -> None:
    """RFC 8725 3.8: the keys and the issuer belong together."""
    assert "issuer" in refused(scheme(), token(iss="https://issuer.example"))
    assert "issuer" in refused(scheme(), by_hand(HS, CLAIMS | {"iss": [CLAIMS["iss"]]}, SECRET.encode()))
    assert "issuer" in refused(scheme(), token(iss=None))


def test_a_token_without_an_end_is_refused_where_exp_is_required() -> None:
    assert "lacks the claim exp" in refused(scheme(required_claims=("exp",)), token(exp=None))
    assert identified(scheme(), token(exp=None)), "RFC 7519 4.1.4: it is optional where nobody asks for it"
