"""``import nginx``: requests go where nginx sends them, what is lost is said with its line, nothing becomes open."""

import json
import tomllib
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.config.layout import formatted
from gatewayctl.foreign.nginx_access import access_table
from gatewayctl.foreign.nginx_words import full_expression
from gatewayctl.plan.identity import AccessListPlan
from gatewayctl.policy.access import AccessList
from tests.offline.cli.conftest import Ran

MAIN = r"""
events { worker_connections 1024; }
http {
  gzip on;
  client_max_body_size 8m;
  upstream users { least_conn; keepalive 32; server 10.0.0.1:9001 weight=2; server 10.0.0.2:9001 down max_fails=3; }
  server { listen 80 default_server; return 301 https://$host$request_uri; }
  include sites/*.conf;
}
"""
SITE = r"""
server {
  listen 127.0.0.1:8080;
  server_name api.example.com .example.org ~^x\d+$;
  location / { proxy_pass http://127.0.0.1:3000; proxy_set_header Host $host; proxy_read_timeout 90; }
  location /api/ { proxy_pass http://users/; limit_req zone=one; proxy_set_header X-From "gw $remote_addr"; }
  location /v1 { proxy_pass http://users/v2; add_header X-Frame-Options DENY always; }
  location = /ping { return 200 "pong\n"; }
  location ~ \.php$ { proxy_pass http://127.0.0.1:9000; }
  location ~* ^/img/.*\.(png|jpg)$|^/pics { proxy_pass http://127.0.0.1:9009; }
  location ^~ /admin/ { allow 10.0.0.0/8; deny all; proxy_pass https://admin.internal:8443; }
  location /files/ { root /var/www; try_files $uri =404; }
  location /dyn/ { proxy_pass http://$backend; }
  location /private/ { auth_basic "x"; auth_basic_user_file users; proxy_pass http://users; }
  location /closed/ { deny all; proxy_pass http://users; }
}
"""


@pytest.fixture
def imported(cli: Callable[..., Ran], directory: Path) -> Ran:
    """The command's run; its result is ``out.toml``."""
    (directory / "sites").mkdir()
    (directory / "nginx.conf").write_text(MAIN)
    (directory / "sites" / "api.conf").write_text(SITE)
    return cli("import", "nginx", "nginx.conf", "-o", "out.toml")


ASKED = {
    "http://api.example.com/": "127-0-0-1",
    "http://api.example.com/api/7": "users",
    "http://api.example.com/apix": "127-0-0-1",
    "http://api.example.com/v1/x": "users",
    "http://api.example.com/x/y.php": "127-0-0-1-2",
    "http://api.example.com/api/y.php": "127-0-0-1-2",
    "http://api.example.com/admin/y.php": "admin-internal",
    "http://api.example.com/IMG/a.PNG": "127-0-0-1-3",
    "http://www.example.org/pictures": "127-0-0-1",
    "http://www.example.org/pics/1": "127-0-0-1-3",
}


@pytest.mark.parametrize("url", ASKED)
def test_a_request_goes_where_nginx_sends_it(url: str, imported: Ran, cli: Callable[..., Ran]) -> None:
    assert imported.code == 0, imported.err
    data = json.loads(cli("route-test", url, "--client-ip", "10.0.0.1", "-c", "out.toml", "--json").out)

    assert data["sent"]["service"] == ASKED[url]


def test_it_is_a_valid_and_formatted_configuration(imported: Ran, cli: Callable[..., Ran], directory: Path) -> None:
    text = (directory / "out.toml").read_text()
    data = tomllib.loads(text)

    assert formatted(text) == text
    assert cli("validate", "out.toml").code == 0
    assert data["server"]["listen"] == ["0.0.0.0:80", "127.0.0.1:8080"]
    assert data["services"]["users"] == {
        "load_balancer": "least_connections",
        "keepalive": {"max_idle": 32},
        "instances": [
            {"url": "http://10.0.0.1:9001", "weight": 2},
            {"url": "http://10.0.0.2:9001", "status": "down"},
        ],
    }
    assert data["routes"]["home"]["redirect"] == {"to": "https://{host}{path}", "status": 301}
    assert data["routes"]["api-example-com-ping"]["respond"] == {"status": 200, "body": "pong\n"}
    assert data["routes"]["api-example-com-api"]["strip_prefix"] == "/api"
    assert data["routes"]["api-example-com-v1"]["rewrite"] == "/v2/{rest}"
    assert data["routes"]["api-example-com-api"]["max_body_size"] == "8MiB"
    assert data["transforms"]["headers"]["request"]["set"] == {"x-from": "gw {client_ip}"}


def test_what_is_lost_is_said_with_its_file_and_line(imported: Ran) -> None:
    for said in (
        "nginx.conf:4:1: gzip on",
        "sites/api.conf:2:1: the server name ~^x",
        "sites/api.conf:6:1: limit_req zone=one",
        "sites/api.conf:7:1: location /v1: it also takes /v1x",
        "nginx.conf:6:1: server 10.0.0.2:9001 down max_fails=3: max_fails=3",
        "sites/api.conf:12:1: try_files",
        "sites/api.conf:13:1: proxy_pass http://$backend",
    ):
        assert said in imported.err


def test_a_route_that_lost_its_guard_refuses_everything(
    imported: Ran, cli: Callable[..., Ran], directory: Path
) -> None:
    routes = tomllib.loads((directory / "out.toml").read_text())["routes"]

    assert routes["api-example-com-private"]["respond"] == {"status": 403}
    assert routes["api-example-com-closed"]["respond"] == {"status": 403}
    assert "service" not in routes["api-example-com-private"]
    assert "auth_basic x: its route answers 403, since it would be open" in imported.err
    refused = cli("route-test", "http://api.example.com/admin/", "--client-ip", "192.0.2.1", "-c", "out.toml")
    assert "403" in refused.out


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("http { server { listen 80 }", "not valid for nginx"),
        ("http { include nowhere.conf; server { return 200; } }", "not valid for nginx"),
        ("events { }", "there is no server"),
        ("http { server { location / { root /x; } } }", "nothing in in.conf forwards"),
    ],
)
def test_nothing_is_written_of_what_is_no_use(text: str, said: str, cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "in.conf").write_text(text)

    ran = cli("import", "nginx", "in.conf", "-o", "out.toml")

    assert (ran.code, said in ran.err) == (2, True), ran.err
    assert not (directory / "out.toml").exists()


@pytest.mark.parametrize(("name", "why"), [("nowhere.conf", "no such file or directory"), (".", "is a directory")])
def test_a_file_that_cannot_be_read_is_not_called_wrong(name: str, why: str, cli: Callable[..., Ran]) -> None:
    ran = cli("import", "nginx", name)
    assert (ran.code, f"error[E001]: cannot read {name}: {why}" in ran.err) == (2, True), ran.err


def test_an_expression_that_is_looked_for_anywhere_matches_in_full() -> None:
    assert full_expression(r"\.php$", case_matters=True) == r".*\.php"
    assert full_expression(r"^/a|b$|(c|d)", case_matters=True) == r"/a.*|.*b|.*(c|d).*"
    assert full_expression(r"^/[|]x\|$", case_matters=False) == r"(?i)(?:/[|]x\|)"


def test_what_is_not_carried_over_falls_to_no_other_route(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "in.conf").write_text("""
http { server {
  location / { proxy_pass http://127.0.0.1:9000; }
  location /internal/ { internal; proxy_pass http://127.0.0.1:9000; }
  location /priv/ { deny all; }
  location ^~ /static/ { root /srv; }
  location /var/ { proxy_pass http://$backend; }
  location ~ \\.php$ { proxy_pass http://127.0.0.1:9001; }
} }""")
    assert cli("import", "nginx", "in.conf", "-o", "out.toml").code == 0

    asked = {"/internal/a": "404", "/priv/b": "403", "/static/x.php": "404", "/var/c": "503"}
    for path, status in asked.items():
        assert f"answers {status} itself" in cli("route-test", path, "-c", "out.toml").out


def _as_nginx(rules: list[tuple[str, str]], address: str) -> bool:
    """What nginx's documentation says: the first rule that has the address decides, without one it may come in."""
    for verb, network in rules:
        if network == "all" or ip_address(address) in ip_network(network, strict=False):
            return verb == "allow"
    return True


BLOCKS = ["all", "10.0.0.0/8", "10.6.0.0/16", "10.6.6.6", "10.6.6.0/24", "192.0.2.0/24", "fd00::/8", "fd00::1"]
ADDRESSES = [
    "10.0.0.1",
    "10.6.0.1",
    "10.6.6.6",
    "10.6.6.7",
    "192.0.2.9",
    "198.51.100.1",
    "fd00::1",
    "fd00::2",
    "2001::1",
]


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rules=st.lists(st.tuples(st.sampled_from(["allow", "deny"]), st.sampled_from(BLOCKS)), min_size=1, max_size=6))
def test_an_access_list_lets_in_whom_nginx_lets_in(rules: list[tuple[str, str]]) -> None:
    try:
        table = access_table(rules)
    except ValueError:
        return  # it would be longer than anybody reads
    expected = [_as_nginx(rules, address) for address in ADDRESSES]
    if table is None:
        assert not any(expected)
        return
    made = AccessList(AccessListPlan("office", tuple(table.get("allow", ())), tuple(table.get("deny", ()))))

    assert [made.lets_in(address.encode()) for address in ADDRESSES] == expected


@pytest.mark.parametrize(
    ("lines", "table"),
    [
        ("deny 10.6.6.0/24; allow 10.0.0.0/8; deny all;", {"allow": ["10.0.0.0/8"], "deny": ["10.6.6.0/24"]}),
        ("allow 10.0.0.0/8; allow 192.0.2.1; deny all;", {"allow": ["10.0.0.0/8", "192.0.2.1"]}),
        ("deny 10.6.6.0/24; allow all;", {"deny": ["10.6.6.0/24"]}),
        ("allow 10.0.0.0/9; deny 10.0.0.0/8;", {"deny": ["10.128.0.0/9"]}),
        ("allow all; deny 10.0.0.0/8;", None),
    ],
)
def test_a_list_of_allow_and_deny_is_carried_over(
    lines: str, table: dict[str, list[str]] | None, cli: Callable[..., Ran], directory: Path
) -> None:
    (directory / "in.conf").write_text(f"server {{ location / {{ {lines} proxy_pass http://127.0.0.1:1; }} }}")

    ran = cli("import", "nginx", "in.conf", "-o", "out.toml")
    data = tomllib.loads((directory / "out.toml").read_text())

    assert (ran.code, "W701" in ran.err, "not carried over" in ran.err) == (0, False, False), ran.err
    assert data["routes"]["home"]["service"] == "127-0-0-1"
    assert data.get("access", {}).get("networks") == table


def test_what_is_no_network_is_said_line_by_line(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "in.conf").write_text(
        "server { location / {\n allow unix:;\n deny 10.0.0.1;\n proxy_pass http://127.0.0.1:1; } }"
    )

    ran = cli("import", "nginx", "in.conf", "-o", "out.toml")

    assert "in.conf:2:1: allow unix:" in ran.err and "in.conf:3:1: deny 10.0.0.1" in ran.err
    assert tomllib.loads((directory / "out.toml").read_text())["routes"]["home"]["respond"] == {"status": 403}


def test_a_block_with_an_access_list_of_its_own_inherits_none(cli: Callable[..., Ran], directory: Path) -> None:
    location = "location / { allow 192.0.2.0/24; deny all; proxy_pass http://127.0.0.1:1; }"
    (directory / "in.conf").write_text(
        f"http {{ deny 192.0.2.7; allow 10.0.0.0/8; server {{ deny all; {location} }} }}"
    )

    cli("import", "nginx", "in.conf", "-o", "out.toml")
    data = tomllib.loads((directory / "out.toml").read_text())

    assert data["access"]["networks"] == {"allow": ["192.0.2.0/24"]}


def test_no_priority_is_needless_and_the_order_is_still_that_of_nginx(
    imported: Ran, cli: Callable[..., Ran], directory: Path
) -> None:
    found = cli("lint", "out.toml", "--select", "L109")

    assert (imported.code, found.code) == (0, 0), found.out
    assert "priority" in (directory / "out.toml").read_text()


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"\xff\xfe\n", "it is not UTF-8"), (None, "is a directory")],
)
def test_a_file_that_is_none_of_nginx_is_refused_with_a_reason(
    content: bytes | None, said: str, cli: Callable[..., Ran], directory: Path
) -> None:
    path = directory / "in.conf"
    path.mkdir() if content is None else path.write_bytes(content)

    ran = cli("import", "nginx", "in.conf")

    assert (ran.code, said in ran.err.lower().replace("utf-8", "UTF-8")) == (2, True), ran.err
    assert "Errno" not in ran.err


def test_a_path_with_spaces_and_umlauts_is_percent_encoded(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "in.conf").write_text('server { location = "/a b/ü" { return 204; } }', encoding="utf-8")

    cli("import", "nginx", "in.conf", "-o", "out.toml")
    (route,) = tomllib.loads((directory / "out.toml").read_text())["routes"].values()

    assert route["path"] == "/a%20b/%C3%BC"


def test_what_cannot_be_valid_is_shown_where_nginx_says_it(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "in.conf").write_text("server {\n location ~ ^/(?=a) { return 204; }\n}")

    ran = cli("import", "nginx", "in.conf", "-o", "out.toml")

    assert (ran.code, "in.conf:2" in ran.err, "out.toml" in ran.err) == (2, True, False), ran.err
