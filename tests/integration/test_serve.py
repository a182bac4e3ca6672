"""Starting: what it says when it cannot, every kind of listener, and surroundings that are not as they should be."""

import os
import re
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.conftest import Gateways
from tests.integration.serving import answering, refused, says, serve, status, unix_request, until_ended
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.waiting import wait_for

QUIET = '[admin]\nlisten = "off"\n[log]\naccess = "off"\n'


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.mark.parametrize("section", ["server", "admin"])
def test_an_address_in_use_is_named_with_its_place(tmp_path: Path, taken: int, section: str) -> None:
    other = '[server]\nlisten = "127.0.0.1:0"' if section == "admin" else '[admin]\nlisten = "off"'
    said = refused(tmp_path, answering("x", f'[{section}]\nlisten = "127.0.0.1:{taken}"\n{other}'))

    assert f"error[E501]: 127.0.0.1:{taken} is in use by another process" in said
    assert "gateway.toml:4:" in said
    assert "help" in said


@pytest.mark.parametrize(
    ("listen", "code", "words"),
    [
        ("no-such-host.invalid:8080", "E502", "cannot resolve the listen host"),
        ("192.0.2.1:8080", "E504", "is not an address of this host"),
        ("unix:missing/gateway.sock", "E505", "is not a directory"),
        ("unix:" + "long" * 40, "E505", "the path is too long"),
        ("unix:gateway.toml", "E505", "there is a file of that name"),
    ],
)
def test_an_address_that_cannot_be_had_is_named(tmp_path: Path, listen: str, code: str, words: str) -> None:
    said = refused(tmp_path, answering("x", f'[server]\nlisten = "{listen}"\n{QUIET}'))

    assert f"error[{code}]" in said
    assert words in said
    assert "gateway.toml:4:" in said
    assert (tmp_path / "gateway.toml").is_file()


def test_a_unix_socket_that_lives_is_left_alone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(str(tmp_path / "live.sock"))
        other.listen()
        said = refused(tmp_path, answering("x", f'[server]\nlisten = "unix:live.sock"\n{QUIET}'))

    assert "error[E501]" in said
    assert "ss -lxp" in said
    assert (tmp_path / "live.sock").exists()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (None, "E001"),
        ("", "E103"),
        (b"\xff\xfe", "E002"),
        ("version = 1\n[routes", "E003"),
        ("version = 1\nnonsense = 2\n", "E101"),
        (answering("${NOT_SET_ANYWHERE}"), "E401"),
        (answering("x", '[server]\nlisten = ["127.0.0.1:8080", "127.0.0.1:8080"]'), "E1"),
    ],
    ids=["missing", "empty", "no UTF-8", "no TOML", "an unknown key", "an unset variable", "a port given twice"],
)
def test_a_configuration_that_cannot_be_used_is_refused(tmp_path: Path, text: str | bytes | None, code: str) -> None:
    said = refused(tmp_path, text)

    assert f"error[{code}" in said
    assert "--> gateway.toml" in said


def test_a_pid_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    said = refused(
        tmp_path, answering("x", f'[server]\nlisten = "127.0.0.1:0"\n{QUIET}'), "--pid-file", "missing/gateway.pid"
    )

    assert "error[E526]: the pid file missing/gateway.pid cannot be written" in said


def test_a_name_that_does_not_resolve_is_a_503_for_its_requests(gateway: Gateways) -> None:
    front = gateway(
        """
version = 1
[services.up]
instances = [{ id = "one", url = "http://no-such-host.invalid:80" }]
[routes.all]
path = "/*"
service = "up"
"""
    )

    assert exchange(front.address, get()).status == 503
    assert front.wait_for_access(lambda _: True)["reason"] == "dns_failed"


def test_a_name_of_this_host_is_listened_on(gateway: Gateways) -> None:
    front = gateway(answering("one", '[server]\nlisten = "localhost:0"'))

    for address in front.addresses:
        assert exchange(address, get()).body == b"one"


def test_the_admin_address_can_be_a_unix_socket(gateway: Gateways) -> None:
    front = gateway(answering("one", '[admin]\nlisten = "unix:admin.sock"'), admin=False)
    path = front.directory / "admin.sock"
    wait_for(path.exists)

    assert path.stat().st_mode & 0o777 == 0o600
    assert unix_request(path, b"POST /reload HTTP/1.0\r\nHost: localhost\r\n\r\n").status == 200
    front.write(answering("two", '[admin]\nlisten = "unix:admin.sock"\nsocket_mode = "0660"'))
    wait_for(lambda: path.stat().st_mode & 0o777 == 0o660, "the mode follows its setting")
    assert front.stop() == 0
    assert not path.exists()


def test_an_admin_socket_that_was_removed_makes_no_reload_fail(gateway: Gateways) -> None:
    front = gateway(answering("one", '[admin]\nlisten = "unix:admin.sock"'), admin=False)
    (front.directory / "admin.sock").unlink()
    front.write(answering("two", '[admin]\nlisten = "unix:admin.sock"'))

    front.wait_for_line("reloaded: 1 route changed, generation 2")
    front.wait_for_line("the permissions of the admin socket")
    assert says(front) == b"two"


def test_what_is_no_request_on_the_admin_address_is_no_line_of_the_log(gateway: Gateways) -> None:
    front = gateway(answering("one"))
    assert exchange(front.admin, b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n").status == 400
    front.stop()

    assert not any("Invalid HTTP" in line for line in front.lines)


def test_the_status_names_what_it_listens_on(gateway: Gateways) -> None:
    front = gateway(answering("one", '[server]\nlisten = ["127.0.0.1:0", "unix:gateway.sock"]'))

    assert status(front)["listeners"] == [front.url, f"unix:{front.directory}/gateway.sock"]


def _close(*descriptors: int) -> Callable[[], None]:
    def close() -> None:
        for descriptor in descriptors:
            os.close(descriptor)

    return close


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def _answers(port: int) -> bool:
    try:
        return exchange(("127.0.0.1", port), get()).body == b"x"
    except OSError:
        return False


@pytest.mark.parametrize("closed", [(0,), (1,), (2,), (0, 1, 2)], ids=["0", "1", "2", "all"])
def test_it_serves_with_standard_descriptors_closed(tmp_path: Path, closed: tuple[int, ...]) -> None:
    port = _free_port()
    (tmp_path / "gateway.toml").write_text(
        answering("x", f'[server]\nlisten = "127.0.0.1:{port}"\n[admin]\nlisten = "off"\n[log]\naccess = "stdout"\n')
    )
    process = serve(tmp_path, "-c", "gateway.toml", stderr=subprocess.DEVNULL, preexec_fn=_close(*closed))

    def act() -> None:
        wait_for(lambda: process.poll() is not None or _answers(port), "it serves")
        (tmp_path / "gateway.toml").write_text((tmp_path / "gateway.toml").read_text().replace('"x"', '"x" # same'))
        assert all(_answers(port) for _ in range(20))
        process.terminate()

    assert until_ended(process, act) == 0


def test_it_serves_when_nobody_reads_its_output_any_more(tmp_path: Path) -> None:
    port = _free_port()
    (tmp_path / "gateway.toml").write_text(
        answering("x", f'[server]\nlisten = "127.0.0.1:{port}"\n[admin]\nlisten = "off"\n[log]\naccess = "stdout"\n')
    )
    reading, writing = os.pipe()
    process = serve(tmp_path, "-c", "gateway.toml", stdout=writing, stderr=writing)
    os.close(writing)
    os.close(reading)

    def act() -> None:
        wait_for(lambda: process.poll() is not None or _answers(port), "it serves")
        assert all(_answers(port) for _ in range(50))
        process.terminate()

    assert until_ended(process, act) == 0


def test_the_banner_says_what_is_served_and_what_to_try(gateway: Gateways) -> None:
    front = gateway(answering("one").replace('"/*"', '"/hello"'))
    said = front.output()

    assert re.search(r"gatewayctl \S+ · 1 route · 0 services", said)
    assert f"curl -i {front.url}/hello" in said
