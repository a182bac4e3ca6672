"""The examples run as their pages say, and a mounted ConfigMap is followed."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.conftest import Gateways
from tests.support.asgi import AsgiServer
from tests.support.gateway import Gateway
from tests.support.waiting import wait_for

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"

ASKED = {
    "first-steps": ("/hello/world", {}, "hello"),
    "two-services-one-host": ("/basket", {"X-Version": "next"}, "shop-next"),
    "path-rewriting": ("/v1/users/7", {}, "api"),
    "include-and-overlay": ("/api/users/7", {}, "users"),
    "behind-a-proxy": ("/orders", {}, "api"),
    "asgi-application": ("/api/orders/7", {}, "orders"),
}
"""By example: what is asked for, with which fields, and the service that answers (all are built in)."""


def _files(name: str) -> dict[str, str]:
    root = EXAMPLES / name
    return {str(path.relative_to(root)): path.read_text() for path in root.rglob("*.toml") if ".test." not in path.name}


@pytest.mark.parametrize("name", ASKED)
def test_an_example_serves_what_its_page_says(gateway: Gateways, name: str) -> None:
    files = _files(name)
    text = files.pop("gateway.toml").replace('"127.0.0.1:8080"', '"127.0.0.1:0"').replace('"10s"      ', '"0s"      ')
    front = gateway(text, files=files)
    path, fields, service = ASKED[name]
    with httpx.Client(base_url=front.url) as client:
        said = client.get(path, headers=fields).json()

    assert said["service"] == service


def test_websockets_and_event_streams_start_without_their_services(gateway: Gateways) -> None:
    front = gateway(_files("websocket-and-sse")["gateway.toml"])
    with httpx.Client(base_url=front.url) as client:
        assert client.get("/news").status_code == 502


def test_the_deployment_example_starts_and_answers_its_probes(gateway: Gateways) -> None:
    text = (EXAMPLES / "deployment" / "gateway.toml").read_text()
    text = text.replace("0.0.0.0:8080", "127.0.0.1:0").replace("0.0.0.0:9080", "127.0.0.1:0").replace('"5s" ', '"0s" ')
    front = gateway(text, environment={"GATEWAY_ADMIN_TOKEN": "only-for-tests"})
    with httpx.Client(base_url=front.admin_url) as admin:
        assert [admin.get(path).status_code for path in ("/livez", "/readyz")] == [200, 200]
    with httpx.Client(base_url=front.url) as client:
        assert client.get("/health").text == "ok\n"


def test_an_application_with_a_gateway_in_front_goes_on_serving_its_own(tmp_path: Path) -> None:
    source = EXAMPLES / "asgi-application"
    server = AsgiServer(
        "uvicorn-httptools",
        tmp_path,
        (source / "gateway.toml").read_text(),
        application="shop:app",
        modules={"shop": (source / "shop.py").read_text()},
    )
    try:
        with httpx.Client(base_url=server.url) as client:
            assert client.get("/api/orders/7").json()["path"] == "/orders/7"
            assert client.get("/api/users/7").json() == {"user": "7", "from": "the application"}
    finally:
        server.stop()


# ── a mounted ConfigMap ───────────────────────────────────────────────


def _answering(word: str) -> str:
    return f'version = 1\ninclude = ["routes.toml"]\n[routes.a]\npath = "/"\nrespond = {{ status = 200, body = "{word}" }}\n'


def _publish(volume: Path, number: int, word: str) -> None:
    """As the kubelet does: a new directory beside, then ``..data`` is swapped by a rename."""
    fresh = volume / f"..2026_01_01_00_00_0{number}"
    fresh.mkdir()
    (fresh / "gateway.toml").write_text(_answering(word))
    (fresh / "routes.toml").write_text(
        f'version = 1\n[routes.b]\npath = "/b"\nrespond = {{ status = 200, body = "{word}" }}\n'
    )
    link = volume / "..data_tmp"
    link.symlink_to(fresh.name)
    link.rename(volume / "..data")


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Path]:
    made = tmp_path / "volume"
    made.mkdir()
    _publish(made, 1, "one")
    for name in ("gateway.toml", "routes.toml"):
        (made / name).symlink_to(Path("..data") / name)
    yield made


def test_a_mounted_configmap_is_followed_when_its_link_is_swapped(gateway: Gateways, volume: Path) -> None:
    front: Gateway = gateway(f'version = 1\ninclude = ["{volume}/gateway.toml"]\n')
    with httpx.Client(base_url=front.url) as client:
        assert [client.get(path).text for path in ("/", "/b")] == ["one", "one"]
        for number, word in ((2, "two"), (3, "three")):
            _publish(volume, number, word)
            wait_for(lambda word=word: client.get("/").text == word, "the swap is noticed")  # type: ignore[misc]
            assert client.get("/b").text == word, "all files come into force at once"
