"""What holds for every answer: problems, fields, faults, and that no secret is in any of them."""

from typing import Any

import pytest

from gatewayctl.routing import RouteSpec
from tests.unit.admin.stage import BEYOND, NAMED, TOKEN, LiveInstance, Stage, bearer, problem, reason

GETS = ("/livez", "/readyz", "/metrics", "/status", "/config", "/routes", "/services", "/breakers", "/version", "/")
LISTED = [
    *(f"GET {path}" for path in GETS[:5]),
    "GET /fingerprints",
    *(f"GET {path}" for path in GETS[5:-2]),
    *("POST /breakers/{name}/{service}/reset", "GET /version", "POST /reload", "POST /drain", "GET /"),
]


@pytest.mark.parametrize("path", ["/nothing", "/livez/", "/LIVEZ", "/livez/x", "/%6civez/", "/favicon.ico"])
def test_what_is_not_there_is_a_404_that_lists_what_is(path: str) -> None:
    response = Stage().serve().get(path)
    assert reason(response) == (404, "not_found")
    assert problem(response)["available"] == LISTED


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/reload", "POST"),
        ("HEAD", "/reload", "POST"),
        ("POST", "/status", "GET, HEAD"),
        ("DELETE", "/config", "GET, HEAD"),
        ("OPTIONS", "/reload", "POST"),
        ("TRACE", "/", "GET, HEAD"),
        ("BREW", "/livez", "GET, HEAD"),
    ],
)
def test_another_method_is_a_405_that_says_which_are_taken(method: str, path: str, allow: str) -> None:
    response = Stage().serve().ask(method, path)
    assert response.headers["allow"] == allow
    if method != "HEAD":
        assert reason(response) == (405, "method_not_allowed")
        assert problem(response)["available"] == LISTED


@pytest.mark.parametrize("path", GETS)
def test_a_get_can_be_asked_for_with_head(path: str) -> None:
    stage = Stage().serve()
    assert stage.ask("HEAD", path).status_code == stage.get(path).status_code == 200


@pytest.mark.parametrize("path", [*GETS, "/nothing"])
def test_no_answer_is_stored_sniffed_or_framed(path: str) -> None:
    headers = Stage().serve().get(path).headers
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "script-src" not in headers["content-security-policy"]


class Broken(Stage):
    def status(self) -> dict[str, Any]:
        raise RuntimeError("a secret detail")


def test_a_fault_of_ours_is_reported_and_answered_without_its_details() -> None:
    stage = Broken().serve()
    response = stage.get("/status")
    assert reason(response) == (500, "internal_error")
    assert "secret detail" not in response.text
    [(error, doing)] = stage.gateway.reports
    assert str(error) == "a secret detail"
    assert doing == "answering GET /status on the admin address"
    assert response.headers["cache-control"] == "no-store"


def test_two_applications_share_nothing() -> None:
    one, other = Stage(NAMED), Stage(NAMED)
    for _ in range(20):
        one.post("/reload", bearer("wrong"))
    assert one.post("/reload", bearer()).status_code == 429
    assert other.post("/reload", bearer()).status_code == 200


@pytest.mark.parametrize("path", ["/routes", "/services"])
def test_before_the_first_configuration_there_is_nothing_to_show(path: str) -> None:
    stage = Stage()
    stage.ready = False
    response = stage.get(path)
    assert reason(response) == (503, "starting")
    assert response.headers["retry-after"] == "1"


def test_no_secret_is_in_any_answer() -> None:
    stage = Stage(BEYOND)
    spec = RouteSpec("hook", path="/hook/hunter2", headers={"x-key": "hunter2"})
    stage.serve([(spec, "users")], {"users": [LiveInstance("users-1")]})
    stage.config["routes"]["hook"] |= {"path": "***", "headers": {"x-key": "***"}}
    stage.config["services"] = {"users": {"instances": [{"url": "***"}]}}
    texts = [stage.get(path, bearer()).text for path in GETS]
    texts += [stage.get(path).text for path in GETS]
    texts += [stage.post("/reload", bearer()).text, stage.post("/reload", bearer("wrong")).text, stage.get("/x").text]
    for text in texts:
        assert "hunter2" not in text
        assert TOKEN not in text


def test_a_drain_is_passed_on_and_needs_the_token() -> None:
    stage = Stage(NAMED).serve()
    assert stage.post("/drain").status_code == 401
    assert stage.drains == 0
    response = stage.post("/drain", bearer(TOKEN))
    assert (response.status_code, response.json()["ok"], stage.drains) == (200, True, 1)
