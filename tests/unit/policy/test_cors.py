"""What browsers are told: preflights, answers, and what never stands together."""

import pytest

from gatewayctl.core.fields import Field, field
from gatewayctl.core.head import HeadParser
from gatewayctl.core.messages import RequestHead
from gatewayctl.plan.identity import CorsPolicyPlan
from gatewayctl.policy.cors import Cors

APP = b"https://app.example.com"


def cors(*origins: str, **changed: object) -> Cors:
    wild = tuple((before, after) for before, _, after in (o.partition("*") for o in origins if "*" in o and o != "*"))
    plan: dict[str, object] = {
        "name": "web",
        "origins": frozenset(o for o in origins if o == "*" or "*" not in o),
        "wildcards": wild,
        "methods": ("GET", "POST"),
        "headers": frozenset({"content-type", "authorization"}),
        "expose": b"",
        "credentials": False,
        "max_age": 600,
    }
    return Cors(CorsPolicyPlan(**(plan | changed)))  # type: ignore[arg-type]


def head(method: bytes = b"GET", *fields: bytes) -> RequestHead:
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=100)
    return parser.request(b"\r\n".join((method + b" / HTTP/1.1", b"Host: a", *fields)))


def asked(origin: bytes = APP, method: bytes = b"GET", *fields: bytes) -> RequestHead:
    return head(b"OPTIONS", b"Origin: " + origin, b"Access-Control-Request-Method: " + method, *fields)


def said(fields: list[Field]) -> dict[str, str]:
    return {f.name.decode(): f.value.decode() for f in fields}


def test_a_preflight_of_an_allowed_origin_is_told_what_it_may() -> None:
    assert said(cors("https://app.example.com").preflight(asked(), b"GET")) == {
        "access-control-allow-origin": "https://app.example.com",
        "access-control-allow-methods": "GET, POST",
        "access-control-allow-headers": "authorization, content-type",
        "access-control-max-age": "600",
        "vary": "Origin, Access-Control-Request-Method, Access-Control-Request-Headers",
    }


@pytest.mark.parametrize(
    "origin",
    [b"https://evil.example.com", b"http://app.example.com", b"https://app.example.com.evil.org", b"null", b"",
     b"https://app.example.com:8443", b"https://xapp.example.com", b"https://app.example.com, https://evil.org"],
)  # fmt: skip
def test_a_preflight_of_another_origin_is_told_nothing(origin: bytes) -> None:
    assert list(said(cors("https://app.example.com").preflight(asked(origin), b"GET"))) == ["vary"]


@pytest.mark.parametrize(
    ("origin", "allowed"),
    [
        (b"https://a.example.com", True),
        (b"https://a.b.example.com", True),
        (b"https://example.com", False),
        (b"https://.example.com", False),
        (b"https://evil.org/.example.com", False),
        (b"https://evil.org#.example.com", False),
        (b"https://evil.org@a.example.com", False),
        (b"http://a.example.com", False),
        (b"https://a.example.com.evil.org", False),
        (b"https://aexample.com", False),
    ],
)
def test_a_wildcard_stands_for_names_below_and_nothing_else(origin: bytes, allowed: bool) -> None:
    assert cors("https://*.example.com").allows(origin) is allowed


def test_an_answer_names_the_origin_and_varies_by_it() -> None:
    policy = cors("https://app.example.com", credentials=True, expose=b"x-request-id")
    shaped = said(policy.shaped(head(b"GET", b"Origin: " + APP), [field(b"X-A", b"1")]))

    assert shaped == {
        "x-a": "1",
        "access-control-allow-origin": "https://app.example.com",
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": "x-request-id",
        "vary": "Origin",
    }


def test_an_answer_to_nobody_in_particular_varies_all_the_same() -> None:
    assert said(cors("https://app.example.com").shaped(head(), [])) == {"vary": "Origin"}


def test_what_a_service_says_about_it_is_replaced() -> None:
    upstream = [
        field(b"Access-Control-Allow-Origin", b"*"),
        field(b"Access-Control-Allow-Credentials", b"true"),
        field(b"Vary", b"Accept"),
    ]
    shaped = cors("https://app.example.com").shaped(head(b"GET", b"Origin: https://evil.org"), upstream)
    assert [(f.name, f.value) for f in shaped] == [(b"vary", b"Accept"), (b"vary", b"Origin")]


def test_every_origin_is_a_star_without_credentials_only() -> None:
    shaped = said(cors("*").shaped(head(b"GET", b"Origin: https://anything.org"), []))
    assert shaped == {"access-control-allow-origin": "*"}

    careful = said(cors("*", credentials=True).shaped(head(b"GET", b"Origin: https://anything.org"), []))
    assert careful["access-control-allow-origin"] == "https://anything.org", (
        "the configuration refuses it to begin with"
    )


def test_all_methods_and_headers_are_those_that_are_asked_for() -> None:
    policy = cors("https://app.example.com", methods=("*",), headers=frozenset({"*"}), credentials=True)
    asks = asked(APP, b"PURGE", b"Access-Control-Request-Headers: x-one, X-Two, bad name,, y\xff")
    told = said(policy.preflight(asks, b"PURGE"))

    assert told["access-control-allow-methods"] == "PURGE"
    assert told["access-control-allow-headers"] == "x-one, X-Two"
    assert "*" not in told.values()


def test_shaping_leaves_the_answer_to_a_preflight_alone() -> None:
    policy = cors("https://app.example.com")
    fields = policy.preflight(asked(), b"GET")
    assert policy.shaped(asked(), fields) is fields
