"""Who may do what: hosts, origins, the token, and how often it may be wrong (behaviour: admin)."""

from dataclasses import replace

import pytest

from gatewayctl.admin.attempts import LIMIT
from tests.unit.admin.stage import BEYOND, LOOPBACK, NAMED, TOKEN, UNIX, Stage, bearer, problem, reason

OPEN = ("/livez", "/readyz", "/metrics")
READ = ("/", "/status", "/config", "/routes", "/services", "/version", "/nothing-here")


# ── Host ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", [*OPEN, *READ])
def test_nothing_is_answered_under_a_foreign_name(path: str) -> None:
    response = Stage().serve().get(path, {"Host": "evil.example:9080"})
    assert reason(response) == (421, "unknown_host")
    assert "admin.hosts" in problem(response)["detail"]


@pytest.mark.parametrize("host", ["127.0.0.1:9080", "[::1]:9080", "10.1.2.3", "localhost:9080", "Gateway.Internal"])
def test_addresses_localhost_and_admin_hosts_are_answered(host: str) -> None:
    assert Stage(NAMED).serve().get("/livez", {"Host": host}).status_code == 200


def test_a_foreign_name_is_refused_for_changes_even_with_the_token() -> None:
    stage = Stage(NAMED)
    assert stage.post("/reload", {"Host": "evil.example", **bearer()}).status_code == 421
    assert stage.reloads == 0


def test_a_foreign_name_is_refused_on_a_unix_socket_too() -> None:
    assert Stage(UNIX).serve().get("/status", {"Host": "evil.example"}, client=None).status_code == 421


@pytest.mark.parametrize("hosts", [("a", "localhost"), ("localhost", "localhost")])
def test_two_host_fields_are_refused(hosts: tuple[str, str]) -> None:
    assert reason(Stage().serve().get("/livez", [("Host", host) for host in hosts])) == (400, "bad_host")


@pytest.mark.parametrize("host", ["", "a b", "::1", "http://localhost"])
def test_a_malformed_host_is_refused(host: str) -> None:
    assert reason(Stage().serve().get("/livez", {"Host": host})) == (400, "bad_host")


# ── reading ───────────────────────────────────────────────────────────────


@pytest.mark.parametrize("admin", [LOOPBACK, NAMED, UNIX], ids=["no token", "a token", "unix"])
@pytest.mark.parametrize("path", [*OPEN, *READ[:-1]])
def test_reading_is_open_on_this_machine(admin: object, path: str) -> None:
    assert Stage(admin).serve().get(path).status_code == 200  # type: ignore[arg-type]


@pytest.mark.parametrize("path", OPEN)
def test_probes_and_scrapers_need_no_token_beyond_loopback(path: str) -> None:
    assert Stage(BEYOND).serve().get(path, client="192.0.2.7").status_code == 200


@pytest.mark.parametrize("path", READ)
def test_all_else_needs_the_token_beyond_loopback(path: str) -> None:
    stage = Stage(BEYOND).serve()
    refused = stage.get(path, client="192.0.2.7")
    assert reason(refused) == (401, "token_needed")
    assert refused.headers["www-authenticate"] == 'Bearer realm="gatewayctl admin"'
    assert "available" not in problem(refused)
    assert stage.get(path, bearer(), client="192.0.2.7").status_code == (404 if path == "/nothing-here" else 200)


def test_beyond_loopback_without_a_token_nothing_more_can_be_read() -> None:
    response = Stage(replace(BEYOND, token="")).serve().get("/status", bearer(""))
    assert reason(response) == (403, "no_token_set")
    assert "admin" in problem(response)["detail"]


# ── changing ──────────────────────────────────────────────────────────────


def test_changes_are_refused_with_the_way_out_where_no_token_is_set() -> None:
    stage = Stage(LOOPBACK)
    response = stage.post("/reload", bearer("anything"))
    assert reason(response) == (403, "no_token_set")
    assert "[admin]" in problem(response)["detail"]
    assert "unix:" in problem(response)["detail"]
    assert stage.reloads == 0


def test_changes_need_no_token_on_a_unix_socket_where_none_is_set() -> None:
    stage = Stage(UNIX)
    assert stage.post("/reload", {"Host": "localhost"}, client=None).status_code == 200
    assert stage.reloads == 1


def test_a_token_that_is_set_is_needed_on_a_unix_socket_too() -> None:
    stage = Stage(replace(UNIX, token=TOKEN))
    assert reason(stage.post("/reload", client=None)) == (401, "token_needed")
    assert stage.post("/reload", bearer(), client=None).status_code == 200


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER"])
def test_the_token_opens(scheme: str) -> None:
    stage = Stage(NAMED)
    assert stage.post("/reload", {"Authorization": f"{scheme} {TOKEN}"}).status_code == 200
    assert stage.reloads == 1


def test_a_wrong_token_is_told_from_a_missing_one() -> None:
    stage = Stage(NAMED)
    wrong, missing = stage.post("/reload", bearer("wrong")), stage.post("/reload")
    assert reason(wrong) == (401, "token_wrong")
    assert wrong.headers["www-authenticate"] == 'Bearer realm="gatewayctl admin", error="invalid_token"'
    assert reason(missing) == (401, "token_needed")
    assert missing.headers["www-authenticate"] == 'Bearer realm="gatewayctl admin"'
    assert stage.reloads == 0


@pytest.mark.parametrize(
    "headers",
    [
        [("Authorization", f"Basic {TOKEN}")],
        [("Authorization", TOKEN)],
        [("Authorization", "Bearer")],
        [("Authorization", "Bearer  ")],
        [("Authorization", f"Bearer {TOKEN[:-1]}")],
        [("Authorization", f"Bearer {TOKEN}x")],
        [("Authorization", f"Bearer {TOKEN.upper()}")],
        [("Authorization", f"Bearer {TOKEN}"), ("Authorization", f"Bearer {TOKEN}")],
        [("Cookie", f"token={TOKEN}")],
    ],
)
def test_nothing_but_the_token_opens(headers: list[tuple[str, str]]) -> None:
    stage = Stage(NAMED)
    assert stage.post("/reload", headers).status_code == 401
    assert stage.reloads == 0


def test_a_token_in_the_query_opens_nothing() -> None:
    assert Stage(NAMED).post(f"/reload?token={TOKEN}").status_code == 401


def test_the_token_that_is_in_force_now_counts() -> None:
    stage = Stage(NAMED)
    stage.admin = replace(NAMED, token="another")
    assert stage.post("/reload", bearer()).status_code == 401
    assert stage.post("/reload", bearer("another")).status_code == 200


# ── Origin ────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("origin", ["http://127.0.0.1:9080", "http://127.0.0.1:9080"])
def test_a_page_of_our_own_may_ask_for_changes(origin: str) -> None:
    assert Stage(NAMED).post("/reload", {"Origin": origin, **bearer()}).status_code == 200


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:3000", "http://localhost:9080", ""]
)
@pytest.mark.parametrize("admin", [NAMED, UNIX], ids=["with the token", "unix"])
def test_a_page_of_another_origin_may_not(admin: object, origin: str) -> None:
    stage = Stage(admin)  # type: ignore[arg-type]
    assert reason(stage.post("/reload", {"Origin": origin, **bearer()})) == (403, "cross_origin")
    assert stage.reloads == 0


def test_two_origins_are_none_of_ours() -> None:
    headers = [("Origin", "http://127.0.0.1:9080")] * 2 + [("Authorization", f"Bearer {TOKEN}")]
    assert reason(Stage(NAMED).post("/reload", headers)) == (403, "cross_origin")


def test_no_answer_may_be_read_by_a_page_of_another_origin() -> None:
    response = Stage().serve().get("/status", {"Origin": "http://evil.example"})
    assert not [name for name in response.headers if name.startswith("access-control-")]


# ── guessing ──────────────────────────────────────────────────────────────


def failing(stage: Stage, times: int, client: str = "192.0.2.7") -> None:
    for _ in range(times):
        assert stage.post("/reload", bearer("wrong"), client=client).status_code == 401


def test_after_many_wrong_tokens_even_the_right_one_has_to_wait() -> None:
    stage = Stage(NAMED)
    failing(stage, LIMIT)
    response = stage.post("/reload", bearer(), client="192.0.2.7")
    assert reason(response) == (429, "too_many_failures")
    assert response.headers["retry-after"] == "60"
    assert stage.reloads == 0


def test_after_the_wait_the_right_token_opens_again() -> None:
    stage = Stage(NAMED)
    failing(stage, LIMIT)
    stage.gateway.now += 59.5
    waiting = stage.post("/reload", bearer(), client="192.0.2.7")
    assert (waiting.status_code, waiting.headers["retry-after"]) == (429, "1")
    stage.gateway.now += 0.5
    assert stage.post("/reload", bearer(), client="192.0.2.7").status_code == 200


def test_others_need_not_wait_for_whoever_guesses() -> None:
    stage = Stage(NAMED)
    failing(stage, LIMIT)
    assert stage.post("/reload", bearer(), client="192.0.2.8").status_code == 200


def test_a_neighbour_in_the_same_ipv6_network_is_the_same_guesser() -> None:
    stage = Stage(NAMED)
    failing(stage, LIMIT, "2001:db8::1")
    assert stage.post("/reload", bearer(), client="2001:db8::2").status_code == 429


def test_a_missing_token_is_no_guess() -> None:
    stage = Stage(NAMED)
    for _ in range(3 * LIMIT):
        assert stage.post("/reload", client="192.0.2.7").status_code == 401
    assert stage.post("/reload", bearer(), client="192.0.2.7").status_code == 200


def test_guessing_does_not_close_what_is_open() -> None:
    stage = Stage(BEYOND).serve()
    failing(stage, LIMIT)
    assert stage.get("/livez", client="192.0.2.7").status_code == 200
    assert stage.get("/status", bearer(), client="192.0.2.7").status_code == 429
