"""For every example that has route tests: a running gateway, asked over a socket, does what the offline run says.

The configuration is the example's own; only its listeners get free ports, its services are echoes, so that what they are
sent can be seen, and who asks has credentials of the test's making: a token signed by a secret, a key, a certificate.
"""

import hashlib
import ssl
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from gatewayctl.cli.live import live_parts
from gatewayctl.config import Loaded, load, to_data
from gatewayctl.config.reading import DiskReader
from gatewayctl.plan import Plan, compile_plan
from gatewayctl.routetest.request import Asked
from gatewayctl.routetest.suite.expectations import differences
from gatewayctl.routetest.suite.models import CaseConfig
from gatewayctl.routetest.suite.reading import Suite, read_suite
from gatewayctl.routetest.walk import Examiner
from tests.conftest import Gateways
from tests.support.agreement import assert_agreement, assert_expected
from tests.support.client import Client
from tests.support.gateway import Gateway
from tests.support.http1 import Response
from tests.support.secure import Authority
from tests.support.tokens import SECRET, token

ROOT = Path(__file__).parents[3]
FILES = [ROOT / "gateway.test.toml", *sorted((ROOT / "examples").glob("*/*.test.toml"))]
_PEER = "127.0.0.1"
_OF_THE_PLACE = ("listen", "workers", "tls", "proxy_protocol")
_KEYS_OF_AN_ISSUER = ("discovery_url", "jwks_url", "jwks_file", "public_key", "secret")


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


def _suite(file: Path) -> tuple[Suite, Loaded]:
    suite = read_suite(file, reader=DiskReader(), directory=ROOT)
    assert suite.ok, suite.diagnostics
    loaded = load(suite.config, environ={}, directory=ROOT)
    assert loaded.ok, loaded.diagnostics
    return suite, loaded


class Stage:
    """An example as it is served, and the credentials with which it is asked."""

    def __init__(self, loaded: Loaded, plan: Plan, suite: Suite, directory: Path) -> None:
        self._data: dict[str, Any] = to_data(loaded, redact=False)
        self._plan = plan
        self._authority: Authority | None = None
        server = self._data["server"]
        tls = server.get("tls")
        for name in _OF_THE_PLACE:
            server.pop(name, None)
        for section in ("admin", "log", "tracing"):
            del self._data[section]
        for service in self._data["services"].values():
            for found in ("instances", "discovery", "health", "tls"):
                service.pop(found, None)
            service["builtin"] = "echo"
        for limit in self._data.get("limits", {}).values():
            limit["headers"] = True  # so that an answer tells of each
        self._credentials()
        self.told = any(case.request.client_ip != _PEER for case in suite.cases)
        """Whether the gateway is told by the PROXY protocol who asks."""
        if self.told:
            server |= {"proxy_protocol": True, "trusted_proxies": [_PEER]}
        if tls is not None:
            self._authority = Authority(directory)
            cert, key = self._authority.certificate("localhost")
            server |= {"listen": "https://127.0.0.1:0", "tls": {
                "certificates": {"own": {"cert": str(cert), "key": str(key)}},
                "client_auth": "request",  # who has none gets an answer that can be compared
                "client_ca": str(self._authority.file),
            }}  # fmt: skip

    def _credentials(self) -> None:
        for scheme in self._data.get("auth", {}).values():
            if scheme["type"] == "jwt":
                for name in _KEYS_OF_AN_ISSUER:
                    scheme.pop(name, None)
                scheme |= {"algorithms": ["HS256"], "secret": SECRET}
        for name, consumer in self._data.get("consumers", {}).items():
            if consumer.get("api_keys"):
                consumer["api_keys"].append(f"sha256:{hashlib.sha256(_key(name).encode()).hexdigest()}")

    @property
    def toml(self) -> str:
        """The configuration."""
        return tomli_w.dumps(self._data)

    def request(self, case: CaseConfig, request: Asked) -> Asked:
        """The request with the credentials that the case says it has."""
        more: list[tuple[str, str]] = []
        for scheme in self._data.get("auth", {}).values():
            if scheme["type"] == "jwt" and case.token is not None:
                usual = {"iss": scheme["issuer"], "aud": scheme["audience"], "exp": 4_000_000_000}
                more.append(("Authorization", f"Bearer {token(claims=usual | case.token).decode()}"))
            if scheme["type"] == "api_key" and case.consumer:
                more.append((scheme["header"], _key(case.consumer)))
        return request._replace(fields=(*request.fields, *more))

    def ask(self, running: Gateway, case: CaseConfig, request: Asked) -> Response:
        """What the gateway answers."""
        with Client(running.address) as client:
            if self.told:
                client.send(f"PROXY TCP4 {request.client_ip} {_PEER} 40000 80\r\n".encode())
            if self._authority is not None:
                context = ssl.create_default_context(cafile=str(self._authority.file))
                if case.consumer:
                    context.load_cert_chain(*self._authority.certificate(case.consumer, file=case.consumer))
                client.socket = context.wrap_socket(client.socket, server_hostname="localhost")
            client.send(request.raw() + b"\r\n\r\n", b"x" * (case.body_size or 0))
            return client.response(request.method.encode())


def _key(consumer: str) -> str:
    return f"a-key-of-{consumer}-for-tests-only"


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_a_running_gateway_answers_as_the_cases_of_an_example_expect(
    file: Path, gateway: Gateways, tmp_path: Path
) -> None:
    suite, loaded = _suite(file)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    examiner = Examiner(loaded, plan, live_parts())
    stage = Stage(loaded, plan, suite, tmp_path)
    running = gateway(stage.toml)

    for case in suite.cases:
        expect = case.config.expect
        assert differences(expect, examiner.examine(case.request)) == [], case.name
        request = stage.request(case.config, case.request)
        answer = stage.ask(running, case.config, request)
        assert_agreement(request, examiner.examine(request), answer)
        id = (answer.value(b"x-request-id") or b"").decode()
        logged = running.wait_for_access(lambda line, id=id: line["request_id"] == id)  # type: ignore[misc]
        if request.method != "HEAD":
            assert_expected(expect, answer, logged)


@pytest.mark.parametrize("file", FILES, ids=_name)
def test_the_cases_of_an_example_cover_it(file: Path) -> None:
    from gatewayctl.routetest.suite.coverage import coverage
    from gatewayctl.routetest.suite.running import run_suite

    suite, loaded = _suite(file)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    results = run_suite(suite, Examiner(loaded, plan, live_parts()), lambda case: True)

    reports = [result.report for result in results]
    counted = [name for report in reports for name, _ in report.limit_keys]
    assert coverage(loaded, plan, [report.route for report in reports], counted).missing == []
