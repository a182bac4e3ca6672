"""Every attack on tokens that RFC 8725 names, and those that its readers have added, by name."""

import base64
import json
import zlib
from typing import Any

import pytest
from jwt.algorithms import RSAAlgorithm

from gatewayctl.plan.keys import BadKeys, jwk_set, pem_key, secret_key
from gatewayctl.policy.auth.tokens import BadToken
from tests.support.tokens import CLAIMS, KINDS, NOW, SECRET, by_hand, jwk, jwks, private_key, public_pem, token
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


@pytest.mark.parametrize(("written", "aud"), [("None", None), ("5", 5), ("True", True), ("{}", {})])
def test_an_audience_that_is_no_text_is_nobodys(written: str, aud: Any) -> None:
    assert "audience" in refused(scheme(audience=frozenset({written})), token(aud=aud))


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


@pytest.mark.parametrize(("algorithm", "size"), [("ES256", 64), ("ES384", 96), ("ES512", 132), ("RS256", 256)])
@pytest.mark.parametrize("byte", [b"\x00", b"\xff"])
def test_a_signature_of_nothing_is_refused(algorithm: str, size: int, byte: bytes) -> None:
    """RFC 8725 2.1, 3.3: r and s of zero ("psychic signatures", CVE-2022-21449), and the like."""
    by = scheme(algorithms=(algorithm,), keys=(pem_key(public_pem(KINDS[algorithm])),))
    head, claims, _ = token(algorithm).split(b".")
    nothing = base64.urlsafe_b64encode(byte * size).rstrip(b"=")

    assert "signature" in refused(by, b".".join((head, claims, nothing)))


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("kept", [0, 1, 16])
def test_a_signature_that_is_cut_short_is_refused(algorithm: str, kept: int) -> None:
    """RFC 8725 2.1, 3.3: a comparison of what is left would be a comparison with less."""
    public = algorithm != "HS256"
    by = scheme(algorithms=(algorithm,), keys=(pem_key(public_pem(KINDS[algorithm])),)) if public else scheme()
    head, claims, signature = token(algorithm).split(b".")
    whole = base64.urlsafe_b64decode(signature + b"==")

    assert "signature" in refused(by, b".".join((head, claims, base64.urlsafe_b64encode(whole[:kept]).rstrip(b"="))))


def test_a_weak_rsa_key_checks_nothing() -> None:
    """RFC 8725 3.5, RFC 7518 3.3."""
    with pytest.raises(BadKeys, match="2048 to 8192 bits, this one 1024"):
        pem_key(public_pem("small"))
    with pytest.raises(BadKeys, match="2048 to 8192 bits, this one 1024"):
        jwk_set(jwks(jwk("RSA"), jwk("RSA") | _numbers_of("small")), ["RS256"])


def _numbers_of(kind: str) -> dict[str, str]:
    made = json.loads(RSAAlgorithm.to_jwk(private_key(kind).public_key()))
    return {"n": made["n"], "e": made["e"]}


def test_a_token_within_a_token_is_refused() -> None:
    """RFC 8725 2.3, 3.3: of a nested token only the outer signature would have been looked at."""
    nested = by_hand({"alg": "HS256", "cty": "JWT"}, by_hand({"alg": "none"}, CLAIMS), SECRET.encode())

    assert "claims cannot be read" in refused(scheme(), nested)


@pytest.mark.parametrize("signed", [CLAIMS, zlib.compress(json.dumps(CLAIMS).encode(), wbits=-15)])
def test_a_compressed_token_is_refused(signed: Any) -> None:
    """RFC 8725 2.4, 3.6: nothing is decompressed, however little there is, and however it is signed."""
    assert "compressed" in refused(scheme(), by_hand(HS | {"zip": "DEF"}, signed, SECRET.encode()))


@pytest.mark.parametrize("alg", ["dir", "RSA1_5", "RSA-OAEP", "ECDH-ES", "ECDH-ES+A256KW", "PBES2-HS512+A256KW"])
def test_a_key_is_never_used_to_decrypt(alg: str) -> None:
    """RFC 8725 2.5, 3.2, 3.4: neither a padding oracle nor an invalid curve nor millions of rounds (p2c)."""
    brought = {"epk": jwk("P-256"), "p2c": 10**9, "p2s": "AAAA"}
    parts = by_hand({"alg": alg, "enc": "A256GCM", **brought}, CLAIMS).split(b".")

    assert "three parts" in refused(scheme(), b".".join([*parts[:2], b"aaaa", b"aaaa", b"aaaa"]))
    assert "encrypted" in refused(scheme(), b".".join([*parts[:2], b"aaaa"]))
    assert "algorithm" in refused(scheme(), by_hand({"alg": alg, **brought}, CLAIMS))


def test_a_point_that_is_not_on_its_curve_is_no_key() -> None:
    """RFC 8725 2.5, 3.4 (invalid curves)."""
    good = jwk("P-256", "good")
    off = good | {"kid": "off", "y": good["x"]}

    with pytest.raises(BadKeys, match="none of its 1 keys"):
        jwk_set(jwks(off), ["ES256"])
    assert [key.id for key in jwk_set(jwks(off, good), ["ES256"])] == ["good"]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_a_header_in_another_encoding_is_refused(encoding: str) -> None:
    """RFC 8725 2.6, 3.7: what parsers disagree about is not read at all."""
    header = '{"alg":"HS256","typ":"JWT","x":"ä"}'.encode(encoding)
    claims = json.dumps(CLAIMS | {"x": "ä"}, ensure_ascii=False).encode(encoding)

    assert "header" in refused(scheme(), by_hand(header, CLAIMS, SECRET.encode()))
    assert "claims" in refused(scheme(), by_hand(HS, claims, SECRET.encode()))


@pytest.mark.parametrize("half", ["\\ud800", "\\uDFFF", "\\ude00\\ud83d"])
def test_half_a_character_is_refused(half: str) -> None:
    """RFC 8725 2.6, 3.7: it has no form in UTF-8, and what is made of it may be another user's name."""
    header, claims = json.dumps(HS | {"kid": "#"}), json.dumps(CLAIMS | {"sub": "#", "own": {"list": ["#"]}})

    assert "header" in refused(scheme(), by_hand(header.replace("#", half).encode(), CLAIMS, SECRET.encode()))
    assert "claims" in refused(scheme(), by_hand(HS, claims.replace("#", half).encode(), SECRET.encode()))


def test_a_character_in_two_halves_is_read_as_one() -> None:
    written = json.dumps(CLAIMS | {"sub": "\N{GRINNING FACE}"})
    assert "\\ud83d\\ude00" in written

    assert identified(scheme(), by_hand(HS, written.encode(), SECRET.encode())).consumer == "\N{GRINNING FACE}"


def test_a_key_of_one_issuer_proves_nothing_about_another() -> None:
    """RFC 8725 2.7, 3.8 (substitution): each scheme has its own keys and its own issuer."""
    ours = scheme(algorithms=("RS256",), keys=(pem_key(public_pem("RSA")),))
    theirs = scheme(algorithms=("RS256",), keys=(pem_key(public_pem("RSA-2")),), issuer="https://theirs.example/")
    forged = token("RS256", key=private_key("RSA-2"))

    assert "signature" in refused(ours, forged)
    assert "issuer" in refused(theirs, forged)


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"audience": frozenset({"billing"})}, "audience"),
        ({"token_types": frozenset({"at+jwt"})}, "type"),
        ({"issuer": "https://other.example/"}, "issuer"),
        ({"keys": (secret_key(b"another secret of more than two hundred and fifty-six bits"),)}, "signature"),
        ({"required_claims": ("nonce",)}, "nonce"),
    ],
)
def test_a_token_that_one_scheme_knows_is_strange_to_another(changed: dict[str, Any], word: str) -> None:
    """RFC 8725 2.8, 3.12: rules that exclude each other, and what one has remembered is nothing to the other."""
    one, other = scheme(), scheme(**changed)
    right = token()

    assert identified(one, right)
    assert word in refused(other, right)
    assert identified(one, right), "and the other has not made it forget"
