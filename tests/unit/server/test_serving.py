"""Two gateways on one event loop share nothing, and each ends by itself."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gatewayctl.server.serve import Serving
from gatewayctl.state.timer_wheel import TICK
from gatewayctl.upstream.discovery.plane import ControlPlane

TEXT = """
version = 1
[server]
listen = "unix:gateway.sock"
[admin]
listen = "off"
[log]
access = "off"
[routes.all]
path = "/*"
respond = {{ status = 200, body = "{body}" }}
"""
OUTLIER = """
[services.up]
instances = [{ id = "one", url = "http://127.0.0.1:1" }]
outlier = { consecutive_failures = 3 }
[routes.up]
path = "/up"
service = "up"
"""


def _written(directory: Path, body: str) -> Path:
    directory.mkdir(exist_ok=True)
    file = directory / "gateway.toml"
    file.write_text(TEXT.format(body=body))
    return file


async def _body(directory: Path) -> bytes:
    reader, writer = await asyncio.open_unix_connection(str(directory / "gateway.sock"))
    writer.write(b"GET / HTTP/1.0\r\nHost: x\r\n\r\n")
    said = await reader.read()
    writer.close()
    await writer.wait_closed()
    return said.rpartition(b"\r\n\r\n")[2]


async def _until(condition: object, serving: "asyncio.Task[int]") -> None:
    async with asyncio.timeout(30):
        while not condition():  # type: ignore[operator]
            assert not serving.done(), serving
            await asyncio.sleep(0.01)


def test_two_gateways_share_nothing(tmp_path: Path) -> None:
    async def run() -> None:
        one, two = tmp_path / "one", tmp_path / "two"
        first, second = Serving([str(_written(one, "first"))]), Serving([str(_written(two, "second"))])
        runs = [asyncio.create_task(serving.run()) for serving in (first, second)]
        for folder, task in zip((one, two), runs, strict=True):
            await _until((folder / "gateway.sock").exists, task)
        assert (await _body(one), await _body(two)) == (b"first", b"second")

        _written(one, "changed")
        await _until(lambda: first.gateway.bound.generation == 2, runs[0])
        assert (await _body(one), await _body(two)) == (b"changed", b"second")
        assert second.gateway.bound.generation == 1

        first.end()
        assert await runs[0] == 0
        assert await _body(two) == b"second"
        second.end()
        assert await runs[1] == 0

    asyncio.run(run())


def test_a_generation_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    async def run() -> None:
        file = _written(tmp_path, "one")
        serving = Serving([str(file)])
        task = asyncio.create_task(serving.run())
        await _until((tmp_path / "gateway.sock").exists, task)
        before = len(serving.gateway.series.values())
        file.write_text(file.read_text() + '[services.up]\nbuiltin = "echo"\n[routes.b]\npath = "b"\nservice = "up"\n')
        serving.reload()
        await _until(lambda: serving._reloader.loads.failures == 1, task)

        assert len(serving.gateway.series.values()) == before
        assert serving.gateway.instances.values() == []
        serving.end()
        assert await task == 0

    asyncio.run(run())


def test_nothing_looks_at_what_workers_share_once_it_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ends = ControlPlane.stop

    async def run() -> None:
        file = _written(tmp_path, "one")
        text = file.read_text().replace("[server]\n", "[server]\nworkers = 2\n")
        file.write_text(text + OUTLIER)
        faults: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, context: faults.append(context))
        serving = Serving([str(file)])
        task = asyncio.create_task(serving.run())

        async def ends_late(plane: ControlPlane) -> None:
            """What ends after the workers, here until the wheel would have turned, as on a busy machine."""
            turned = serving.gateway.clock() + 2 * TICK
            await _until(lambda: serving.gateway.clock() > turned, task)
            await ends(plane)

        monkeypatch.setattr(ControlPlane, "stop", ends_late)
        await _until((tmp_path / "gateway.sock").exists, task)
        assert await _body(tmp_path) == b"one"

        serving.end()
        assert await task == 0
        assert faults == []

    asyncio.run(run())
