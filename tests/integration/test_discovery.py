"""Instances that come and go while a gateway runs: traffic follows without a reload, and what is gone finishes its work."""

import json
import subprocess
import sys
import threading
from pathlib import Path

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.connection import Connection
from tests.support.consul import Consul, entry
from tests.support.dns_server import DnsServer
from tests.support.gateway import Gateway
from tests.support.secure import Authority, SecureUpstream
from tests.support.upstream import OK, RawUpstream, answer
from tests.support.waiting import wait_for
from tests.support.zookeeper import ZooKeeper

ROUTE = '[routes.all]\npath = "/*"\nservice = "up"\n'


def found_in(file: str, more: str = "") -> str:
    return f'version = 1\n[services.up]\n{more}\ndiscovery = {{ type = "file", path = "{file}" }}\n{ROUTE}'


def lists(front: Gateway, *urls: str) -> None:
    """Writes the file that the gateway finds its instances in."""
    fresh = front.directory / "up.new"
    fresh.write_text(json.dumps(urls))
    fresh.replace(front.directory / "up.json")


def status(front: Gateway) -> int:
    return exchange(front.address, get()).status


def services(front: Gateway) -> dict[str, object]:
    listed = json.loads(exchange(front.admin, b"GET /services HTTP/1.0\r\nHost: localhost\r\n\r\n").body)
    (service,) = listed["services"]
    return dict(service)


def test_instances_come_and_go_without_a_reload(gateway: Gateways, upstream: RawUpstream) -> None:
    with RawUpstream() as other:
        other.script = answer(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
        front = gateway(found_in("up.json"), files={"up.json": json.dumps([upstream.url])})
        assert status(front) == 200
        lists(front, upstream.url, other.url)
        wait_for(lambda: {status(front) for _ in range(4)} == {200, 201}, "both get traffic")
        lists(front, other.url)
        wait_for(lambda: {status(front) for _ in range(4)} == {201}, "only the other one gets traffic")
        lists(front)
        wait_for(lambda: status(front) == 503, "nobody is left")
        assert front.wait_for_access(lambda line: line["status"] == 503)["reason"] == "no_healthy_instance"
        assert not any("reloaded" in line for line in front.lines)


def test_an_instance_that_is_gone_finishes_what_it_has(gateway: Gateways, upstream: RawUpstream) -> None:
    asked, go_on = threading.Event(), threading.Event()

    def slowly(connection: Connection) -> None:
        connection.read_request()
        asked.set()
        assert go_on.wait(20)
        connection.send(OK)

    with RawUpstream() as other:
        upstream.script = slowly
        front = gateway(found_in("up.json"), files={"up.json": json.dumps([upstream.url])})
        client = front.client()
        client.send(get())
        assert asked.wait(20)
        lists(front, other.url)
        wait_for(lambda: other.url in str(services(front)), "the other one is found")
        assert status(front) == 200
        go_on.set()

        assert client.response().status == 200
        client.socket.close()
        wait_for(lambda: all(connection.ended.is_set() for connection in upstream.connections), "its connection ends")


def test_a_reload_keeps_what_was_found_and_ends_what_is_not_asked_for(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(found_in("up.json"), files={"up.json": json.dumps([upstream.url])})
    assert status(front) == 200
    front.write(found_in("up.json", 'description = "changed"\nidle_timeout = "20s"'))
    front.wait_for_line("reloaded: 1 service changed")
    assert status(front) == 200
    front.write(found_in("gone.json"))
    front.wait_for_line("generation 3")
    assert status(front) == 200, "a source that does not answer yet takes nothing away"
    assert "gone.json" in str(services(front)["trouble"])


def test_a_file_that_is_not_there_is_no_obstacle_to_start(gateway: Gateways, upstream: RawUpstream) -> None:
    front = gateway(found_in("up.json"))
    assert status(front) == 503
    lists(front, upstream.url)

    wait_for(lambda: status(front) == 200, "it is found")


def test_what_consul_lists_is_spoken_to_over_tls_where_the_service_has_it(
    gateway: Gateways, consul: Consul, tmp_path: Path
) -> None:
    authority = Authority(tmp_path)
    with SecureUpstream(authority.server("up.internal")) as up:
        consul.set(entry("up-1", "127.0.0.1", up.port, weight=4))
        front = gateway(
            f"""
            version = 1
            [services.up]
            discovery = {{ type = "consul", address = "{consul.url}", name = "orders" }}
            tls = {{ ca = "{authority.file}", server_name = "up.internal" }}
            {ROUTE}"""
        )
        assert status(front) == 200
        shown = services(front)
        assert (shown["discovery"], shown["trouble"]) == ("consul", None)
        (instance,) = shown["instances"]  # type: ignore[misc]
        assert (instance["id"], instance["url"], instance["weight"]) == ("up-1", f"https://127.0.0.1:{up.port}", 4)
        consul.answer("nonsense")
        wait_for(lambda: services(front)["trouble"], "the trouble is shown")
        assert status(front) == 200


def test_what_dns_and_zookeeper_list_gets_traffic(
    gateway: Gateways, upstream: RawUpstream, dns: DnsServer, zookeeper: ZooKeeper
) -> None:
    dns.records("host-record=up.internal,127.0.0.1")
    front = gateway(
        f"""
        version = 1
        [server]
        nameservers = ["{dns.address}"]
        [services.up]
        discovery = {{ type = "dns", name = "up.internal", port = {upstream.port} }}
        [services.kept]
        discovery = {{ type = "zookeeper", hosts = "{zookeeper.address}", path = "/services/kept" }}
        {ROUTE}
        [routes.kept]
        path = "/kept"
        service = "kept"
        """
    )
    assert status(front) == 200
    assert exchange(front.address, get(target=b"/kept")).status == 503
    from kazoo.client import KazooClient

    client = KazooClient(hosts=zookeeper.address)
    client.start()
    try:
        client.create("/services/kept/one", upstream.url.encode(), makepath=True, ephemeral=True)
        wait_for(lambda: exchange(front.address, get(target=b"/kept")).status == 200, "it is found", timeout=20)
    finally:
        client.stop()
        client.close()
    wait_for(
        lambda: exchange(front.address, get(target=b"/kept")).status == 503, "it went with its session", timeout=20
    )


# ── gatewayctl discover ───────────────────────────────────────────────


def discover(directory: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "gatewayctl", "discover", *words]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=60)


def test_discover_prints_what_a_source_finds(tmp_path: Path, consul: Consul) -> None:
    consul.set(entry("orders-1", "127.0.0.2", 9001, weight=3))
    source = f'discovery = {{ type = "consul", address = "{consul.url}", name = "orders" }}'
    (tmp_path / "gateway.toml").write_text(f"version = 1\n[services.up]\n{source}\n{ROUTE}")

    shown = discover(tmp_path, "up")
    assert (shown.returncode, shown.stdout.split()[-5:]) == (
        0,
        ["orders-1", "http://127.0.0.2:9001", "127.0.0.2", "3", "up"],
    )
    data = json.loads(discover(tmp_path, "up", "--format", "json").stdout)
    assert (data["source"], data["trouble"], data["instances"][0]["id"]) == ("consul", None, "orders-1")


def test_discover_resolves_names_and_says_what_it_cannot(tmp_path: Path, dns: DnsServer) -> None:
    dns.records("host-record=one.internal,127.0.0.2")
    instances = '[{ id = "one", url = "http://one.internal:1" }, { id = "two", url = "http://two.internal:1" }]'
    (tmp_path / "gateway.toml").write_text(
        f'version = 1\n[server]\nnameservers = ["{dns.address}"]\n[services.up]\ninstances = {instances}\n{ROUTE}'
    )

    shown = discover(tmp_path, "up")
    assert shown.returncode == 1
    assert "127.0.0.2" in shown.stdout
    assert "two.internal: the name does not exist" in shown.stderr


def test_discover_says_why_a_source_does_not_answer(tmp_path: Path) -> None:
    source = 'discovery = { type = "consul", address = "http://127.0.0.1:9", name = "orders" }'
    (tmp_path / "gateway.toml").write_text(f"version = 1\n[services.up]\n{source}\n{ROUTE}")

    shown = discover(tmp_path, "up")
    assert shown.returncode == 2
    assert shown.stderr.startswith("error[E527]: the instances of up cannot be found: Consul at http://127.0.0.1:9:")
    assert discover(tmp_path, "upp").stderr.startswith('error[E021]: there is no service "upp"')
