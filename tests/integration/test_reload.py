"""Reload: whatever way the files change, the last state of them comes into force, and nothing that it does not touch ends."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.conftest import Gateways
from tests.integration.serving import (
    FAILED_RELOADS,
    LAST_OK,
    RELOADS,
    Load,
    admin_request,
    answering,
    forwarding,
    generation,
    says,
    status,
    wait_until_it_says,
)
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.http1 import lines
from tests.support.memory import children
from tests.support.upstream import RawUpstream, Script
from tests.support.waiting import wait_for

INCLUDING = 'version = 1\ninclude = ["conf.d/*.toml"]\n'


def _included(body: str, name: str = "all", path: str = "/*") -> str:
    return f'[routes.{name}]\npath = "{path}"\nrespond = {{ status = 200, body = "{body}" }}\n'


def _compiler(front: Gateway) -> int:
    """The process that compiles a new configuration, once it runs."""

    def find() -> int:
        for child in children(front.pid)[1:]:
            try:
                if b"gatewayctl.server.compiler" in Path(f"/proc/{child}/cmdline").read_bytes():
                    return child
            except OSError:
                continue
        return 0

    return wait_for(find, "the new configuration is being compiled")


# ── how files change ──────────────────────────────────────────────────


def test_an_edit_in_place_comes_into_force(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.config.write_text(answering("two"))

    wait_until_it_says(front, b"two")
    assert "reloaded: 1 route changed, generation 2" in front.wait_for_line("reloaded")


def test_a_file_renamed_over_the_old_one_comes_into_force(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("two"))
    wait_until_it_says(front, b"two")
    front.write(answering("three"))

    wait_until_it_says(front, b"three")


def test_a_swap_of_kubernetes_links_comes_into_force(gateway: Gateways) -> None:
    front = gateway(INCLUDING, files={"volume/..1/r.toml": _included("one")})
    folder = front.directory
    (folder / "volume/..data").symlink_to("..1")
    (folder / "conf.d").mkdir()
    (folder / "conf.d/r.toml").symlink_to("../volume/..data/r.toml")
    wait_until_it_says(front, b"one")

    (folder / "volume/..2").mkdir()
    (folder / "volume/..2/r.toml").write_text(_included("two"))
    (folder / "volume/..data_tmp").symlink_to("..2")
    (folder / "volume/..data_tmp").rename(folder / "volume/..data")

    wait_until_it_says(front, b"two")


def test_a_directory_swapped_far_above_comes_into_force(gateway: Gateways) -> None:
    files = {"releases/1/r.toml": _included("one"), "releases/2/r.toml": _included("two")}
    front = gateway('version = 1\n[routes.x]\npath = "/x"\nrespond = { status = 200 }\n', files=files)
    (front.directory / "current").symlink_to("releases/1")
    front.write('version = 1\ninclude = ["current/r.toml"]\n')
    wait_until_it_says(front, b"one")

    (front.directory / "next").symlink_to("releases/2")
    (front.directory / "next").rename(front.directory / "current")

    wait_until_it_says(front, b"two")


def test_files_that_come_and_go_under_an_include_pattern_are_followed(gateway: Gateways) -> None:
    front = gateway(INCLUDING, files={"conf.d/a.toml": _included("a")})
    added = front.directory / "conf.d/b.toml"
    added.write_text(_included("b", "other", "/b"))
    wait_for(lambda: says(front, b"/b") == b"b", "the new file is in force")
    added.unlink()

    wait_for(lambda: says(front, b"/b") == b"a", "the removed file is out")


def test_the_first_file_of_a_directory_made_later_is_seen(gateway: Gateways) -> None:
    front = gateway(INCLUDING + _included("main"))
    (front.directory / "conf.d").mkdir()
    (front.directory / "conf.d/b.toml").write_text(_included("b", "other", "/b"))

    wait_for(lambda: says(front, b"/b") == b"b", "the new file is in force")


def test_an_included_file_that_vanishes_is_missed_and_welcomed_back(gateway: Gateways) -> None:
    front = gateway('version = 1\ninclude = ["routes.toml"]\n', files={"routes.toml": _included("one")})
    (front.directory / "routes.toml").unlink()
    front.wait_for_line("reload refused: 1 error; generation 1 goes on serving")
    assert says(front) == b"one"

    (front.directory / "routes.toml").write_text(_included("two"))

    wait_until_it_says(front, b"two")


def test_a_half_written_file_is_refused_and_the_rest_of_it_comes_into_force(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    text = answering("two")
    with front.config.open("w") as file:
        file.write(text[: text.index("respond") + 20])
        file.flush()
        front.wait_for_line("reload refused")
        assert says(front) == b"one"
        file.write(text[text.index("respond") + 20 :])

    wait_until_it_says(front, b"two")


def test_of_many_edits_in_a_row_the_last_one_wins(gateway: Gateways) -> None:
    front = gateway(answering("0"))
    for number in range(1, 30):
        front.write(answering(str(number)))

    wait_until_it_says(front, b"29")


def test_an_edit_while_a_reload_is_under_way_is_not_lost(gateway: Gateways) -> None:
    front = gateway(answering("0"))
    for number in range(1, 6):
        front.write(answering(f"{number} first"))
        _compiler(front)
        front.write(answering(str(number)))
        wait_until_it_says(front, str(number).encode())


def test_the_access_log_beside_the_configuration_is_no_change_of_it(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    for _ in range(200):
        says(front)
    wait_for(lambda: len(front.access()) >= 200, "the log is written")

    assert front.metric(RELOADS) == 1


# ── asking for it ─────────────────────────────────────────────────────


def test_sighup_reads_the_files_now(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.signal(signal.SIGHUP)

    assert "nothing has changed" in front.wait_for_line("reloaded")
    assert generation(front) == 1


def test_a_reload_over_the_admin_address_needs_the_token(gateway: Gateways) -> None:
    front = gateway(answering("one", '[admin]\ntoken = "let me in please"'))

    assert admin_request(front, "POST", "/reload").status in {401, 403}
    allowed = admin_request(front, "POST", "/reload", b"Authorization: Bearer let me in please")
    assert (allowed.status, b"nothing has changed" in allowed.body) == (200, True)


def test_without_a_token_a_reload_over_the_admin_address_is_refused(gateway: Gateways) -> None:
    front = gateway(answering("one"))

    assert admin_request(front, "POST", "/reload").status == 403


def test_the_reload_command_reports_the_outcome(gateway: Gateways) -> None:
    front = gateway(answering("one", '[admin]\ntoken = "let me in please"'))

    (front.directory / "token").write_text("let me in please\n")

    done = subprocess.run(
        [sys.executable, "-m", "gatewayctl", "reload", "--admin", front.admin_url, "--token-file", "token"],
        cwd=front.directory,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert (done.returncode, "nothing has changed" in done.stdout) == (0, True), done.stdout + done.stderr


# ── bad edits ─────────────────────────────────────────────────────────


def test_a_bad_edit_is_refused_shown_everywhere_and_recovered_from(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("two").replace("status = 200", "status = 2000"))
    front.wait_for_line("reload refused: 1 error; generation 1 goes on serving")
    assert "gateway.toml:6" in front.wait_for_line("-->")

    assert says(front) == b"one"
    assert front.metric(LAST_OK) == 0
    assert front.metric(FAILED_RELOADS) == 1
    last = status(front)["config"]["last_reload"]
    assert last["successful"] is False
    assert "gateway.toml:6" in last["diagnostics"][0]

    front.write(answering("three"))
    wait_until_it_says(front, b"three")
    assert front.metric(LAST_OK) == 1
    assert status(front)["config"]["last_reload"]["successful"] is True


def test_undoing_a_bad_edit_makes_all_well_again(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write("nonsense")
    front.wait_for_line("reload refused")
    front.write(answering("one"))

    wait_for(lambda: front.metric(LAST_OK) == 1, "the last reload counts as successful")
    assert generation(front) == 1


@pytest.mark.parametrize(
    ("more", "key"),
    [
        ('[server]\nlisten = "127.0.0.1:1"', "server.listen"),
        ('[server]\nproxy_protocol = true\ntrusted_proxies = ["127.0.0.1"]', "server.proxy_protocol"),
        ('[admin]\nlisten = "127.0.0.1:1"', "admin.listen"),
        ('[stores.shared]\nurl = "redis://127.0.0.1:1/0"', "stores"),
    ],
)
def test_a_change_of_what_is_fixed_is_refused_with_its_place(gateway: Gateways, more: str, key: str) -> None:
    front = gateway(answering("one"))
    front.write(answering("two", more))
    front.wait_for_line(f"error[E510]: {key} cannot change while the gateway runs")

    line = 3 if key == "stores" else 4  # a table is shown by its header
    assert f"gateway.toml:{line}" in front.wait_for_line("-->")
    assert says(front) == b"one"


def test_a_reload_that_needs_an_unset_variable_is_refused(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("${NOT_SET_ANYWHERE}"))

    front.wait_for_line("error[E401]")
    assert says(front) == b"one"


def test_comments_and_layout_are_no_change(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    before = status(front)["config"]["hash"]
    front.write("# a comment\n\n" + answering("one"))
    wait_for(lambda: front.metric(RELOADS) == 2, "it has been read")

    assert generation(front) == 1
    assert status(front)["config"]["hash"] == before
    front.write("# another\n\n" + answering("one", '[server]\nlisten = "127.0.0.1:1"'))
    assert "gateway.toml:6" in front.wait_for_line("-->"), "places are those of the file as it is now"


# ── the child that compiles ───────────────────────────────────────────


def test_a_killed_compilation_is_said_and_tried_again(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("two"))
    child = _compiler(front)
    os.kill(child, signal.SIGKILL)

    line = front.wait_for_line("reload failed")
    assert "the compiling process was ended by signal 9" in line
    assert "generation 1 goes on serving" in line
    wait_until_it_says(front, b"two")


def test_a_compilation_that_takes_its_time_holds_up_no_request(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("two"))
    child = _compiler(front)
    os.kill(child, signal.SIGSTOP)
    for _ in range(50):
        assert says(front) == b"one"
    front.write(answering("three"))
    os.kill(child, signal.SIGCONT)

    wait_until_it_says(front, b"three")


def test_ending_does_not_wait_for_a_compilation(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("two"))
    child = _compiler(front)
    os.kill(child, signal.SIGSTOP)

    assert front.stop() == 0
    assert not Path(f"/proc/{child}").exists()


# ── what lives on ─────────────────────────────────────────────────────


def test_a_tunnel_and_a_stream_live_through_reloads(gateway: Gateways, upstream: RawUpstream) -> None:
    go_on = threading.Event()

    def script(connection: Connection) -> None:
        request = connection.read_request()
        if request.target == b"/ws":
            connection.send(lines(b"HTTP/1.1 101 Switching Protocols", b"Connection: Upgrade", b"Upgrade: websocket"))
            connection.send(b"ws-one,")
            connection.wait(go_on)
            connection.send(b"ws-two")
        else:
            connection.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: one\n\n")
            connection.wait(go_on)
            connection.send(b"data: two\n\n")
            connection.shut()

    upstream.script = script
    front = gateway(forwarding(upstream))
    upgrade = (
        b"Connection: Upgrade",
        b"Upgrade: websocket",
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        b"Sec-WebSocket-Version: 13",
    )
    with front.client() as tunnel, front.client() as stream:
        tunnel.send(get(*upgrade, target=b"/ws")).receive_until(b"ws-one,")
        stream.send(get(target=b"/events")).receive_until(b"data: one\n\n")
        for number in range(2, 5):
            front.write(forwarding(upstream, f'[routes.r{number}]\npath = "/r"\nrespond = {{ status = 204 }}'))
            wait_for(lambda n=number: generation(front) >= n, "the reload is in force")  # type: ignore[misc]
        go_on.set()

        assert tunnel.receive(6) == b"ws-two"
        stream.receive_until(b"data: two\n\n")
        tunnel.finish()


def _hold(go_on: threading.Event) -> Script:
    def script(connection: Connection) -> None:
        connection.read_request()
        connection.wait(go_on)
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone")

    return script


@pytest.mark.parametrize("removed", ["its route", "its instance", "its service"])
def test_a_request_in_flight_finishes_on_the_plan_it_began_with(
    gateway: Gateways, upstream: RawUpstream, removed: str
) -> None:
    go_on = threading.Event()
    upstream.script = _hold(go_on)
    front = gateway(forwarding(upstream))
    elsewhere = forwarding(upstream).replace('id = "one"', 'id = "two"').replace(upstream.url, "http://127.0.0.1:9")
    after = {
        "its route": forwarding(upstream).replace("[routes.all]", "[routes.other]").replace('"/*"', '"/other"'),
        "its instance": elsewhere,
        "its service": answering("two"),
    }[removed]
    with front.client() as client:
        client.send(get())
        wait_for(lambda: bool(upstream.requests))
        front.write(after)
        wait_for(lambda: generation(front) == 2, "the edit is in force")
        go_on.set()

        response = client.response()
        assert (response.status, response.body) == (200, b"done")
    line = front.wait_for_access(lambda line: line["status"] == 200 and line["route"] == "all")
    assert (line["service"], line["instance"]) == ("up", "one")


def test_the_balancer_goes_on_where_it_was(gateway: Gateways) -> None:
    text = """
version = 1
[services.demo]
builtin = "echo"
builtin_instances = 3
[routes.all]
path = "/*"
service = "demo"
"""
    front = gateway(text)
    for number in range(6):
        exchange(front.address, get())
        front.write(text + f'[routes.r{number}]\npath = "/r{number}"\nrespond = {{ status = 204 }}\n')
        wait_for(lambda n=number: generation(front) == n + 2, "the edit is in force")  # type: ignore[misc]
    wait_for(lambda: len(front.access()) == 6)
    order = [line["instance"] for line in front.access()]

    assert len(set(order)) == 3
    assert order[:3] == order[3:]


# ── the log ───────────────────────────────────────────────────────────


def _lines(path: Path) -> int:
    return len(path.read_text().splitlines()) if path.exists() else 0


def test_the_access_log_follows_its_settings(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    first, second = front.directory / "access.jsonl", front.directory / "second.jsonl"
    says(front)
    wait_for(lambda: _lines(first) == 1)
    front.write(answering("two", '[log]\naccess = "second.jsonl"'))
    wait_until_it_says(front, b"two")
    wait_for(lambda: _lines(second) >= 1, "the second file is written")
    front.write(answering("three", '[log]\naccess = "off"'))
    wait_until_it_says(front, b"three")
    for _ in range(5):
        says(front, b"/unlogged")
    front.write(answering("four"))
    wait_until_it_says(front, b"four")
    says(front, b"/logged")
    wait_for(lambda: "/logged" in first.read_text(), "the first file is written again")

    assert "/unlogged" not in first.read_text() + second.read_text(), "nothing is logged while the log is off"


def test_the_level_of_the_log_follows_its_setting(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    front.write(answering("two", '[log]\nlevel = "error"'))
    wait_until_it_says(front, b"two")
    front.write(answering("three", '[log]\nlevel = "error"'))
    wait_until_it_says(front, b"three")
    front.write("nonsense")
    front.wait_for_line("reload refused")

    assert not any("generation 3" in line and "reloaded" in line for line in front.lines)


def test_the_access_log_is_reopened_after_rotation(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    path, rotated = front.directory / "access.jsonl", front.directory / "access.1"
    says(front)
    wait_for(lambda: _lines(path) == 1)
    path.rename(rotated)
    front.signal(signal.SIGUSR1)
    front.wait_for_line("access log reopened")
    says(front)

    wait_for(lambda: _lines(path) == 1, "the new file is written")
    assert _lines(rotated) == 1


# ── under load ────────────────────────────────────────────────────────


def test_twenty_reloads_under_load_fail_no_request(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(forwarding(upstream))
    with Load(front.address) as load:
        for number in range(20):
            front.write(forwarding(upstream, f'[routes.r]\npath = "/{number}"\nrespond = {{ status = 204 }}'))
            front.signal(signal.SIGHUP)
            wait_for(lambda n=number: generation(front) >= n + 2, "the edit is in force")  # type: ignore[misc]
    assert load.failures == []
    assert load.answered > 100
    assert generation(front) == 21
    assert front.metric(FAILED_RELOADS) == 0


def test_a_setting_that_gives_more_room_is_used_at_once(gateway: Gateways) -> None:
    def text(room: int) -> str:
        return answering("one", f"[server]\nmax_connections = {room}")

    front = gateway(text(1))
    with front.client() as first, front.client() as second:
        first.send(get()).response()
        second.send(get())
        front.write(text(2))

        assert second.response().status == 200
        assert first.send(get()).response().status == 200
