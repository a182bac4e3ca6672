"""``status`` and ``reload``: commands that talk to a running gateway, here to an admin address that is scripted."""

import json
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.cli import main
from tests.unit.cli.admin_server import AdminServer

HEALTHY: dict[str, Any] = {
    "version": "0.1.0",
    "pid": 4711,
    "uptime_seconds": 11520.25,
    "ending": False,
    "generation": 4,
    "config": {
        "files": ["gateway.toml", "conf.d/users.toml"],
        "loaded_at": "2026-01-01T00:00:00Z",
        "last_reload": {
            "successful": True,
            "at": "2026-01-01T00:00:00Z",
            "summary": "1 route changed",
            "diagnostics": [],
        },
        "reload_failures": 0,
    },
    "listeners": ["http://127.0.0.1:8080"],
    "routes": 6,
    "services": [
        {
            "name": "users",
            "instances": [
                {
                    "id": "users-1",
                    "address": "127.0.0.1:9001",
                    "status": "up",
                    "weight": 1,
                    "in_flight": 2,
                    "connections": 3,
                    "failures": 1,
                }
            ],
        }
    ],
    "in_flight": 2,
    "connections": 7,
    "max_connections": 10000,
    "internal_errors": 0,
    "log": {"dropped": 0, "error": None},
}


@pytest.fixture(autouse=True)
def _directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("GATEWAYCTL_") or name in ("NO_COLOR", "FORCE_COLOR", "LC_ALL", "LANG"):
            monkeypatch.delenv(name)


def _configure(directory: Path, admin: str, rest: str = "") -> None:
    (directory / "gateway.toml").write_text(f"version = 1\n[admin]\n{admin}\n{rest}")


def _changed(**facts: Any) -> dict[str, Any]:
    return HEALTHY | facts


def test_a_healthy_gateway_is_exit_code_0(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(HEALTHY) as server:
        code = main(["status", "--admin", server.address])

    out = capsys.readouterr().out
    assert code == 0
    assert out.splitlines()[0] == "healthy  gatewayctl 0.1.0, process 4711, up 3h12m"
    assert "users    users-1   127.0.0.1:9001  up      2          3            1" in out
    assert server.asked == [("GET", "/status", None)]


@pytest.mark.parametrize(("routes", "said"), [(0, "0 routes,"), (1, "1 route,"), (2, "2 routes,")])
def test_routes_are_counted_in_english(routes: int, said: str, capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(_changed(routes=routes)) as server:
        main(["status", "--admin", server.address])

    assert f" {said} generation 4" in capsys.readouterr().out


def test_a_reload_that_failed_is_what_is_said_first(capsys: pytest.CaptureFixture[str]) -> None:
    last = {
        "successful": False,
        "at": "2026-01-01T02:14:09Z",
        "summary": "refused: 1 error",
        "diagnostics": ["error[E201]: no"],
    }
    with AdminServer(_changed(config=HEALTHY["config"] | {"last_reload": last, "reload_failures": 1})) as server:
        code = main(["status", "--admin", server.address])

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert lines[0].startswith("needs attention  ")
    assert lines[1] == "  ! the last reload failed at 2026-01-01T02:14:09Z: it was refused: 1 error"
    assert "error[E201]: no" in lines
    assert "  since start  1 failed reload" in lines


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"ending": True}, "it is shutting down"),
        ({"services": [{"name": "a", "instances": []}]}, "service a has no instance that takes requests"),
        (
            {"services": [{"name": "a", "instances": [{"id": "1", "status": "draining", "weight": 1}]}]},
            "service a has no instance that takes requests",
        ),
        (
            {"services": [{"name": "a", "instances": [{"id": "1", "status": "up", "weight": 0}]}]},
            "service a has no instance that takes requests",
        ),
        (
            {"services": [{"name": "a", "panic": True, "instances": [{"id": "1", "status": "up", "weight": 1}]}]},
            "all instances of service a are out: all get traffic (panic)",
        ),
        (
            {"services": [{"name": "a", "trouble": "gone", "instances": [{"id": "1", "status": "up", "weight": 1}]}]},
            "service a: gone",
        ),
        ({"connections": 10000}, "all 10000 connections are taken: further clients wait"),
        ({"log": {"dropped": 0, "error": "no space"}}, "the access log cannot be written: no space"),
    ],
)
def test_what_needs_attention_is_named_and_is_exit_code_1(
    facts: dict[str, Any], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with AdminServer(_changed(**facts)) as server:
        code = main(["status", "--admin", server.address])

    assert code == 1
    assert capsys.readouterr().out.splitlines()[1] == f"  ! {words}"


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=-1), "the certificate main has expired"),
        (timedelta(days=3, hours=12), "the certificate main expires in 3 days"),
    ],
)
def test_a_certificate_that_ends_soon_is_warned_of(
    left: timedelta, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    ends = {"name": "main", "expires_at": (datetime.now(UTC) + left).isoformat()}
    with AdminServer(_changed(certificates=[ends])) as server:
        main(["status", "--admin", server.address])

    assert f"! {words}" in capsys.readouterr().out


def test_a_certificate_that_holds_for_long_is_no_warning(capsys: pytest.CaptureFixture[str]) -> None:
    ends = {"name": "main", "expires_at": (datetime.now(UTC) + timedelta(days=300)).isoformat()}
    with AdminServer(_changed(certificates=[ends])) as server:
        assert main(["status", "--admin", server.address]) == 0

    assert "certificate" not in capsys.readouterr().out


def test_losses_since_the_start_are_shown_but_are_no_alarm(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(_changed(internal_errors=1, log={"dropped": 12, "error": None})) as server:
        code = main(["status", "--admin", server.address])

    assert code == 0
    assert "since start  1 internal error (see its log), 12 lost lines of the access log" in capsys.readouterr().out


def test_a_gateway_of_another_version_may_leave_facts_out(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer({"version": "9.9", "generation": 1}) as server:
        code = main(["status", "--admin", server.address])

    assert code == 0
    assert capsys.readouterr().out.startswith("healthy  gatewayctl 9.9")


def test_json_holds_the_facts_and_the_verdict(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(_changed(ending=True)) as server:
        code = main(["status", "--admin", server.address, "--format", "json"])

    data = json.loads(capsys.readouterr().out)
    assert code == 1
    assert (data["format_version"], data["ok"], data["attention"]) == (1, False, ["it is shutting down"])
    assert data["generation"] == 4


def test_the_address_and_the_token_come_from_the_configuration(tmp_path: Path) -> None:
    with AdminServer(HEALTHY) as server:
        _configure(tmp_path, f'listen = "{server.address}"\ntoken = "sesame"')
        code = main(["status"])

    assert (code, server.asked) == (0, [("GET", "/status", "Bearer sesame")])


def test_a_gateway_that_listens_everywhere_is_asked_on_loopback(tmp_path: Path) -> None:
    with AdminServer(HEALTHY) as server:
        port = server.address.rpartition(":")[2]
        _configure(tmp_path, f'listen = "0.0.0.0:{port}"\ntoken = "sesame"')

        assert main(["status"]) == 0


def test_a_unix_socket_is_asked_too(tmp_path: Path) -> None:
    with AdminServer(HEALTHY, socket=tmp_path / "admin.sock") as server:
        _configure(tmp_path, 'listen = "unix:admin.sock"')
        codes = [main(["status"]), main(["status", "--admin", "unix:admin.sock"])]

    assert (codes, len(server.asked)) == ([0, 0], 2)


def test_settings_from_the_environment_count_as_they_do_for_serve(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _configure(tmp_path, 'listen = "127.0.0.1:1"')
    with AdminServer(HEALTHY) as server:
        monkeypatch.setenv("GATEWAYCTL_ADMIN__LISTEN", server.address)
        monkeypatch.setenv("GATEWAYCTL_ADMIN__TOKEN", "from-the-environment")

        assert main(["status"]) == 0

    assert server.asked == [("GET", "/status", "Bearer from-the-environment")]


def test_a_configuration_that_is_broken_elsewhere_still_says_where(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with AdminServer(HEALTHY) as server:
        _configure(tmp_path, f'listen = "{server.address}"\ntoken = "sesame"', '[routes.a]\nservce = "x"\n')
        code = main(["status"])

    assert (code, server.asked) == (0, [("GET", "/status", "Bearer sesame")])
    said = capsys.readouterr().err
    assert said == "gateway.toml has errors (see gatewayctl validate); only its [admin] is used here\n"


def test_a_configuration_that_is_not_there_is_said_not_to_be(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(HEALTHY) as server:
        assert main(["status", "-c", "nowhere.toml", "--admin", server.address]) == 0

    assert capsys.readouterr().err == "there is no file nowhere.toml; nothing of it is used here\n"


def test_a_token_that_is_not_set_here_is_not_made_up(tmp_path: Path) -> None:
    with AdminServer(HEALTHY) as server:
        _configure(tmp_path, f'listen = "{server.address}"\ntoken = "${{secret:NOT_SET_HERE}}"')
        main(["status"])

    assert server.asked == [("GET", "/status", None)]


def test_a_token_file_goes_before_the_configuration(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("from-the-file\n")
    with AdminServer(HEALTHY) as server:
        _configure(tmp_path, f'listen = "{server.address}"\ntoken = "sesame"')
        main(["status", "--token-file", "token"])

    assert server.asked == [("GET", "/status", "Bearer from-the-file")]


def test_the_token_of_the_configuration_is_not_sent_to_another_address(tmp_path: Path) -> None:
    _configure(tmp_path, 'listen = "127.0.0.1:1"\ntoken = "sesame"')
    with AdminServer(HEALTHY) as server:
        main(["status", "--admin", server.address])

    assert server.asked == [("GET", "/status", None)]


def test_a_proxy_from_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:1")
    with AdminServer(HEALTHY) as server:
        assert main(["status", "--admin", server.address]) == 0


@pytest.mark.parametrize(
    ("admin", "code", "words"),
    [
        ("http://127.0.0.1:1", "E521", "no gateway answers at http://127.0.0.1:1: connection refused"),
        ("unix:nowhere.sock", "E521", "no gateway answers at unix:nowhere.sock: no such file or directory"),
        ("ftp://127.0.0.1", "E021", '"ftp://127.0.0.1" is no admin address'),
        (":9080", "E021", '":9080" is no admin address'),
    ],
)
def test_an_address_where_nobody_answers_is_exit_code_2(
    admin: str, code: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status", "--admin", admin]) == 2

    err = capsys.readouterr().err
    assert err.startswith(f"error[{code}]: {words}\n")
    assert "= help: " in err


@pytest.mark.parametrize(("document", "status"), [(b"<html>", 200), ([1], 200), ({"hello": 1}, 200), (b"", 404)])
def test_an_address_that_is_no_gateways_is_told_apart(
    document: Any, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with AdminServer(document, status) as server:
        assert main(["status", "--admin", server.address]) == 2

    assert capsys.readouterr().err.startswith("error[E524]: ")


def test_an_admin_address_that_is_off_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(tmp_path, 'listen = "off"')

    assert main(["status"]) == 2
    assert capsys.readouterr().err.startswith("error[E525]: the admin address is off")


def test_a_port_that_the_system_chooses_has_to_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(tmp_path, 'listen = "127.0.0.1:0"')

    assert main(["status"]) == 2
    assert "--admin http://127.0.0.1:PORT" in capsys.readouterr().err


RELOADED = {"ok": True, "summary": "1 route changed", "generation": 5, "diagnostics": [], "rendered": []}
REFUSED = {
    "type": "about:blank",
    "status": 422,
    "reason": "config_refused",
    "detail": "refused",
    "ok": False,
    "summary": "refused: 1 error",
    "generation": 4,
    "diagnostics": [{"code": "E201"}],
    "rendered": ['error[E201]: there is no service "apx"'],
}


def test_a_reload_shows_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(RELOADED) as server:
        code = main(["reload", "--admin", server.address])

    assert (code, capsys.readouterr().out) == (0, "reloaded: 1 route changed, generation 5\n")
    assert server.asked == [("POST", "/reload", None)]


def test_a_reload_that_is_refused_shows_why_and_what_goes_on(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(REFUSED, 422) as server:
        code = main(["reload", "--admin", server.address])

    assert code == 2
    assert capsys.readouterr().out == (
        'error[E201]: there is no service "apx"\n\nnot reloaded: refused: 1 error; generation 4 goes on serving\n'
    )


def test_the_outcome_of_a_reload_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(REFUSED, 422) as server:
        code = main(["reload", "--admin", server.address, "--format", "json"])

    data = json.loads(capsys.readouterr().out)
    assert (code, data["ok"], data["generation"], data["format_version"]) == (2, False, 4, 1)
    assert list(data) == ["format_version", "ok", "summary", "generation", "diagnostics"]


@pytest.mark.parametrize(
    ("status", "reason", "words", "help"),
    [
        (403, "no_token_set", "changes need a token, and none is set", "--pid-file FILE"),
        (401, "token_needed", "this needs its token", "--token-file FILE"),
        (401, "token_wrong", "this is not its token", "--token-file FILE"),
        (421, "unknown_host", "asked for by a strange name", "its log may say more"),
    ],
)
def test_a_refusal_says_what_is_needed(
    status: int, reason: str, words: str, help: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with AdminServer({"reason": reason, "detail": "asked for by a strange name"}, status) as server:
        code = main(["reload", "--admin", server.address])

    err = capsys.readouterr().err
    assert code == 2
    assert err.startswith(f"error[E523]: the gateway at http://{server.address} refuses: {words}\n")
    assert help in err


@pytest.fixture
def waiting() -> Any:
    """A process called gatewayctl that waits, and ends with 42 on SIGHUP."""
    program = (
        "import signal, sys, os\n"
        "signal.signal(signal.SIGHUP, lambda *_: os._exit(42))\n"
        "print('ready', flush=True)\n"
        "signal.pause()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, "gatewayctl"], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_where_the_admin_address_is_of_no_use_a_signal_reloads(
    waiting: "subprocess.Popen[str]", tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gw.pid").write_text(f"{waiting.pid}\n")
    _configure(tmp_path, 'listen = "off"')

    code = main(["reload", "--pid-file", "gw.pid"])

    written = capsys.readouterr()
    assert (code, waiting.wait(10)) == (0, 42)
    assert written.out.startswith(f"sent SIGHUP to process {waiting.pid}")
    assert "sending a signal instead" in written.err


@pytest.mark.skipif(not Path("/proc/self/cmdline").exists(), reason="this system does not tell what a process is")
def test_another_program_is_never_signalled(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    process = subprocess.Popen(["sleep", "60"])
    try:
        (tmp_path / "gw.pid").write_text(str(process.pid))

        code = main(["reload", "--admin", "127.0.0.1:1", "--pid-file", "gw.pid"])

        assert (code, process.poll()) == (2, None)
        assert f"process {process.pid}, which gw.pid names, is another program" in capsys.readouterr().err
    finally:
        process.kill()
        process.wait()
        signal.signal(signal.SIGHUP, before)


@pytest.mark.parametrize("content", ["", "abc", "-1", "0", "99999999"])
def test_a_pid_file_that_names_no_process_is_an_error(
    content: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gw.pid").write_text(content)

    assert main(["reload", "--admin", "127.0.0.1:1", "--pid-file", "gw.pid"]) == 2
    assert "error[E526]: " in capsys.readouterr().err


def test_wrong_usage_is_not_answered_with_a_signal(
    waiting: "subprocess.Popen[str]", tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "gw.pid").write_text(str(waiting.pid))

    assert main(["reload", "--admin", "ftp://x", "--pid-file", "gw.pid"]) == 2
    assert waiting.poll() is None


# ── workers and drain ─────────────────────────────────────────────────

WORKERS: list[dict[str, Any]] = [
    {
        "worker": number,
        "pid": 4711 + number,
        "state": "serving",
        "generation": 4,
        "started_at": "2026-01-01T00:00:00Z",
        "connections": 3,
        "in_flight": 1,
        "restarts": 0,
    }
    for number in (1, 2)
]


def test_several_workers_have_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(_changed(workers=WORKERS)) as server:
        code = main(["status", "--admin", server.address])

    said = capsys.readouterr().out
    assert code == 0
    assert "WORKER" in said
    assert "4713" in said


def test_one_worker_has_none(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(_changed(workers=WORKERS[:1])) as server:
        main(["status", "--admin", server.address])

    assert "WORKER" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("fact", "said"),
    [
        ({"state": "failed"}, "  ! worker 2 does not serve: it is failed"),
        ({"generation": 3}, "  ! worker 2 still serves generation 3"),
    ],
)
def test_a_worker_that_is_behind_needs_attention(
    capsys: pytest.CaptureFixture[str], fact: dict[str, Any], said: str
) -> None:
    with AdminServer(_changed(workers=[WORKERS[0], WORKERS[1] | fact])) as server:
        code = main(["status", "--admin", server.address])

    assert (code, said in capsys.readouterr().out) == (1, True)


DRAINING: dict[str, Any] = {
    "ok": True,
    "summary": "it ends when its requests have finished",
    "in_flight": 2,
    "connections": 5,
    "shutdown_delay_seconds": 0.0,
    "shutdown_grace_seconds": 25.0,
}


def test_a_drain_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(DRAINING) as server:
        code = main(["drain", "--admin", server.address])

    assert code == 0
    assert capsys.readouterr().out == "draining: it ends when its requests have finished; 2 requests in flight\n"
    assert server.asked == [("POST", "/drain", None)]


def test_a_drain_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    with AdminServer(DRAINING) as server:
        assert main(["drain", "--admin", server.address, "--format", "json"]) == 0

    found = json.loads(capsys.readouterr().out)
    assert (found["ok"], found["ended"], found["in_flight"]) == (True, False, 2)


def test_a_drain_that_is_refused_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    problem = {"status": 403, "title": "Forbidden", "reason": "no_token_set", "detail": "no"}
    with AdminServer(problem, 403) as server:
        code = main(["drain", "--admin", server.address])

    assert code == 2
    assert "error[E523]" in capsys.readouterr().err
