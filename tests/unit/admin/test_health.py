"""Whether this process lives, and whether traffic should come to it."""

from tests.unit.admin.stage import Stage, reason


def test_a_process_that_answers_lives() -> None:
    response = Stage().serve().get("/livez")
    assert (response.status_code, response.text) == (200, "ok\n")


def test_a_process_that_drains_lives_on() -> None:
    stage = Stage().serve()
    stage.gateway.leaving, stage.ready = True, False
    assert stage.get("/livez").status_code == 200


def test_a_gateway_that_serves_is_ready() -> None:
    response = Stage().serve().get("/readyz")
    assert (response.status_code, response.text) == (200, "ready\n")


def test_before_the_first_configuration_it_is_not_ready() -> None:
    stage = Stage()
    stage.ready = False
    assert reason(stage.get("/readyz")) == (503, "starting")


def test_while_draining_it_is_not_ready_and_says_why() -> None:
    stage = Stage().serve()
    stage.gateway.leaving = True
    assert reason(stage.get("/readyz")) == (503, "draining")
    stage.ready = False
    assert reason(stage.get("/readyz")) == (503, "draining")
