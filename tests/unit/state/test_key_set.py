"""Fetched keys: one flight, at most every 30 s, kept while the issuer is down."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from gatewayctl.plan.identity import FetchedKeysPlan
from gatewayctl.policy.auth.helpers import Alone, KeySource
from gatewayctl.policy.auth.identity import Identity
from gatewayctl.policy.auth.jwt import JwtScheme
from gatewayctl.state.auth.key_set import AT_MOST, EVERY, FetchFailed, KeySet
from tests.support.tokens import NOW, jwk, jwks, token
from tests.unit.policy.auth.asking import JWT, bearer
from tests.unit.proxy.transport import Clock, Loop

URL = "https://issuer.example/keys"


class Issuer:
    """What is at each URL; an exception is raised. Answers only while ``answers``."""

    def __init__(self, loop: Any, **pages: Any) -> None:
        self.loop = loop
        self.pages: dict[str, Any] = {URL: jwks(jwk("RSA", "one"))}
        self.asked: list[str] = []
        self.answers = True

    async def fetch(self, url: str) -> bytes:
        self.asked.append(url)
        while not self.answers:
            gate = self.loop.create_future()
            self.loop.call_later(0.05, lambda gate=gate: gate.done() or gate.set_result(None))
            await gate
        page = self.pages.get(url, FetchFailed("the answer has status 404"))
        if isinstance(page, Exception):
            raise page
        return page


class Issued(Alone):
    """Schemes that are handed these keys."""

    def __init__(self, keys: KeySet) -> None:
        self._keys = keys

    def keys(self, plan: FetchedKeysPlan) -> KeySource:
        return self._keys


class Stage:
    """A key set on a clock in the test's hand."""

    def __init__(self, *, discovery: str = "", issuer: str | None = "https://issuer.example/") -> None:
        self.clock = Clock()
        self.loop = Loop(self.clock)
        self.issuer = Issuer(self.loop)
        self.said: list[tuple[str, str]] = []
        self.discovery, self.wanted = discovery, issuer

    def start(self) -> KeySet:
        plan = FetchedKeysPlan(self.discovery or URL, bool(self.discovery), self.wanted, ("RS256",))
        self.keys = KeySet(
            plan,
            loop=self.loop,
            clock=self.clock,
            fetch=self.issuer.fetch,
            say=lambda level, words: self.said.append((level, words)),
        )
        self.loop.settle()
        return self.keys

    def advance(self, seconds: float) -> None:
        end = self.clock.now + seconds
        while self.clock.now < end - 1e-9:
            self.clock.now = min(self.clock.now + 0.5, end)
            self.loop.settle(3)

    def end(self) -> None:
        self.keys.stop()
        self.loop.settle()
        self.loop.close()
        assert self.loop.problems == []


def test_keys_are_fetched_at_once_and_then_now_and_then() -> None:
    stage = Stage()
    keys = stage.start()

    assert keys.ring is not None
    first = keys.ring
    stage.advance(EVERY + 1)
    assert stage.issuer.asked == [URL, URL]
    assert keys.ring is first, "the same keys are the same ring: what they proved still counts"
    stage.issuer.pages[URL] = jwks(jwk("RSA-2", "two"))
    stage.advance(EVERY + 1)
    assert keys.ring is not first
    stage.end()


def test_whoever_asks_meanwhile_waits_for_the_same_fetch() -> None:
    stage = Stage()
    stage.issuer.answers = False
    keys = stage.start()
    waiting = [asyncio.ensure_future(keys.refresh(), loop=stage.loop) for _ in range(100)]  # type: ignore[arg-type]
    stage.loop.settle()

    assert not any(each.done() for each in waiting)
    stage.issuer.answers = True
    stage.advance(1)
    assert all(each.done() for each in waiting)
    assert stage.issuer.asked == [URL]
    stage.end()


def test_a_token_may_ask_at_most_every_30_seconds() -> None:
    stage = Stage()
    keys = stage.start()
    asked = 0
    for _ in range(240):
        waiting = keys.refresh()
        asked += waiting is not None
        stage.advance(0.5)

    assert asked == 120 / AT_MOST
    assert len(stage.issuer.asked) == 1 + asked
    stage.end()


def test_the_last_good_set_is_kept_while_the_issuer_is_down() -> None:
    stage = Stage()
    keys = stage.start()
    first = keys.ring
    good = stage.issuer.pages.pop(URL)
    stage.advance(EVERY + 600)

    assert keys.ring is first
    assert keys.failures > 10
    assert [level for level, _ in stage.said] == ["warning"], "an outage is one line"
    assert "those that are known go on" in stage.said[0][1]
    stage.issuer.pages[URL] = good
    stage.advance(40)
    assert [level for level, _ in stage.said] == ["warning", "info"]
    assert keys.ring is first
    stage.end()


def test_an_outage_of_ten_minutes_refuses_no_valid_token() -> None:
    stage = Stage()
    keys = stage.start()
    fetched = FetchedKeysPlan(URL, False, JWT.issuer, ("RS256",))
    by = JwtScheme(replace(JWT, algorithms=("RS256",), keys=(), fetched=fetched), {}, Issued(keys))
    stage.issuer.pages.pop(URL)
    judged: list[Any] = []
    for second in range(600):  # a token of its own each second: none is known again
        stage.advance(1)
        new = token("RS256", header={"kid": "one"}, jti=str(second))
        judged.append(by.identify(bearer(new), NOW + second / 2))

    assert keys.failures > 0
    assert all(isinstance(one, Identity) for one in judged)
    stage.end()


def test_tries_grow_apart_until_the_first_keys_come() -> None:
    stage = Stage()
    good = stage.issuer.pages.pop(URL)
    keys = stage.start()
    stage.advance(300)

    assert keys.ring is None
    assert 8 <= len(stage.issuer.asked) <= 16
    stage.issuer.pages[URL] = good
    stage.advance(31)
    assert keys.ring is not None
    stage.end()


@pytest.mark.parametrize("page", [b"", b"<html>", b'{"keys": []}', b"[" * 100_000])
def test_what_is_no_key_set_changes_nothing(page: bytes) -> None:
    stage = Stage()
    keys = stage.start()
    first = keys.ring
    stage.issuer.pages[URL] = page
    stage.advance(EVERY + 1)

    assert keys.ring is first
    assert keys.failures >= 1
    stage.end()


DOCUMENT = "https://issuer.example/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("page", "works"),
    [
        (b'{"issuer": "https://issuer.example/", "jwks_uri": "https://issuer.example/keys"}', True),
        (b'{"issuer": "https://evil.example/", "jwks_uri": "https://issuer.example/keys"}', False),
        (b'{"issuer": "https://issuer.example/", "jwks_uri": "http://issuer.example/keys"}', False),
        (b'{"issuer": "https://issuer.example/", "jwks_uri": "file:///etc/passwd"}', False),
        (b'{"issuer": "https://issuer.example/", "jwks_uri": 7}', False),
        (b'{"issuer": "https://issuer.example/"}', False),
        (b"[]", False),
    ],
)
def test_an_issuers_document_says_where_its_keys_are(page: bytes, works: bool) -> None:
    stage = Stage(discovery=DOCUMENT)
    stage.issuer.pages[DOCUMENT] = page
    keys = stage.start()

    assert (keys.ring is not None) is works
    assert (URL in stage.issuer.asked) is works
    stage.end()


def test_stopping_wakes_whoever_waits() -> None:
    stage = Stage()
    stage.issuer.answers = False
    keys = stage.start()
    waiting = asyncio.ensure_future(keys.refresh(), loop=stage.loop)  # type: ignore[arg-type]
    keys.stop()
    stage.loop.settle()

    assert waiting.done()
    assert keys.refresh() is None
    stage.end()
