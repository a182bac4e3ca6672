"""``POST /reload``."""

from gatewayctl.admin import Reloaded
from tests.unit.admin.stage import NAMED, Stage, bearer, problem

DIAGNOSTIC = {
    "code": "E104",
    "severity": "error",
    "message": "unknown load balancer",
    "file": "gateway.toml",
    "line": 7,
}


def test_a_reload_says_what_changed() -> None:
    stage = Stage(NAMED)
    stage.outcome = Reloaded(ok=True, summary="2 routes added", generation=4)
    response = stage.post("/reload", bearer())
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    assert response.json() == {
        "ok": True,
        "summary": "2 routes added",
        "generation": 4,
        "diagnostics": [],
        "rendered": [],
    }


def test_a_refused_reload_is_a_problem_with_every_diagnostic() -> None:
    stage = Stage(NAMED)
    stage.outcome = Reloaded(False, "refused: 1 error", 3, [DIAGNOSTIC], ["error[E104]: unknown load balancer\n --> …"])
    response = stage.post("/reload", bearer())
    found = problem(response)
    assert (response.status_code, found["reason"]) == (422, "config_refused")
    assert found["detail"] == "refused: 1 error; generation 3 goes on serving"
    assert (found["ok"], found["generation"], found["summary"]) == (False, 3, "refused: 1 error")
    assert found["diagnostics"] == [DIAGNOSTIC]
    assert found["rendered"] == ["error[E104]: unknown load balancer\n --> …"]


def test_warnings_come_with_a_reload_that_was_done() -> None:
    stage = Stage(NAMED)
    warning = DIAGNOSTIC | {"severity": "warning"}
    stage.outcome = Reloaded(True, "settings changed", 5, [warning], ["warning: …"])
    assert stage.post("/reload", bearer()).json()["diagnostics"] == [warning]


def test_looking_does_not_reload() -> None:
    stage = Stage(NAMED)
    stage.ask("GET", "/reload", bearer())
    stage.ask("HEAD", "/reload", bearer())
    assert stage.reloads == 0
