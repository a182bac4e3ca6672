"""The gateway's own answers: how a problem reads for programs, terminals and browsers (RFC 9457, RFC 9209)."""

import base64
import hashlib
import json
import re

import pytest

from gatewayctl.core.failures import FAILURES, failure
from gatewayctl.core.fields import field
from gatewayctl.core.reply import Reply, preferred, problem, sentence, status_line

JSON, TEXT, HTML = b"application/problem+json", b"text/plain; charset=utf-8", b"text/html; charset=utf-8"
CHROME = b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"


def of(
    reason: str = "no_route", detail: str = "no route takes this", accept: bytes | None = None, **kw: object
) -> Reply:
    return problem(failure(reason, detail), request_id="abc", accept=accept, pseudonym=b"gatewayctl", **kw)  # type: ignore[arg-type]


def values(reply: Reply, name: bytes) -> list[bytes]:
    return [f.value for f in reply.fields if f.name == name]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        (None, JSON),
        (b"", JSON),
        (b"*/*", JSON),
        (b"application/json", JSON),
        (b"application/problem+json", JSON),
        (b"application/*", JSON),
        (b"text/html", HTML),
        (CHROME, HTML),
        (b"text/plain", TEXT),
        (b"text/*", TEXT),
        (b"TEXT/HTML", HTML),
        (b"text/html;charset=utf-8", HTML),
        (b"text/html;q=0.1, application/json", JSON),
        (b"text/html; q=0.9, application/json;q=0.5", HTML),
        (b"text/html;q=0", JSON),
        (b"text/html;q=nonsense, text/plain;q=0.1", TEXT),
        (b"image/png", JSON),
        (b"image/png, text/plain;q=0.1", TEXT),
        (b",,;,", JSON),
        (b"text/html;q=nan", JSON),
        (b"text/html;q=-1", JSON),
        (b"\xff\xfe", JSON),
        (b"text/html, " * 200, JSON),
    ],
)
def test_the_form_is_the_one_that_is_preferred(accept: bytes | None, form: bytes) -> None:
    assert preferred(accept) == form
    assert values(of(accept=accept), b"content-type") == [form]


def test_a_problem_for_programs() -> None:
    reply = of()

    assert reply.status == 404
    assert json.loads(reply.body) == {
        "type": "about:blank",
        "title": "Nothing is served here",
        "status": 404,
        "detail": "No route takes this.",
        "reason": "no_route",
        "request_id": "abc",
    }


def test_a_problem_for_terminals_is_lines_of_text() -> None:
    text = of(accept=b"text/plain").body.decode()

    assert text.startswith("404 Nothing is served here: no route takes this\n")
    assert "no_route" in text
    assert "abc" in text
    assert text.endswith("\n")


def test_a_problem_for_browsers_is_a_page_with_everything_on_it() -> None:
    page = of(accept=b"text/html").body.decode()

    assert page.startswith("<!doctype html>")
    for word in ("404", "Nothing is served here", "No route takes this.", "no_route", "abc"):
        assert word in page
    assert "{" not in page.partition("</style>")[2]


@pytest.mark.parametrize("text", ['<script>alert("x")</script>', "{0}{status}{", "a & b", "\u2028", "%s %d"])
def test_what_a_detail_says_is_text_in_every_form(text: str) -> None:
    assert json.loads(of(detail=text).body)["detail"].startswith(text[:1].upper() + text[1:])
    assert text in of(detail=text, accept=b"text/plain").body.decode()
    page = of(detail=text, accept=b"text/html").body
    assert b"<script" not in page


def test_a_request_id_is_text_in_a_page() -> None:
    reply = problem(failure("no_route", "x"), request_id="<b>", accept=b"text/html", pseudonym=b"g")

    assert b"<b>" not in reply.body


def test_the_policy_of_a_page_allows_its_style_and_nothing_else() -> None:
    reply = of(accept=b"text/html")
    (style,) = re.findall(rb"<style>(.*?)</style>", reply.body, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style).digest())
    policy = b"default-src 'none'; style-src 'sha256-" + digest + b"'; frame-ancestors 'none'"

    assert values(reply, b"content-security-policy") == [policy]
    assert values(of(), b"content-security-policy") == []


def test_proxy_status_says_who_and_what() -> None:
    assert values(of("connect_failed"), b"proxy-status") == [
        b'gatewayctl; error=connection_refused; details="connect_failed"'
    ]


def test_a_problem_is_not_cached() -> None:
    assert values(of(), b"cache-control") == [b"no-store"]


def test_further_fields_come_along() -> None:
    assert values(of(extra=(field(b"Allow", b"GET, HEAD"),)), b"allow") == [b"GET, HEAD"]


@pytest.mark.parametrize("kind", FAILURES.values(), ids=FAILURES.keys())
def test_a_reply_closes_where_its_kind_does(kind: object) -> None:
    reply = of(kind.reason)  # type: ignore[attr-defined]

    assert reply.closes is kind.closes  # type: ignore[attr-defined]
    assert reply.failure is not None
    assert reply.failure.kind is kind


@pytest.mark.parametrize(
    ("detail", "shown"), [("no route", "No route."), ("Done.", "Done."), ("what?", "What?"), ("", "."), ("ü", "Ü.")]
)
def test_a_detail_is_shown_as_a_sentence(detail: str, shown: str) -> None:
    assert sentence(detail) == shown


@pytest.mark.parametrize(
    ("status", "line"),
    [
        (200, b"HTTP/1.1 200 OK\r\n"),
        (404, b"HTTP/1.1 404 Not Found\r\n"),
        (499, b"HTTP/1.1 499 Client Closed Request\r\n"),
        (299, b"HTTP/1.1 299 \r\n"),
    ],
)
def test_a_status_line_has_the_standard_phrase(status: int, line: bytes) -> None:
    assert status_line(status) == line
