"""API keys, choices of schemes, requirements."""

import hashlib
from typing import Any

import pytest

from gatewayctl.plan.identity import AnyPlan, ConsumerPlan, CredentialPlan, RequirePlan
from gatewayctl.policy.auth import SCHEMES, choice
from gatewayctl.policy.auth.api_key import ApiKeyScheme
from gatewayctl.policy.auth.base import Scheme
from gatewayctl.policy.auth.helpers import Alone
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.outcomes import Refusal
from gatewayctl.policy.auth.require import lack
from tests.support.tokens import NOW, token
from tests.unit.policy.auth.asking import API_KEY, BASIC, JWT, asking, bearer, scheme

ACME = ConsumerPlan("acme", (hashlib.sha256(b"k-acme").digest(), hashlib.sha256(b"k-old").digest()), ("gold",), None)
OTHER = ConsumerPlan("other", (hashlib.sha256(b"k-other").digest(),), (), None)


def keys(**changed: Any) -> ApiKeyScheme:
    plan = (
        API_KEY if not changed else type(API_KEY)(**{**{n: getattr(API_KEY, n) for n in API_KEY.__slots__}, **changed})
    )
    return ApiKeyScheme(plan, {"acme": ACME, "other": OTHER}, Alone())


def test_a_key_names_its_consumer() -> None:
    for key, name in ((b"k-acme", "acme"), (b"k-old", "acme"), (b"k-other", "other")):
        who = keys().identify(asking(b"X-API-Key: " + key), NOW)
        assert isinstance(who, Identity)
        assert who.consumer == name
        assert who.tags == ({"gold"} if name == "acme" else frozenset())


@pytest.mark.parametrize(
    "key", [b"k-acm", b"K-ACME", b"", b"k-acme ,k-other", b"x" * 5000, ACME.api_keys[0].hex().encode()]
)
def test_another_key_is_refused(key: bytes) -> None:
    outcome = keys().identify(asking(b"X-API-Key: " + key), NOW)
    assert isinstance(outcome, Refusal)
    assert outcome.challenges == (b'ApiKey realm="api"',)


def test_no_key_is_no_refusal_and_two_are_one() -> None:
    assert keys().identify(asking(), NOW) is None
    outcome = keys().identify(asking(b"X-API-Key: k-acme", b"x-api-key: k-other"), NOW)
    assert isinstance(outcome, Refusal)
    assert "more than once" in outcome.detail


@pytest.mark.parametrize("query", [b"api_key=k-acme", b"a=1&api_key=k-acme&b", b"api%5Fkey=k%2Dacme"])
def test_a_key_may_stand_in_the_query(query: bytes) -> None:
    by = keys(credential=CredentialPlan("query", "api_key", True))
    who = by.identify(asking(target=b"/?" + query), NOW)
    assert isinstance(who, Identity)
    assert who.consumer == "acme"
    assert by.identify(asking(target=b"/"), NOW) is None
    assert isinstance(by.identify(asking(target=b"/?" + query + b"&api_key=k-other"), NOW), Refusal)


# ── a choice ──────────────────────────────────────────────────────────


def either(**jwt: Any) -> Scheme:
    return choice(AnyPlan("any", ("jwt", "key"), ("auth", "any")), {"jwt": scheme(**jwt), "key": keys()})


def test_the_first_scheme_that_the_request_carries_decides() -> None:
    by = either()

    for request, name in ((bearer(token()), "jwt"), (asking(b"X-API-Key: k-acme"), "key")):
        who = by.identify(request, NOW)
        assert isinstance(who, Identity)
        assert who.scheme == name
    both = by.identify(asking(b"X-API-Key: k-acme", b"Authorization: Bearer " + token()), NOW)
    assert isinstance(both, Identity)
    assert both.scheme == "jwt"
    wrong = by.identify(asking(b"X-API-Key: k-acme", b"Authorization: Bearer x"), NOW)
    assert isinstance(wrong, Refusal), "a bad token is not made good by a key"
    assert by.identify(asking(), NOW) is None


def test_a_choice_asks_for_each_of_its_schemes() -> None:
    assert either().challenges == (b'Bearer realm="api"', b'ApiKey realm="api"')
    assert not either().optional
    assert either(optional=True).optional


# ── what is required ──────────────────────────────────────────────────

WHO = Identity(
    "jwt", "acme", tags=frozenset({"gold"}), scopes=frozenset({"a", "b"}),
    claims={"role": "admin", "groups": ["x", "y"], "org": {"tier": "gold"}, "level": 3, "on": True, "empty": None},
)  # fmt: skip


def require(**wanted: Any) -> RequirePlan:
    asked = {"scopes": (), "claims": (), "consumers": frozenset(), "tags": frozenset()} | wanted
    return RequirePlan(scheme="jwt", said_at=(), **asked)


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"scopes": ("a",)},
        {"scopes": ("a", "b")},
        {"claims": (("role", ("admin", "staff")),)},
        {"claims": (("groups", ("y",)),)},
        {"claims": (("org.tier", ("gold",)), ("level", ("3",)), ("on", ("true",)))},
        {"consumers": frozenset({"acme", "other"})},
        {"tags": frozenset({"gold", "silver"})},
    ],
)
def test_who_has_what_is_required_passes(wanted: dict[str, Any]) -> None:
    assert lack(require(**wanted), WHO) is None


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"scopes": ("a", "c")}, "scope c "),
        ({"claims": (("role", ("staff",)),)}, "claim role"),
        ({"claims": (("role", ("adm",)),)}, "claim role"),
        ({"claims": (("groups", ("xy", "[x]")),)}, "claim groups"),
        ({"claims": (("empty", ("null", "None", "")),)}, "claim empty"),
        ({"claims": (("absent", ("null", "None", "")),)}, "claim absent"),
        ({"claims": (("on", ("True", "1")),)}, "claim on"),
        ({"consumers": frozenset({"other"})}, "other consumers"),
        ({"tags": frozenset({"silver"})}, "another kind"),
    ],
)
def test_what_is_missing_is_said_without_what_would_be_accepted(wanted: dict[str, Any], words: str) -> None:
    found = lack(require(**wanted), WHO)
    assert found is not None
    assert words in found.detail
    assert "staff" not in found.detail
    assert found.scopes == wanted.get("scopes", ())


# ── the contract that every scheme keeps ──────────────────────────────


@pytest.mark.parametrize("kind", SCHEMES)
def test_every_scheme_asks_for_something_and_refuses_nobody_who_has_none(kind: type) -> None:
    plan = {type(JWT): JWT, type(API_KEY): API_KEY, type(BASIC): BASIC}.get(kind)
    if plan is None:
        pytest.skip("a server that is asked finds credentials in every request")
    by = SCHEMES[kind](plan, {"acme": ACME}, Alone())

    assert by.name == plan.name
    assert by.wants
    assert by.challenges, "RFC 9110 15.5.2: a 401 says how to do better"
    assert by.credentials
    assert by.identify(asking(), NOW) is None
    assert all(b"\r" not in c and b"\n" not in c for c in (*by.challenges, *by.insufficient_scope(("a\r\nb",))))
