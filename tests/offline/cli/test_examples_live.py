"""For every example that has route tests: a running gateway, asked over a socket, does what the offline run says.

The configuration is the example's own; only its listeners get free ports, and its services are echoes, so that what they
are sent can be seen.
"""

from pathlib import Path
from typing import Any

import pytest
import tomli_w

from gatewayctl.cli.live import live_parts
from gatewayctl.config import Loaded, load, to_data
from gatewayctl.config.reading import DiskReader
from gatewayctl.plan import compile_plan
from gatewayctl.routetest.suite.expectations import differences
from gatewayctl.routetest.suite.reading import Suite, read_suite
from gatewayctl.routetest.walk import Examiner
from tests.conftest import Gateways
from tests.support.agreement import assert_agreement
from tests.support.client import exchange

ROOT = Path(__file__).parents[3]
FILES = [ROOT / "gateway.test.toml", *sorted((ROOT / "examples").glob("*/*.test.toml"))]
_PEER = "127.0.0.1"
_ENVIRONMENT = ("listen", "workers", "tls", "proxy_protocol")


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _suite(file: Path) -> tuple[Suite, Loaded]:
    suite = read_suite(file, reader=DiskReader(), directory=ROOT)
    assert suite.ok, suite.diagnostics
    loaded = load(suite.config, environ={}, directory=ROOT)
    assert loaded.ok, loaded.diagnostics
    return suite, loaded


def _to_serve(loaded: Loaded) -> str:
    data: dict[str, Any] = to_data(loaded, redact=False)
    data["server"] = {key: value for key, value in data["server"].items() if key not in _ENVIRONMENT}
    for section in ("admin", "log", "tracing"):
        del data[section]
    for service in data["services"].values():
        for found in ("instances", "discovery", "health", "tls"):
            service.pop(found, None)
        service["builtin"] = "echo"
    return tomli_w.dumps(data)


@pytest.mark.parametrize("file", [file for file in FILES if file.parent.name != "mutual-tls"], ids=_name)
def test_a_running_gateway_answers_as_the_cases_of_an_example_expect(file: Path, gateway: Gateways) -> None:
    suite, loaded = _suite(file)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    examiner = Examiner(loaded, plan, live_parts())
    running = gateway(_to_serve(loaded))

    for case in suite.cases:
        assert differences(case.config.expect, examiner.examine(case.request)) == [], case.name
        request = case.request._replace(client_ip=_PEER)  # who we are, whoever the case is about
        size = case.config.body_size or 0
        answer = exchange(running.address, request.raw() + b"\r\n\r\n", b"x" * size, method=request.method.encode())
        assert_agreement(request, examiner.examine(request), answer)


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_the_cases_of_an_example_cover_it(file: Path) -> None:
    from gatewayctl.routetest.suite.coverage import coverage
    from gatewayctl.routetest.suite.running import run_suite

    suite, loaded = _suite(file)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    results = run_suite(suite, Examiner(loaded, plan, live_parts()), lambda case: True)

    assert coverage(loaded, plan, [result.report.route for result in results]).missing == []
