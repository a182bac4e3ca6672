"""The gateway in front of a real nginx: everyday requests, bodies both ways, ranges, conditions, kept connections."""

import concurrent.futures
import hashlib
import os
from collections.abc import Iterator

import httpx
import pytest

from tests.conftest import Gateways
from tests.support.gateway import Gateway
from tests.support.nginx import Nginx
from tests.support.waiting import wait_for

CONFIG = """
version = 1
[services.web]
instances = [{{ id = "nginx", url = "{url}" }}]
[services.preserving]
host_header = "preserve"
instances = [{{ id = "nginx", url = "{url}" }}]
[routes.web]
path = "/*"
service = "web"
max_body_size = "16MiB"
[routes.preserving]
path = "/headers"
service = "preserving"
"""

MIB = os.urandom(1 << 20)


@pytest.fixture(scope="module")
def site(shared_gateway: Gateways, nginx: Nginx) -> Gateway:
    """The gateway in front of nginx, with some files behind it."""
    (nginx.www / "hello.txt").write_text("hello\n")
    (nginx.www / "mib.bin").write_bytes(MIB)
    (nginx.www / "zipped.txt").write_text("hello " * 1000)
    return shared_gateway(CONFIG.format(url=nginx.url))


@pytest.fixture
def http(site: Gateway) -> Iterator[httpx.Client]:
    """An ordinary HTTP client that keeps its connections."""
    with httpx.Client(base_url=site.url, timeout=30) as client:
        yield client


def test_a_file_is_served(http: httpx.Client) -> None:
    response = http.get("/hello.txt")

    assert (response.status_code, response.text) == (200, "hello\n")
    assert response.headers["server"].startswith("nginx")


def test_head_tells_the_length_and_sends_nothing(http: httpx.Client) -> None:
    response = http.head("/mib.bin")

    assert (response.status_code, response.headers["content-length"], response.content) == (200, str(1 << 20), b"")
    assert http.get("/hello.txt").text == "hello\n"


def test_a_mebibyte_comes_down_whole(http: httpx.Client) -> None:
    assert hashlib.sha256(http.get("/mib.bin").content).digest() == hashlib.sha256(MIB).digest()


def test_a_mebibyte_goes_up_whole(http: httpx.Client) -> None:
    response = http.post("/upload", content=MIB)

    assert (response.status_code, response.text.split()) == (200, [str(1 << 20)])


def test_a_chunked_upload_goes_up_whole(http: httpx.Client) -> None:
    response = http.post("/upload", content=(MIB[i : i + 50_000] for i in range(0, len(MIB), 50_000)))

    assert (response.status_code, response.text.split()) == (200, [str(1 << 20)]), "nginx has gathered and counted it"


def test_a_range_is_a_206(http: httpx.Client) -> None:
    response = http.get("/mib.bin", headers={"range": "bytes=1000-1999"})

    assert (response.status_code, response.content) == (206, MIB[1000:2000])
    assert response.headers["content-range"] == f"bytes 1000-1999/{1 << 20}"


def test_several_ranges_come_as_parts(http: httpx.Client) -> None:
    response = http.get("/mib.bin", headers={"range": "bytes=0-9,20-29"})

    assert response.status_code == 206
    assert MIB[0:10] in response.content
    assert MIB[20:30] in response.content


def test_a_range_that_cannot_be_is_a_416(http: httpx.Client) -> None:
    assert http.get("/hello.txt", headers={"range": "bytes=1000-"}).status_code == 416


def test_a_known_version_is_a_304(http: httpx.Client) -> None:
    etag = http.get("/hello.txt").headers["etag"]
    response = http.get("/hello.txt", headers={"if-none-match": etag})

    assert (response.status_code, response.content) == (304, b"")
    assert http.get("/hello.txt").text == "hello\n", "the connection is in step after the 304"


def test_a_204_has_no_body(http: httpx.Client) -> None:
    response = http.get("/empty")

    assert (response.status_code, response.content) == (204, b"")


def test_a_redirect_of_the_service_goes_on(http: httpx.Client) -> None:
    response = http.get("/moved")

    assert response.status_code == 302
    assert response.headers["location"].endswith("/elsewhere")


def test_what_nginx_compresses_stays_compressed(http: httpx.Client) -> None:
    response = http.get("/zipped.txt", headers={"accept-encoding": "gzip"})

    assert response.headers["content-encoding"] == "gzip"
    assert response.text == "hello " * 1000


def test_nginx_sees_the_client_and_no_connection_field_of_its(http: httpx.Client, site: Gateway) -> None:
    host, forwarded_for, proto, connection, via = http.get("/headers").text.split("|")

    assert host == f"127.0.0.1:{site.address[1]}"
    assert (forwarded_for, proto, connection) == ("127.0.0.1", "http", "")
    assert via == "1.1 gatewayctl"


def test_many_requests_share_one_connection_to_nginx(http: httpx.Client, nginx: Nginx) -> None:
    for i in range(50):
        assert http.get(f"/hello.txt?reuse={i}").status_code == 200
    wait_for(lambda: len(_reusing(nginx)) == 50, "nginx has logged all of them")

    assert len({line[0] for line in _reusing(nginx)}) == 1


def _reusing(nginx: Nginx) -> list[list[str]]:
    return [line for line in nginx.log() if len(line) > 3 and "reuse=" in line[3]]


def test_a_connection_that_nginx_closes_is_replaced(http: httpx.Client) -> None:
    for _ in range(10):
        assert http.get("/closing").text == "closing"


def test_clients_at_once_all_get_their_own(site: Gateway) -> None:
    def run(number: int) -> bool:
        with httpx.Client(base_url=site.url, timeout=30) as client:
            start = number * 1000
            for _ in range(10):
                response = client.get("/mib.bin", headers={"range": f"bytes={start}-{start + 4095}"})
                if response.content != MIB[start : start + 4096]:
                    return False
        return True

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(16)))


def test_a_body_larger_than_allowed_is_a_413(http: httpx.Client) -> None:
    response = http.post("/upload", content=MIB * 17)

    assert response.status_code == 413
    assert response.json()["reason"] == "body_too_large"
