"""Listening sockets: what goes wrong is named so that somebody can act on it."""

import os
import socket
from pathlib import Path

import pytest

from gatewayctl.plan.model import Listen
from gatewayctl.server.sockets import ListenFailed, SocketFile, open_listeners


def test_a_mode_is_that_of_the_socket_file(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    (sock,) = open_listeners(Listen(path=str(path)), mode=0o640)
    with sock:
        assert path.stat().st_mode & 0o777 == 0o640


def test_a_socket_file_that_another_has_replaced_stays(tmp_path: Path) -> None:
    path = tmp_path / "a.sock"
    (ours,) = open_listeners(Listen(path=str(path)))
    file = SocketFile(str(path))
    path.unlink()
    (theirs,) = open_listeners(Listen(path=str(path)))
    with ours, theirs:
        file.remove()

        assert path.exists()
        SocketFile(str(path)).remove()
    assert not path.exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(ListenFailed, match="no permission") as caught:
        open_listeners(Listen(path=str(tmp_path / "a.sock")))

    assert caught.value.code == "E503"
    assert str(tmp_path) in caught.value.help


def test_an_ipv6_address_is_written_in_brackets() -> None:
    with pytest.raises(ListenFailed) as caught:
        open_listeners(Listen(host="2001:db8::1", port=1))

    assert "[2001:db8::1]:1" in str(caught.value)


def test_a_port_that_one_listener_has_is_refused_to_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(ListenFailed) as caught:
            open_listeners(Listen(host="127.0.0.1", port=port))

    assert caught.value.code == "E501"
