"""Each source of instances against a real server (Consul: a stand-in of its API): what it finds, and what it survives."""

import asyncio
import json
import pickle
from pathlib import Path

import pytest
from kazoo.client import KazooClient

from gatewayctl.plan.upstreams import ConsulPlan, DnsPlan, FilePlan, ZookeeperPlan
from tests.integration.finding import Finding
from tests.support.consul import Consul, entry
from tests.support.dns_server import DnsServer
from tests.support.zookeeper import ZooKeeper

# ── DNS ───────────────────────────────────────────────────────────────


def test_dns_makes_an_instance_of_each_address(dns: DnsServer) -> None:
    dns.records("host-record=orders.internal,127.0.0.2", "host-record=orders.internal,127.0.0.3")

    async def run() -> None:
        async with Finding(DnsPlan("orders.internal", 9000, "A", "http", ()), dns.address) as found:
            snapshot = await found.urls("http://127.0.0.2:9000", "http://127.0.0.3:9000")
            assert [i.id for i in snapshot.instances] == ["127.0.0.2:9000", "127.0.0.3:9000"]

    asyncio.run(run())


def test_dns_takes_ipv6_addresses_and_a_server_of_its_own(dns: DnsServer) -> None:
    dns.records("host-record=orders.internal,fd00::7")

    async def run() -> None:
        async with Finding(DnsPlan("orders.internal", 9000, "AAAA", "https", (dns.address,))) as found:
            await found.urls("https://[fd00::7]:9000")

    asyncio.run(run())


def test_srv_records_give_ports_weights_and_priorities(dns: DnsServer) -> None:
    dns.records(
        "srv-host=_orders._tcp.internal,a.internal,9001,10,3",
        "srv-host=_orders._tcp.internal,b.internal,9002,10,0",
        "srv-host=_orders._tcp.internal,spare.internal,9003,20,1",
        "host-record=a.internal,127.0.0.2",
        "host-record=b.internal,127.0.0.3",
    )

    async def run() -> None:
        async with Finding(DnsPlan("_orders._tcp.internal", 0, "SRV", "http", ()), dns.address) as found:
            snapshot = await found.urls(
                "http://a.internal:9001", "http://b.internal:9002", "http://spare.internal:9003"
            )
            assert {i.host: (i.priority, i.weight) for i in snapshot.instances} == {
                "a.internal": (10, 3),
                "b.internal": (10, 1),
                "spare.internal": (20, 1),
            }
            assert snapshot.addresses["a.internal"] == ("127.0.0.2",)

    asyncio.run(run())


def test_when_a_name_is_gone_its_last_addresses_stay_and_the_log_has_one_line(dns: DnsServer) -> None:
    dns.records("host-record=orders.internal,127.0.0.2")

    async def run() -> None:
        async with Finding(DnsPlan("orders.internal", 9000, "A", "http", ()), dns.address) as found:
            await found.urls("http://127.0.0.2:9000")
            dns.records()
            snapshot = await found.until(lambda s: s.trouble != "")
            assert [i.host for i in snapshot.instances] == ["127.0.0.2"]
            assert found.said == [
                "warning: service orders: orders.internal: the name does not exist; the last known one goes on"
            ]

    asyncio.run(run())


# ── a file ────────────────────────────────────────────────────────────


def replace(file: Path, text: str) -> None:
    fresh = file.with_suffix(".new")
    fresh.write_text(text)
    fresh.replace(file)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("orders.json", '["http://127.0.0.1:9001", {"id": "two", "address": "127.0.0.1", "port": 9002, "weight": 3}]'),
        ("orders.json", '{"instances": ["127.0.0.1:9001", {"url": "http://127.0.0.1:9002"}]}'),
        ("orders.toml", '[[instances]]\nurl = "http://127.0.0.1:9001"\n[[instances]]\naddress = "127.0.0.1"\nport = 9002\n'),
    ],
)  # fmt: skip
def test_a_file_lists_instances(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)

    async def run() -> None:
        async with Finding(FilePlan(str(tmp_path / name), "http")) as found:
            await found.urls("http://127.0.0.1:9001", "http://127.0.0.1:9002")

    asyncio.run(run())


def test_a_file_is_followed_through_renames_links_and_rubbish(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text('["http://127.0.0.1:9001"]')

    async def run() -> None:
        async with Finding(FilePlan(str(file), "http")) as found:
            await found.urls("http://127.0.0.1:9001")
            replace(file, '["http://127.0.0.1:9002"]')
            await found.urls("http://127.0.0.1:9002")
            replace(file, '["http://127.0.0.1:9003", ')
            snapshot = await found.until(lambda s: s.trouble != "")
            assert [i.port for i in snapshot.instances] == [9002], "half of a file is never taken"
            file.unlink()
            other = tmp_path / "elsewhere.json"
            other.write_text('["http://127.0.0.1:9004"]')
            file.symlink_to(other)
            snapshot = await found.urls("http://127.0.0.1:9004")
            assert snapshot.trouble == ""
            assert [line.partition(":")[0] for line in found.said[:1]] == ["warning"]

    asyncio.run(run())


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("{}", 'it holds no list, and no list "instances"'),
        ('[{"url": "http://127.0.0.1:9001", "wieght": 2}]', "instance 1: unknown key 'wieght'"),
        ('["ftp://127.0.0.1"]', "instance 1: a URL begins with http:// or https://"),
        ('["http://127.0.0.1:9001/path"]', "instance 1: a URL is only scheme, host and port"),
        ('["127.0.0.1:1", "127.0.0.1:1"]', "instance 2: 127.0.0.1:1 is there twice"),
        ('[{"address": "127.0.0.1"}]', "instance 1: no valid port"),
        ('[{"url": "http://127.0.0.1:1", "weight": -1}]', "instance 1: a weight is a whole number from 0 to 65535"),
        ('[{"url": "http://a b:1"}]', "instance 1: no valid address"),
        ("[" * 100_000, "not JSON"),
    ],
)
def test_rubbish_in_a_file_is_named(tmp_path: Path, text: str, problem: str) -> None:
    (tmp_path / "orders.json").write_text(text)

    async def run() -> None:
        async with Finding(FilePlan(str(tmp_path / "orders.json"), "http")) as found:
            snapshot = await found.until(lambda s: s.trouble != "")
            assert problem in snapshot.trouble
            assert not snapshot.known

    asyncio.run(run())


def test_weights_that_sum_to_nothing_are_trouble_and_the_last_instances_go_on(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"
    file.write_text('["http://127.0.0.1:9001"]')

    async def run() -> None:
        async with Finding(FilePlan(str(file), "http")) as found:
            await found.urls("http://127.0.0.1:9001")
            replace(file, '[{"url": "http://127.0.0.1:9002", "weight": 0}]')
            snapshot = await found.until(lambda s: s.trouble != "")
            assert snapshot.trouble == "all its instances weigh 0"
            assert [i.port for i in snapshot.instances] == [9001]
            replace(file, '[{"url": "http://127.0.0.1:9002", "weight": 0, "status": "draining"}]')
            await found.urls("http://127.0.0.1:9002")

    asyncio.run(run())


def test_a_file_that_flaps_a_hundred_times_a_second_is_bounded(tmp_path: Path) -> None:
    file = tmp_path / "orders.json"

    async def run() -> None:
        replace(file, "[]")
        async with Finding(FilePlan(str(file), "http")) as found:
            for turn in range(150):
                replace(file, '["127.0.0.1:1"]' if turn % 2 else "rubbish" if turn % 3 else "[]")
                await asyncio.sleep(0.01)
            replace(file, '["127.0.0.1:2"]')
            await found.urls("http://127.0.0.1:2")
            assert len(found.snapshots) <= 25
            assert len(found.said) <= 2

    asyncio.run(run())


# ── Consul ────────────────────────────────────────────────────────────


def of(consul: Consul, tag: str = "", datacenter: str = "", token: str = "") -> ConsulPlan:
    return ConsulPlan(consul.url, "orders", tag, datacenter, token, "http")


def test_consul_tells_instances_with_weights_and_is_followed_at_once(consul: Consul) -> None:
    consul.set(entry("orders-1", "127.0.0.2", 9001, weight=5), entry("orders-2", "", 9002, node="127.0.0.3"))

    async def run() -> None:
        async with Finding(of(consul)) as found:
            snapshot = await found.urls("http://127.0.0.2:9001", "http://127.0.0.3:9002")
            assert {i.id: i.weight for i in snapshot.instances} == {"orders-1": 5, "orders-2": 1}
            consul.set(entry("orders-2", "127.0.0.3", 9002))
            await found.urls("http://127.0.0.3:9002")
            consul.set()
            snapshot = await found.urls()
            assert (snapshot.known, snapshot.trouble) == (True, "it lists no instance")
            assert pickle.loads(pickle.dumps(snapshot)) == snapshot, "it can be sent to workers"

    asyncio.run(run())
    assert len(consul.queries) <= 6, "a query waits until something changes"
    assert consul.queries[1]["index"] == "11"


def test_consul_is_asked_for_tag_datacenter_and_what_passes_with_the_token(consul: Consul) -> None:
    consul.token = "sesame"
    consul.set(entry("orders-1", "127.0.0.2", 9001))

    async def run() -> None:
        async with Finding(of(consul, "v1", "dc2", "sesame")) as found:
            await found.urls("http://127.0.0.2:9001")

    asyncio.run(run())
    assert consul.queries[0] == {"passing": "1", "tag": "v1", "dc": "dc2"}


def test_an_index_that_goes_backwards_begins_anew(consul: Consul) -> None:
    consul.set(entry("orders-1", "127.0.0.2", 9001), index=5000)

    async def run() -> None:
        async with Finding(of(consul)) as found:
            await found.urls("http://127.0.0.2:9001")
            consul.set(entry("orders-1", "127.0.0.2", 9002), index=3)
            await found.urls("http://127.0.0.2:9002")
            consul.set(entry("orders-1", "127.0.0.2", 9003))
            await found.urls("http://127.0.0.2:9003")

    asyncio.run(run())


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ("nonsense", 200, "its answer is not JSON"),
        ("{}", 200, "its answer is not a list"),
        ("Permission denied", 403, "the token is not accepted"),
        ("no leader", 500, "it answers with 500"),
    ],
)
def test_when_consul_answers_rubbish_the_last_instances_go_on(
    consul: Consul, body: str, status: int, problem: str
) -> None:
    consul.set(entry("orders-1", "127.0.0.2", 9001))

    async def run() -> None:
        async with Finding(of(consul)) as found:
            await found.urls("http://127.0.0.2:9001")
            consul.answer(body, status)
            snapshot = await found.until(lambda s: problem in s.trouble)
            assert len(snapshot.instances) == 1
            consul.set(entry("orders-1", "127.0.0.2", 9009))
            snapshot = await found.urls("http://127.0.0.2:9009")
            assert snapshot.trouble == ""

    asyncio.run(run())


def test_one_entry_that_makes_no_sense_does_not_hide_the_others(consul: Consul) -> None:
    consul.set(entry("orders-1", "127.0.0.2", 9001), entry("orders-2", "127.0.0.2", 0), "rubbish")

    async def run() -> None:
        async with Finding(of(consul)) as found:
            snapshot = await found.urls("http://127.0.0.2:9001")
            assert "entry 2" in snapshot.trouble

    asyncio.run(run())


def test_a_consul_that_flaps_is_asked_and_told_of_a_bounded_number_of_times(consul: Consul) -> None:
    consul.set()

    async def run() -> None:
        async with Finding(of(consul)) as found:
            for turn in range(150):
                consul.set(*([entry("orders-1", "127.0.0.2", 9001)] if turn % 2 else []))
                await asyncio.sleep(0.01)
            consul.set(entry("orders-1", "127.0.0.2", 9002))
            await found.urls("http://127.0.0.2:9002")
            assert len(found.snapshots) <= 40
            assert len(found.said) <= 2

    asyncio.run(run())
    assert len(consul.queries) <= 60


# ── ZooKeeper ─────────────────────────────────────────────────────────


def client_of(zookeeper: ZooKeeper) -> KazooClient:
    client = KazooClient(hosts=zookeeper.address, timeout=2.0)
    client.start(timeout=20)
    return client


def test_the_children_of_a_node_are_instances_while_their_sessions_live(zookeeper: ZooKeeper) -> None:
    keeper, service = client_of(zookeeper), client_of(zookeeper)
    keeper.ensure_path("/services/orders")

    async def run() -> None:
        async with Finding(ZookeeperPlan(zookeeper.address, "/services/orders", "http")) as found:
            await found.until(lambda s: s.known)
            data = {"id": "orders-1", "address": "127.0.0.2", "port": 9001, "weight": 2, "payload": {"more": 1}}
            service.create("/services/orders/n1", json.dumps(data).encode(), ephemeral=True)
            keeper.create("/services/orders/n2", b"127.0.0.3:9002")
            snapshot = await found.urls("http://127.0.0.2:9001", "http://127.0.0.3:9002")
            assert {i.id: i.weight for i in snapshot.instances} == {"orders-1": 2, "127.0.0.3:9002": 1}
            keeper.set("/services/orders/n2", b"127.0.0.3:9003")
            await found.urls("http://127.0.0.2:9001", "http://127.0.0.3:9003")
            await asyncio.to_thread(service.stop)
            await found.urls("http://127.0.0.3:9003")
            keeper.set("/services/orders/n2", b"{rubbish")
            snapshot = await found.until(lambda s: "'n2' is passed over: it is not JSON" in s.trouble)

    try:
        asyncio.run(run())
    finally:
        for client in (keeper, service):
            client.stop()
            client.close()


def test_when_zookeeper_is_gone_the_last_instances_go_on_and_it_is_followed_again(zookeeper: ZooKeeper) -> None:
    keeper = client_of(zookeeper)
    keeper.create("/services/orders/n1", b"127.0.0.2:9001", makepath=True)

    async def run() -> None:
        async with Finding(ZookeeperPlan(zookeeper.address, "/services/orders", "http")) as found:
            await found.urls("http://127.0.0.2:9001")
            await asyncio.to_thread(zookeeper.stop)
            snapshot = await found.until(lambda s: "cannot be reached" in s.trouble, within=30)
            assert [i.port for i in snapshot.instances] == [9001]
            await asyncio.to_thread(zookeeper.start)
            await asyncio.to_thread(keeper.retry, keeper.set, "/services/orders/n1", b"127.0.0.2:9002")
            snapshot = await found.urls("http://127.0.0.2:9002", within=30)
            assert snapshot.trouble == ""

    try:
        asyncio.run(run())
    finally:
        keeper.stop()
        keeper.close()


def test_a_node_that_is_not_there_is_trouble_until_it_is(zookeeper: ZooKeeper) -> None:
    keeper = client_of(zookeeper)

    async def run() -> None:
        async with Finding(ZookeeperPlan(zookeeper.address, "/services/orders", "http")) as found:
            await found.until(lambda s: "there is no node /services/orders" in s.trouble)
            keeper.create("/services/orders/n1", b"127.0.0.2:9001", makepath=True)
            await found.urls("http://127.0.0.2:9001", within=20)

    try:
        asyncio.run(run())
    finally:
        keeper.stop()
        keeper.close()
