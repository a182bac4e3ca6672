"""Fixtures that every test may use: gateways, upstreams, nginx. All of them end, by process id, with their scope."""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.support.gateway import Gateway
from tests.support.nginx import Nginx
from tests.support.upstream import RawUpstream

_RUNNING = pytest.StashKey[list[Gateway]]()
_KNOWN = pytest.StashKey[dict[int, int]]()


class Gateways:
    """Starts gateways and ends them together; a failing test shows the output of those that run."""

    def __init__(self, request: pytest.FixtureRequest, directory: Callable[[], Path]) -> None:
        self._all = request.config.stash.setdefault(_RUNNING, [])
        self._directory = directory
        self._mine: list[Gateway] = []

    def __call__(
        self,
        text: str,
        *,
        environment: dict[str, str] | None = None,
        admin: bool = True,
        descriptor_limit: int = 0,
        files: Mapping[str, str] | None = None,
    ) -> Gateway:
        """A gateway running this configuration, with ``files`` (relative path to content) beside it."""
        directory = self._directory()
        for name, content in (files or {}).items():
            path = directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
        gateway = Gateway(directory, text, environment=environment, admin=admin, descriptor_limit=descriptor_limit)
        self._mine.append(gateway)
        self._all.append(gateway)
        return gateway

    def stop(self) -> None:
        problems = []
        for gateway in self._mine:
            self._all.remove(gateway)
            try:
                gateway.stop()
            except AssertionError as error:
                problems.append(str(error))
        assert not problems, "\n".join(problems)


@pytest.fixture(scope="session")
def shared_gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """As ``gateway``, for those that live as long as the session: hundreds of byte cases share one process."""
    gateways = Gateways(request, lambda: tmp_path_factory.mktemp("gateway"))
    yield gateways
    gateways.stop()


@pytest.fixture
def gateway(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateways]:
    """``gateway(toml_text)`` starts a gateway for this test; it ends with it."""
    gateways = Gateways(request, lambda: tmp_path_factory.mktemp("gateway"))
    yield gateways
    gateways.stop()


@pytest.fixture
def upstream() -> Iterator[RawUpstream]:
    """A scriptable upstream for this test. Whatever it was sent must have been HTTP, and its scripts must have held."""
    with RawUpstream() as server:
        yield server
        failures = list(server.failures)
    assert not failures, "\n".join(failures)


@pytest.fixture(scope="session")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nginx]:
    """A real nginx, where there is one."""
    binary = shutil.which(
        "nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
    ) or shutil.which("nginx")
    if binary is None:
        pytest.skip("nginx is not installed")
    server = Nginx(tmp_path_factory.mktemp("nginx"), binary)
    yield server
    server.stop()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int | None:
    """What ``-n auto`` is: more than there are cores, since many tests wait for processes of their own."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    cores = os.cpu_count() or 1
    return max(cores, min(2 * cores, 8))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Any:
    """Adds what the running gateways have said meanwhile to the report of a failed test."""
    report = yield
    if report.failed:
        known = item.stash.get(_KNOWN, {})
        for gateway in item.config.stash.setdefault(_RUNNING, []):
            news = gateway.lines[known.get(gateway.pid, 0) :]
            if news:
                report.sections.append((f"gateway (pid {gateway.pid}) since the test began", "\n".join(news[-100:])))
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Remembers how much each running gateway had said before the test."""
    item.stash[_KNOWN] = {g.pid: len(g.lines) for g in item.config.stash.setdefault(_RUNNING, [])}
