"""The gateway seen from curl, which most people try first."""

import subprocess
from pathlib import Path

import pytest

from tests.conftest import Gateways
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.http1 import chunked
from tests.support.upstream import RawUpstream, answer


@pytest.fixture
def front(gateway: Gateways, upstream: RawUpstream) -> Gateway:
    """A gateway in front of the scripted upstream."""
    return gateway(
        f"""
        version = 1
        [services.up]
        instances = [{{ id = "one", url = "{upstream.url}" }}]
        [routes.all]
        path = "/*"
        service = "up"
        max_body_size = "16MiB"
        """
    )


def _run(curl: str, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    command = [curl, "--silent", "--show-error", "--max-time", "20", "--noproxy", "*", *arguments]
    return subprocess.run(command, capture_output=True, check=False)


def test_curl_gets_what_the_service_says(curl: str, front: Gateway) -> None:
    result = _run(curl, f"{front.url}/a?b=c")

    assert (result.returncode, result.stdout) == (0, b"ok")


def test_curl_shows_the_gateways_own_fields(curl: str, front: Gateway) -> None:
    result = _run(curl, "--verbose", f"{front.url}/")

    assert b"< HTTP/1.1 200 OK" in result.stderr
    assert b"< X-Request-ID: " in result.stderr


def test_http_1_0_gets_no_chunks(curl: str, front: Gateway, upstream: RawUpstream) -> None:
    upstream.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello", b"world"))
    result = _run(curl, "--http1.0", "--raw", "--include", f"{front.url}/")

    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith(b"\r\n\r\nhelloworld")


def test_raw_chunks_are_well_formed(curl: str, front: Gateway, upstream: RawUpstream) -> None:
    upstream.answer(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunked(b"hello"))
    result = _run(curl, "--raw", f"{front.url}/")

    assert result.stdout == b"5\r\nhello\r\n0\r\n\r\n"


def test_curl_waits_for_100_continue_and_gets_it_from_the_service(
    curl: str, front: Gateway, upstream: RawUpstream, tmp_path: Path
) -> None:
    body = tmp_path / "body"
    body.write_bytes(b"x" * (2 << 20))

    def script(connection: Connection) -> None:
        head = connection.read_head()
        assert head.values(b"expect") == [b"100-continue"]
        connection.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        size = len(connection.read(2 << 20))
        connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\n%d" % size)

    upstream.script = script
    result = _run(
        curl,
        "--verbose",
        "--expect100-timeout",
        "20",
        "-H",
        "Expect: 100-continue",
        "--data-binary",
        f"@{body}",
        f"{front.url}/",
    )

    assert (result.returncode, result.stdout) == (0, b"2097152"), result.stderr
    assert b"< HTTP/1.1 100 Continue" in result.stderr


def test_curl_uploads_a_file_in_chunks(curl: str, front: Gateway, upstream: RawUpstream, tmp_path: Path) -> None:
    body = tmp_path / "body"
    body.write_bytes(bytes(range(256)) * 1000)
    result = _run(
        curl, "-H", "Transfer-Encoding: chunked", "-H", "Expect:", "--upload-file", str(body), f"{front.url}/put"
    )

    assert (result.returncode, result.stdout) == (0, b"ok"), result.stderr
    assert upstream.requests[0].body == bytes(range(256)) * 1000


def test_two_urls_share_a_connection(curl: str, front: Gateway) -> None:
    result = _run(curl, "--verbose", f"{front.url}/1", f"{front.url}/2")

    assert result.stdout == b"okok"
    assert b"Re-using existing connection" in result.stderr


def test_a_cut_response_is_an_error_for_curl(curl: str, front: Gateway, upstream: RawUpstream) -> None:
    def cut(connection: Connection) -> None:
        connection.read_request()
        connection.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        connection.shut()

    upstream.script = cut
    result = _run(curl, f"{front.url}/")

    assert result.returncode in (18, 56), "curl says that the transfer is partial"


def test_a_path_is_sent_as_it_is(curl: str, front: Gateway, upstream: RawUpstream) -> None:
    upstream.script = answer(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
    result = _run(curl, "--path-as-is", "--output", "-", f"{front.url}/a/../../b")

    assert b"bad_path" in result.stdout
    assert upstream.requests == []
