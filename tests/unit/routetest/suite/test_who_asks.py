"""What a case says of who asks, and what it may expect of authentication, of limits and of their keys."""

from pathlib import Path

import pytest

from gatewayctl.cli.live import live_parts
from gatewayctl.routetest.suite.reading import check_names
from gatewayctl.routetest.suite.running import run_suite
from gatewayctl.routetest.walk import Examiner
from tests.unit.routetest.suite.stage import compiled, suite

GATEWAY = """
version = 1
[services.api]
builtin = "echo"
[limits.address]
algorithm = "fixed_window"
limit = 10
window = "1m"
[limits.plan]
algorithm = "fixed_window"
limit = 10
window = "1m"
key = ["header:x-plan", "route"]
[limits.all]
algorithm = "concurrency"
limit = 10
key = "global"
[limits.item]
algorithm = "fixed_window"
limit = 10
window = "1m"
key = ["param:id", "cookie:session", "service"]
[limits.user]
algorithm = "fixed_window"
limit = 10
window = "1m"
key = "claim:sub"
[limits.gold]
algorithm = "fixed_window"
limit = 10
window = "1m"
key = "consumer"
[limits.partner]
algorithm = "fixed_window"
limit = 10
window = "1m"
key = "consumer"
[access.office]
allow = ["127.0.0.0/8"]
[auth.jwt]
type = "jwt"
algorithms = ["HS256"]
secret = "a secret of more than two hundred and fifty-six bits, for tests only"
issuer = "any"
audience = "any"
forward_claims = { sub = "X-User" }
[auth.keys]
type = "api_key"
header = "X-API-Key"
[consumers.acme]
api_keys = ["sha256:205259caa0ad51360e8ff10e341564f091d91f98ee09267ffd2d01a819622f3b"]
limits = ["gold"]
[consumers.globex]
api_keys = ["sha256:086fe272e0fe41f1dc6b07b94ead5496b44b67ea4e7b312910dbeb668ddfb4a5"]
[routes.open]
path = "/open/{id}"
service = "api"
limits = ["address", "plan", "all", "item"]
[routes.user]
path = "/user"
service = "api"
auth = "jwt"
require = { scopes = ["read"] }
limits = ["address", "user"]
[routes.partner]
path = "/partner"
service = "api"
auth = "keys"
limits = ["partner"]
[routes.office]
path = "/office"
service = "api"
access = "office"
limits = ["address"]
"""


def _differences(directory: Path, request: str, expect: str, more: str = "") -> list[tuple[str, str, str]]:
    made = suite(directory, f'[[case]]\nrequest = "{request}"\n{more}\nexpect = {{ {expect} }}\n')
    assert made.ok, made.diagnostics
    (result,) = run_suite(made, Examiner(*compiled(directory, GATEWAY), live_parts()), lambda case: True)
    return [tuple(found) for found in result.differences]


@pytest.mark.parametrize(
    ("request_", "more", "expect"),
    [
        ("/open/7", "", 'auth = "none", limits = ["item", "all", "plan", "address"]'),
        ("/open/7", 'client_ip = "192.0.2.7"', 'limit_keys = { address = "192.0.2.7" }'),
        ("/open/7", 'client_ip = "2001:db8:1:2::7"', 'limit_keys = { address = "2001:db8:1:2::/64" }'),
        ("/open/7", 'client_ip = "::ffff:192.0.2.7"', 'limit_keys = { address = "192.0.2.7" }'),
        ("/open/7", 'headers = { X-Plan = "gold" }', 'limit_keys = { plan = "gold, open", all = "global" }'),
        ("/open/7", 'client_ip = "192.0.2.7"', 'limit_keys = { plan = "client_ip 192.0.2.7, open" }'),
        ("/open/7", 'headers = { Cookie = "a=b; session=s1" }', 'limit_keys = { item = "7, s1, api" }'),
        ("/user", 'token = { sub = "u1", scope = "read" }', 'auth = "jwt", headers = { x-user = "u1" }'),
        ("/user", 'token = { sub = "u1", scope = "read" }', 'limits = ["address", "user"], limit_keys = { user = "u1" }'),
        ("/user", 'token = { sub = "u1" }', 'route = "user", status = 403, reason = "forbidden"'),
        ("/user", "", 'route = "user", status = 401, limit_keys = { address = "127.0.0.1" }'),
        ("/partner", 'consumer = "globex"', 'auth = "keys", limits = ["partner"], limit_keys = { partner = "globex" }'),
        ("/partner", 'consumer = "acme"', 'limits = ["gold"], limit_keys = { gold = "acme" }'),
        ("/partner", 'headers = { x-api-key = "demo-key-of-globex-not-for-use" }', 'limit_keys = { partner = "globex" }'),
    ],
)  # fmt: skip
def test_what_is_so_may_be_expected(request_: str, more: str, expect: str, tmp_path: Path) -> None:
    assert _differences(tmp_path, request_, expect, more) == []


@pytest.mark.parametrize(
    ("request_", "more", "expect", "difference"),
    [
        ("/open/7", "", 'limit_keys = { address = "192.0.2.7" }', ("limit_keys.address", "192.0.2.7", "127.0.0.1")),
        ("/open/7", "", 'limit_keys = { user = "u1" }', ("limit_keys.user", "u1", "(not counted by it)")),
        ("/open/7", "", 'limits = ["all"]', ("limits", "all", "address, all, item, plan")),
        ("/open/7", "", 'auth = "jwt"', ("auth", "jwt", "none")),
        ("/user", "", 'auth = "jwt"', ("auth", "jwt", "(not let in: 401 unauthorized)")),
        ("/user", 'token = { sub = "u1" }', 'auth = "jwt"', ("auth", "jwt", "(not let in: 403 forbidden)")),
        ("/user", "", 'limit_keys = { user = "u1" }', ("limit_keys.user", "u1", "(not counted: 401 unauthorized)")),
        ("/office", 'client_ip = "192.0.2.7"', 'limit_keys = { address = "192.0.2.7" }',
            ("limit_keys.address", "192.0.2.7", "(not counted: 403 forbidden)")),
        ("/partner", 'consumer = "acme"', 'limit_keys = { partner = "acme" }',
            ("limit_keys.partner", "acme", "(not counted by it)")),
    ],
)  # fmt: skip
def test_a_difference_says_what_was_expected_and_what_is(
    request_: str, more: str, expect: str, difference: tuple[str, str, str], tmp_path: Path
) -> None:
    assert _differences(tmp_path, request_, expect, more) == [difference]


def test_schemes_and_limits_are_those_of_the_configuration(tmp_path: Path) -> None:
    _, plan = compiled(tmp_path, GATEWAY)
    expect = 'auth = "jtw", limits = ["all", "al"], limit_keys = { usr = "u1" }'
    made = suite(tmp_path, f'[[case]]\nrequest = "/"\nexpect = {{ {expect} }}\n')

    found = check_names(made, plan, {})

    assert [(one.code, one.message, str(one.span), one.help) for one in found] == [
        ("E201", 'there is no authentication scheme "jtw"', "gateway.test.toml:3:19", 'did you mean "jwt"?'),
        ("E201", 'there is no limit "al"', "gateway.test.toml:3:43", 'did you mean "all"?'),
        ("E201", 'there is no limit "usr"', "gateway.test.toml:3:65", 'did you mean "user"?'),
    ]
