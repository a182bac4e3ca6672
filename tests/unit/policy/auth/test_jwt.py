"""Tokens: every algorithm, what is remembered and for how long, what an identity says."""

import pytest

from gatewayctl.plan.identity import ConsumerPlan, CredentialPlan
from gatewayctl.plan.keys import jwk_set, pem_key, secret_key
from gatewayctl.policy.auth.identity import ClaimTexts
from gatewayctl.policy.auth.memory import Memory
from tests.support.tokens import KINDS, NOW, jwk, jwks, public_pem, token
from tests.unit.policy.auth.asking import asking, bearer, identified, refused, scheme

LONG_SECRET = "s" * 64


@pytest.mark.parametrize("algorithm", KINDS)
@pytest.mark.parametrize("source", ["pem", "jwks"])
def test_every_algorithm_with_a_public_key_verifies(algorithm: str, source: str) -> None:
    kind = KINDS[algorithm]
    keys = (pem_key(public_pem(kind)),) if source == "pem" else jwk_set(jwks(jwk(kind, "k"), jwk("RSA-2")), [algorithm])
    by = scheme(algorithms=(algorithm,), keys=keys)

    assert identified(by, token(algorithm)).consumer == "u1"
    other = {"RSA": "RSA-2"}.get(kind)
    if other is not None:
        assert "signature" in refused(by, token(algorithm, kind=other, header={"kid": "k"}))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512"])
def test_every_algorithm_with_a_secret_verifies(algorithm: str) -> None:
    by = scheme(algorithms=(algorithm,), keys=(secret_key(LONG_SECRET.encode()),))

    assert identified(by, token(algorithm, key=LONG_SECRET))
    assert "signature" in refused(by, token(algorithm, key="t" * 64))


def test_a_token_is_verified_once_and_known_again() -> None:
    by = scheme()
    first = identified(by, token())

    assert identified(by, token()) is first
    assert len(by.memory) == 1


def test_nothing_is_known_again_past_its_exp() -> None:
    by = scheme()
    seen = token(exp=NOW + 10)
    first = identified(by, seen)

    assert identified(by, seen, NOW + 9.9) is first
    assert identified(by, seen, NOW + 10) is not first, "within the leeway it is verified each time"
    assert "expired" in refused(by, seen, NOW + 70)


def test_a_token_that_never_expires_is_verified_again_now_and_then() -> None:
    by = scheme()
    endless = token(exp=None)
    first = identified(by, endless)

    assert identified(by, endless, NOW + 299) is first
    assert identified(by, endless, NOW + 300) is not first


def test_what_is_remembered_is_bounded_and_the_least_recent_goes() -> None:
    memory = Memory(10)
    kept = identified(scheme(), token())
    memory.put(b"kept", kept)
    for number in range(1000):
        memory.put(b"%d" % number, kept)
        assert memory.get(b"kept", NOW) is kept, "what is asked for stays"
        assert len(memory) <= 12

    assert memory.get(b"0", NOW) is None


def test_large_tokens_are_remembered_in_smaller_numbers() -> None:
    """Ten thousands of 8 KiB, with all that they claim, would take hundreds of megabytes."""
    memory = Memory(10_000, most_bytes=40_000)
    by = scheme()
    for number in range(100):
        large = identified(by, token(jti=f"{number}", groups="g" * 3000))
        assert 4000 < large.size < 4500
        memory.put(b"%d" % number, large)
        assert len(memory) <= 10
        assert memory.get(b"%d" % number, NOW) is large

    for number in range(100):
        memory.put(b"%d" % number, identified(by, token(jti=f"{number}")))
        assert sum(one.size for half in (memory._old, memory._young) for one in half.values()) <= 40_000


def test_no_token_is_no_refusal() -> None:
    by = scheme()
    assert by.identify(asking(), NOW) is None
    assert by.identify(asking(b"Authorization: Basic dTpw"), NOW) is None
    assert by.identify(asking(b"Authorization: Bearertoken"), NOW) is None


@pytest.mark.parametrize("word", [b"bearer", b"Bearer", b"BEARER"])
def test_the_word_bearer_has_no_case(word: bytes) -> None:
    assert scheme().identify(asking(b"Authorization: " + word + b"  " + token()), NOW) is not None


def test_an_empty_token_is_refused() -> None:
    outcome = scheme().identify(asking(b"Authorization: Bearer"), NOW)
    assert outcome is not None
    assert "three parts" in outcome.detail  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("place", "name", "line"),
    [
        ("header", "X-Token", b"X-Token: %b"),
        ("cookie", "token", b"Cookie: other=1; token=%b; more=2"),
        ("cookie", "token", b'Cookie: token="%b"'),
    ],
)
def test_a_token_may_stand_elsewhere(place: str, name: str, line: bytes) -> None:
    by = scheme(credential=CredentialPlan(place, name, True))

    assert by.identify(asking(line % token()), NOW) is not None
    assert by.identify(bearer(token()), NOW) is None


def test_the_challenge_says_what_was_wrong() -> None:
    by = scheme(realm='the "api"')
    outcome = by.identify(bearer(token(exp=NOW - 100)), NOW)

    assert by.challenges == (b'Bearer realm="the \\"api\\""',)
    assert outcome is not None
    assert outcome.challenges == (  # type: ignore[union-attr]
        b'Bearer realm="the \\"api\\"", error="invalid_token", error_description="the token has expired"',
    )
    assert by.insufficient_scope(("a", "b")) == (
        b'Bearer realm="the \\"api\\"", error="insufficient_scope", scope="a b"',
    )


def test_a_consumer_that_is_configured_has_its_tags() -> None:
    acme = ConsumerPlan("acme", (), ("gold",), None)
    by = scheme({"acme": acme}, consumer_claim="client_id")

    assert identified(by, token(client_id="acme")).tags == {"gold"}
    assert identified(by, token(client_id="other")).tags == frozenset()
    assert identified(by, token()).consumer == ""


@pytest.mark.parametrize(
    ("value", "scopes"),
    [("a b", {"a", "b"}), (["a", "b"], {"a", "b"}), ("", set()), (7, set()), ([1, "a"], {"a"}), ("a  b", {"a", "b"})],
)
def test_scopes_are_words_or_a_list(value: object, scopes: set[str]) -> None:
    assert identified(scheme(scopes_claim="scp"), token(scp=value)).scopes == scopes


def test_claims_are_found_by_name_and_through_objects() -> None:
    who = identified(scheme(), token(org={"tier": "gold"}, flags=[1, True], **{"https://a.example/role": "admin"}))
    texts = ClaimTexts(who)

    assert who.claim("org.tier") == "gold"
    assert who.claim("https://a.example/role") == "admin"
    assert who.claim("org.none") is None
    assert who.claim("sub.none") is None
    assert texts.get("org.tier") == b"gold"
    assert texts.get("flags") == b"[1,true]"
    assert texts.get("none") is None


def test_names_with_dots_go_into_objects_wherever_a_claim_is_named() -> None:
    by = scheme(consumer_claim="user.id", scopes_claim="realm_access.roles", required_claims=("user.id",))
    who = identified(by, token(user={"id": "u7"}, realm_access={"roles": ["read", "write"]}))

    assert (who.consumer, who.scopes) == ("u7", frozenset({"read", "write"}))
    assert "user.id" in refused(by, token(user={"name": "u7"}))
