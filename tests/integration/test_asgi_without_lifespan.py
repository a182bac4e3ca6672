"""The ASGI application where nobody runs its lifespan, as in a test of somebody's own."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from gatewayctl.asgi import GatewayMiddleware, create_app
from gatewayctl.state.auth.key_set import FIRST_RETRY
from tests.support.issuer import Answer, Issuer

HELLO = 'version = 1\n[log]\naccess = "off"\n[routes.a]\npath = "/hello"\nrespond = { status = 200, body = "hello" }\n'


def ask(app: Any, act: Callable[[httpx.AsyncClient], Awaitable[None]]) -> None:
    """Runs ``act`` with a client of the application, on a loop of its own."""

    async def run() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://example.com") as client:
            await act(client)

    asyncio.run(run())


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "gateway.toml"
    path.write_text(HELLO)
    return path


def test_the_first_request_starts_the_gateway_and_all_share_it(config: Path) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        answers = await asyncio.gather(*[client.get("/hello") for _ in range(5)])
        assert [answer.text for answer in answers] == ["hello"] * 5

    ask(create_app([str(config)]), act)


def test_a_further_event_loop_gets_a_gateway_of_its_own(config: Path) -> None:
    app = create_app([str(config)])

    async def act(client: httpx.AsyncClient) -> None:
        assert (await client.get("/hello")).text == "hello"

    ask(app, act)
    ask(app, act)


def test_it_can_be_mounted_below_another_application(config: Path) -> None:
    async def act(client: httpx.AsyncClient) -> None:
        assert (await client.get("/gw/hello")).text == "hello"
        assert (await client.get("/hello")).status_code == 404

    ask(Starlette(routes=[Mount("/gw", create_app([str(config)]))]), act)


def test_an_invalid_configuration_is_a_503_that_says_nothing_of_it(
    config: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config.write_text("version = 1\nsecret_thing = 1\n")

    async def act(client: httpx.AsyncClient) -> None:
        answer = await client.get("/hello")
        assert (answer.status_code, answer.json()["reason"]) == (503, "not_started")
        assert "secret_thing" not in answer.text
        assert (await client.get("/hello")).status_code == 503, "it is not compiled for each request"

    ask(create_app([str(config)]), act)
    said = capfd.readouterr().err
    assert said.count('unknown key "secret_thing"') == 1
    assert "gateway.toml:2" in said


def _lifespan(app: Any) -> list[dict[str, Any]]:
    """The messages of a lifespan that starts and ends."""
    sent: list[dict[str, Any]] = []

    async def run() -> None:
        inbox: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        await inbox.put({"type": "lifespan.startup"})

        async def send(message: Any) -> None:
            sent.append(dict(message))
            if message["type"] == "lifespan.startup.complete":
                await inbox.put({"type": "lifespan.shutdown"})

        await app({"type": "lifespan", "asgi": {"version": "3.0"}}, inbox.get, send)

    asyncio.run(run())
    return sent


def test_a_lifespan_starts_and_ends(config: Path) -> None:
    assert [message["type"] for message in _lifespan(create_app([str(config)]))] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_an_application_behind_that_knows_no_lifespan_is_no_hindrance(config: Path) -> None:
    async def behind(scope: Any, receive: Any, send: Any) -> None:
        assert scope["type"] == "http", "not made for anything else"

    assert [message["type"] for message in _lifespan(GatewayMiddleware(behind, [str(config)]))] == [
        "lifespan.startup.complete",
        "lifespan.shutdown.complete",
    ]


def test_a_lifespan_with_an_invalid_configuration_fails_and_says_why(config: Path) -> None:
    config.write_text("version = 1\n[routes.a]\npath = 7\n")
    (failed,) = _lifespan(create_app([str(config)]))

    assert failed["type"] == "lifespan.startup.failed"
    assert "gateway.toml:3" in failed["message"]
    assert failed["message"].endswith("gatewayctl: not started: the configuration was refused: 1 error")


def test_nothing_that_fetches_keys_outlives_it(config: Path) -> None:
    async def run() -> None:
        loop, asked = asyncio.get_running_loop(), asyncio.Event()
        messages = [{"type": "lifespan.shutdown"}, {"type": "lifespan.startup"}]

        def answer(path: str, headers: dict[str, str]) -> Answer:
            loop.call_soon_threadsafe(asked.set)
            return 500, {}, b""

        async def receive() -> Any:
            if len(messages) == 1:  # it has begun, and has asked once; after a failure it would ask again
                await asked.wait()
            return messages.pop()

        async def send(message: Any) -> None:
            assert message["type"] in ("lifespan.startup.complete", "lifespan.shutdown.complete")

        with Issuer(answer) as issuer:
            config.write_text(
                f'{HELLO}auth = "j"\n[auth.j]\ntype = "jwt"\nalgorithms = ["ES256"]\n'
                f'jwks_url = "{issuer.url}/keys"\nissuer = "{issuer.url}"\naudience = "api"\n'
            )
            await create_app([str(config)])({"type": "lifespan"}, receive, send)
            asked.clear()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(asked.wait(), FIRST_RETRY + 0.5)

    asyncio.run(run())
