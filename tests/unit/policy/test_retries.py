"""Retries: what is tried again, after which pause, and how many at most."""

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.core.failures import FAILURES
from gatewayctl.policy.retries.budget import RetryBudget
from gatewayctl.policy.retries.rules import CAUSE_OF, RetryRules, retry_after
from gatewayctl.upstream.conduct import BLAMED

RULES = RetryRules(
    attempts=3,
    causes=frozenset({"connect", "reset"}),
    statuses=frozenset({502, 503, 504}),
    methods=frozenset({b"GET", b"PUT"}),
    backoff=0.025,
)


@pytest.mark.parametrize(
    ("reason", "method", "handed_over", "again"),
    [
        ("connect_failed", b"GET", False, True),
        ("connect_timeout", b"POST", False, True),
        ("dns_failed", b"POST", False, True),
        ("upstream_reset", b"GET", True, True),
        ("upstream_reset", b"POST", True, False),
        ("upstream_timeout", b"GET", True, False),
        ("bad_response", b"GET", True, False),
        ("no_healthy_instance", b"GET", False, False),
        ("internal_error", b"GET", False, False),
    ],
)
def test_what_is_tried_again(reason: str, method: bytes, handed_over: bool, again: bool) -> None:
    assert RULES.again_after_failure(reason, method, handed_over=handed_over) is again


@pytest.mark.parametrize(
    ("status", "method", "again"),
    [(503, b"GET", True), (503, b"POST", False), (500, b"GET", False), (200, b"GET", False)],
)
def test_which_responses_are_not_good_enough(status: int, method: bytes, again: bool) -> None:
    assert RULES.again_after_status(status, method) is again


def test_every_cause_is_a_reason_of_the_table() -> None:
    assert CAUSE_OF.keys() <= FAILURES.keys()


@pytest.mark.parametrize("reason", ["connect_failed", "connect_timeout", "dns_failed", "tls_certificate", "tls_failed"])
def test_whatever_keeps_a_connection_from_being_made_is_a_failure_of_the_instance(reason: str) -> None:
    assert CAUSE_OF[reason] == "connect"
    assert reason in BLAMED


def test_a_pause_is_anything_up_to_a_bound_that_doubles() -> None:
    assert [RULES.pause(attempts, lambda: 0.999999) for attempts in (1, 2, 3, 4, 5, 9)] == pytest.approx(
        [0.025, 0.05, 0.1, 0.2, 0.25, 0.25], rel=1e-3
    )
    assert RULES.pause(3, lambda: 0.0) == 0.0


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, 0.0),
        (b"3", 3.0),
        (b" 120 ", 120.0),
        (b"Thu, 01 Jan 1970 00:16:50 GMT", 10.0),
        (b"Thu, 01 Jan 1970 00:00:01 GMT", 0.0),
        (b"soon", 0.0),
        (b"-5", 0.0),
        (b"", 0.0),
        (b"\xb2", 0.0),
        (b"9" * 400, 999_999_999_999.0),
    ],
)
def test_retry_after_is_seconds_or_a_date(value: bytes | None, seconds: float) -> None:
    assert retry_after(value, 1000.0) == seconds


def test_a_budget_is_a_share_of_the_requests() -> None:
    budget = RetryBudget(0.2, 0)
    for _ in range(50):
        budget.request(5.0)

    assert [budget.retry(5.5) for _ in range(12)] == [True] * 10 + [False] * 2
    assert budget.exhausted == 2


def test_so_many_a_second_are_always_allowed() -> None:
    budget = RetryBudget(0.0, 3)

    assert [budget.retry(1.2) for _ in range(4)] == [True, True, True, False]
    assert budget.retry(2.0)


def test_what_is_older_than_ten_seconds_is_forgotten() -> None:
    budget = RetryBudget(0.5, 0)
    for _ in range(10):
        budget.request(1.0)

    assert budget.retry(10.9)
    assert not budget.retry(11.0)


def test_a_clock_that_is_set_back_begins_anew() -> None:
    budget = RetryBudget(0.5, 1)
    budget.request(1000.0)

    assert budget.retry(1.0)
    assert not budget.retry(1.0)


@settings(deadline=None)
@given(st.floats(0, 1), st.integers(0, 5), st.integers(0, 10**6))
def test_retries_never_exceed_their_share_and_the_least(share: float, least: int, seed: int) -> None:
    random = Random(seed)
    budget = RetryBudget(share, least)
    now, requests, retries = 100.0, [], []
    for _ in range(300):
        now += random.random() / 4
        requests.append(now)
        budget.request(now)
        if random.random() < 0.8 and budget.retry(now):
            retries.append(now)
            recent = [at for at in retries if int(now) - int(at) < 10]
            asked = [at for at in requests if int(now) - int(at) < 10]
            this_second = [at for at in recent if int(at) == int(now)]
            assert len(recent) <= share * len(asked) or len(this_second) <= least
