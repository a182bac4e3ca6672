"""``import nginx``: requests go where nginx sends them, what is lost is said with its line, nothing becomes open."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.config.layout import formatted
from gatewayctl.foreign.nginx_words import full_expression
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
    assert cli("import", "nginx", "nowhere.conf").code == 2


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
