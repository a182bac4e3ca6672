"""``/breakers``: what there is, and closing one by hand."""

from gatewayctl.policy.breakers.breaker import Breaker
from gatewayctl.policy.breakers.table import Rules
from gatewayctl.state.records import LocalKeeper
from gatewayctl.upstream.conduct import BreakerShelf
from tests.unit.admin.stage import Stage

RULES = Rules(1, 0.5, 10, 10_000_000, 30_000_000, 1)
TOKEN = {"Authorization": "Bearer secret-token"}


def stage() -> tuple[Stage, Breaker]:
    """A breaker that has just opened."""
    from dataclasses import replace

    from tests.unit.admin.stage import LOOPBACK

    made = Stage(replace(LOOPBACK, token="secret-token"))
    keeper = LocalKeeper()
    shelf = made.gateway.breakers.obtain(
        "one",
        lambda: BreakerShelf(
            "standard", "users", "service", lambda of: Breaker("standard", f"users/{of}", RULES, keeper, lambda b: None)
        ),
    )
    breaker = shelf("")
    breaker.failed(breaker.ask(made.gateway.now), made.gateway.now)
    return made, breaker


def test_breakers_are_shown_with_their_state() -> None:
    s, _ = stage()
    s.gateway.now += 10.0

    assert s.get("/breakers").json() == {
        "breakers": [
            {
                "breaker": "standard",
                "service": "users",
                "state": "open",
                "seconds": 20.0,
                "failures_in_a_row": 0,
                "window": {"attempts": 0, "failures": 0},
                "trials": 0,
                "refused": 0,
            }
        ]
    }


def test_a_reset_closes_a_breaker() -> None:
    s, breaker = stage()

    assert s.post("/breakers/standard/users/reset", TOKEN).json() == {"ok": True, "reset": 1}
    assert breaker.state.word == "closed"


def test_a_reset_needs_the_token() -> None:
    s, breaker = stage()

    assert s.post("/breakers/standard/users/reset").status_code == 401
    assert breaker.state.word == "open"


def test_a_breaker_that_is_not_there_is_404_with_those_that_are() -> None:
    s, _ = stage()
    answer = s.post("/breakers/standard/orders/reset", TOKEN)

    assert answer.status_code == 404
    assert answer.json()["available"] == ["standard/users"]
