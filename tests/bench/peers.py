"""How each gateway of the comparison is started: the same work for all, one worker each, plain text on loopback.

A peer is a function from (directory, its port, the upstream's port) to a command. What is not installed is left out of
the table and said so. Peers outside ``PATH`` are looked for in ``BENCH_PATH`` too (directories, separated like PATH).
"""

import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final, NamedTuple

SIZES: Final = {"1k": 1 << 10, "64k": 1 << 16, "1m": 1 << 20}
"""The bodies that the upstream serves, by path, in bytes."""
ROUTES: Final = 1000


class Peer(NamedTuple):
    binary: str
    what: str
    command: Callable[[Path, int, int], list[str]]


def found(binary: str) -> str | None:
    """Where a program is, None if it is not installed."""
    beside = str(Path(sys.executable).parent)
    places = [os.environ.get("BENCH_PATH", ""), beside, os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"]
    return shutil.which(binary, path=os.pathsep.join(place for place in places if place))


def _written(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


_NGINX: Final = """daemon off; worker_processes 1; pid {d}/{name}.pid; error_log {d}/{name}.err warn;
events {{ worker_connections 16384; }}
http {{
  {http}
  keepalive_requests 1000000000; keepalive_timeout 600s; tcp_nodelay on; client_max_body_size 0;
  client_body_temp_path {d}/{name}-body; proxy_temp_path {d}/{name}-proxy; fastcgi_temp_path {d}/{name}-fastcgi;
  uwsgi_temp_path {d}/{name}-uwsgi; scgi_temp_path {d}/{name}-scgi;
  {server}
}}
"""
_PROXY: Final = """upstream u {{ server 127.0.0.1:{up}; keepalive 64; keepalive_requests 1000000000; }}
  server {{ listen 127.0.0.1:{port}; location / {{
    {extra}
    proxy_http_version 1.1; proxy_set_header Connection ""; proxy_set_header Host $host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for; proxy_set_header X-Forwarded-Proto $scheme;
    proxy_pass http://u; }} }}"""
_LOG: Final = (
    'log_format j escape=json \'{{"time":"$time_iso8601","method":"$request_method","path":"$uri",'
    '"status":$status,"bytes":$body_bytes_sent,"seconds":$request_time,"upstream":"$upstream_addr",'
    '"client":"$remote_addr","id":"$request_id"}}\'; access_log {d}/featured.log j buffer=64k flush=1s; '
    "limit_req_zone $binary_remote_addr zone=z:10m rate=1000000r/s;"
)
_FEATURES: Final = (
    "limit_req zone=z burst=100000 nodelay; proxy_set_header X-Request-ID $request_id; "
    "add_header X-Request-ID $request_id;"
)


def upstream(d: Path, port: int) -> list[str]:
    """An nginx that serves the bodies, with everything that makes it fast."""
    for name, size in SIZES.items():
        (d / name).write_bytes(b"x" * size)
    d.chmod(0o755)
    server = f"server {{ listen 127.0.0.1:{port} backlog=4096; root {d}; location / {{ }} }}"
    http = "access_log off; sendfile on; tcp_nopush on; open_file_cache max=100 inactive=600s; default_type text/plain;"
    text = _NGINX.format(d=d, name="upstream", http=http, server=server)
    user = "user root;" if os.getuid() == 0 else ""
    return [found("nginx") or "nginx", "-c", _written(d / "upstream.conf", user + text)]


def _nginx(d: Path, port: int, up: int) -> list[str]:
    server = _PROXY.format(up=up, port=port, extra="")
    text = _NGINX.format(d=d, name="plain", http="access_log off;", server=server)
    return [found("nginx") or "nginx", "-c", _written(d / "plain.conf", text)]


def _nginx_featured(d: Path, port: int, up: int) -> list[str]:
    server = _PROXY.format(up=up, port=port, extra=_FEATURES)
    text = _NGINX.format(d=d, name="featured", http=_LOG.format(d=d), server=server)
    return [found("nginx") or "nginx", "-c", _written(d / "featured.conf", text)]


def _haproxy(d: Path, port: int, up: int) -> list[str]:
    text = f"""global
  nbthread 1
defaults
  mode http
  option http-keep-alive
  option forwardfor
  http-reuse aggressive
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend f
  bind 127.0.0.1:{port}
  default_backend b
backend b
  server s 127.0.0.1:{up} pool-max-conn 256
"""
    return [found("haproxy") or "haproxy", "-db", "-f", _written(d / "haproxy.cfg", text)]


def _envoy(d: Path, port: int, up: int) -> list[str]:
    def address(number: int) -> dict[str, object]:
        return {"socket_address": {"address": "127.0.0.1", "port_value": number}}

    network = "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager"
    router = {"@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router"}
    host = {"name": "a", "domains": ["*"], "routes": [{"match": {"prefix": "/"}, "route": {"cluster": "u"}}]}
    manager = {
        "@type": network,
        "stat_prefix": "x",
        "generate_request_id": False,
        "route_config": {"virtual_hosts": [host]},
        "http_filters": [{"name": "envoy.filters.http.router", "typed_config": router}],
    }
    filters = [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]
    endpoints = [{"lb_endpoints": [{"endpoint": {"address": address(up)}}]}]
    cluster = {
        "name": "u",
        "type": "STATIC",
        "connect_timeout": "2s",
        "load_assignment": {"cluster_name": "u", "endpoints": endpoints},
    }
    listener = {"address": address(port), "filter_chains": [{"filters": filters}]}
    config = json.dumps({"static_resources": {"listeners": [listener], "clusters": [cluster]}})
    path = _written(d / "envoy.json", config)
    return [found("envoy") or "envoy", "--concurrency", "1", "-c", path, "-l", "error", "--disable-hot-restart"]


def _caddy(d: Path, port: int, up: int) -> list[str]:
    transport = "transport http {\n   keepalive_idle_conns_per_host 256\n  }"
    text = (
        f"{{\n admin off\n auto_https off\n}}\nhttp://127.0.0.1:{port} {{\n"
        f" reverse_proxy 127.0.0.1:{up} {{\n  {transport}\n }}\n}}\n"
    )
    return [found("caddy") or "caddy", "run", "--adapter", "caddyfile", "--config", _written(d / "Caddyfile", text)]


def _traefik(d: Path, port: int, up: int) -> list[str]:
    http = {
        "routers": {"r": {"rule": "PathPrefix(`/`)", "service": "s", "entryPoints": ["web"]}},
        "services": {"s": {"loadBalancer": {"servers": [{"url": f"http://127.0.0.1:{up}"}]}}},
    }
    dynamic = _written(d / "traefik-routes.yml", json.dumps({"http": http}))
    static = {
        "entryPoints": {"web": {"address": f"127.0.0.1:{port}"}},
        "providers": {"file": {"filename": dynamic}},
        "serversTransport": {"maxIdleConnsPerHost": 256},
        "log": {"level": "ERROR"},
        "global": {"checkNewVersion": False, "sendAnonymousUsage": False},
    }
    return [found("traefik") or "traefik", "--configFile=" + _written(d / "traefik.yml", json.dumps(static))]


def _gatewayctl(d: Path, port: int, up: int) -> list[str]:
    lines = [
        f'version = 1\n[server]\nlisten = "127.0.0.1:{port}"\nmax_body_size = "unlimited"\n[admin]\nlisten = "off"',
        f'[log]\naccess = "{d}/gatewayctl.log"\naccess_format = "json"',
        f'[services.up]\ninstances = [{{ id = "one", url = "http://127.0.0.1:{up}" }}]',
    ]
    lines += [f'[routes.r{i}]\npath = "/svc{i}/items/{{id}}"\nservice = "up"' for i in range(ROUTES - len(SIZES))]
    lines += [f'[routes.size-{size}]\npath = "/{size}"\nservice = "up"' for size in SIZES]
    path = _written(d / "gatewayctl.toml", "\n".join(lines) + "\n")
    return [sys.executable, "-m", "gatewayctl", "serve", "-c", path]


PEERS: Final[dict[str, Peer]] = {
    "nginx": Peer("nginx", "plain proxy_pass, no log", _nginx),
    "nginx with features": Peer("nginx", "with a limit, a JSON access log, request ids", _nginx_featured),
    "haproxy": Peer("haproxy", "plain, one thread, no log", _haproxy),
    "envoy": Peer("envoy", "plain, one thread, no log", _envoy),
    "traefik": Peer("traefik", "plain, GOMAXPROCS=1, no log", _traefik),
    "caddy": Peer("caddy", "plain, GOMAXPROCS=1, no log", _caddy),
    "gatewayctl": Peer(sys.executable, "1000 routes, JSON access log, metrics, request ids, traceparent", _gatewayctl),
}
