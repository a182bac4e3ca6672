"""Names of instances: all their addresses are used, what DNS says next is followed, and the last good answer is kept."""

import json
from contextlib import ExitStack

from tests.conftest import Gateways
from tests.support.cases import get
from tests.support.client import exchange
from tests.support.dns_server import DnsServer
from tests.support.gateway import Gateway
from tests.support.secure import SecureUpstream
from tests.support.waiting import wait_for


def config(dns: DnsServer, port: int, host: str = "users.internal") -> str:
    return f"""
    version = 1
    [server]
    nameservers = ["{dns.address}"]
    [services.up]
    keepalive = {{ max_idle = 0 }}
    instances = [{{ id = "one", url = "http://{host}:{port}" }}]
    [routes.all]
    path = "/*"
    service = "up"
    """


def who(front: Gateway) -> str:
    response = exchange(front.address, get())
    return str(json.loads(response.body)["name"]) if response.status == 200 else str(response.status)


def two(stack: ExitStack) -> tuple[SecureUpstream, SecureUpstream]:
    """Two upstreams on one port of two loopback addresses."""
    first = stack.enter_context(SecureUpstream(None))
    second = stack.enter_context(SecureUpstream(None, host="127.0.0.2", port=first.port))
    first.name, second.name = "first", "second"
    return first, second


def test_all_addresses_of_a_name_are_used_and_its_host_is_the_name(gateway: Gateways, dns: DnsServer) -> None:
    with ExitStack() as stack:
        first, _ = two(stack)
        dns.records("host-record=users.internal,127.0.0.1", "host-record=users.internal,127.0.0.2")
        front = gateway(config(dns, first.port))

        assert sorted(who(front) for _ in range(8)) == ["first"] * 4 + ["second"] * 4
        assert json.loads(exchange(front.address, get()).body)["host"] == f"users.internal:{first.port}"


def test_an_address_where_nobody_is_fails_no_request(gateway: Gateways, dns: DnsServer) -> None:
    with SecureUpstream(None) as up:
        up.name = "first"
        dns.records("host-record=users.internal,127.0.0.1", "host-record=users.internal,127.0.0.3")
        front = gateway(config(dns, up.port))

        assert {who(front) for _ in range(6)} == {"first"}


def test_a_changed_address_is_followed(gateway: Gateways, dns: DnsServer) -> None:
    with ExitStack() as stack:
        first, _ = two(stack)
        dns.records("host-record=users.internal,127.0.0.1")
        front = gateway(config(dns, first.port))
        assert who(front) == "first"
        dns.records("host-record=users.internal,127.0.0.2")

        wait_for(lambda: who(front) == "second", "the new address is used", timeout=15)
        assert {who(front) for _ in range(4)} == {"second"}


def test_when_dns_is_gone_the_last_answer_goes_on_and_one_line_says_so(gateway: Gateways, dns: DnsServer) -> None:
    with SecureUpstream(None) as up:
        up.name = "first"
        dns.records("host-record=users.internal,127.0.0.1")
        front = gateway(config(dns, up.port))
        assert who(front) == "first"
        dns.records()

        said = wait_for(lambda: [line for line in front.lines if "users.internal: the name does not exist" in line])
        assert len(said) == 1
        assert who(front) == "first"


def test_a_name_that_appears_after_the_start_is_found(gateway: Gateways, dns: DnsServer) -> None:
    with SecureUpstream(None) as up:
        up.name = "first"
        dns.records()
        front = gateway(config(dns, up.port))
        assert who(front) == "503"
        front.wait_for_line("users.internal: the name does not exist")
        dns.records("host-record=users.internal,127.0.0.1")

        wait_for(lambda: who(front) == "first", "the name is found", timeout=15)


def test_localhost_needs_no_dns(gateway: Gateways, dns: DnsServer) -> None:
    with SecureUpstream(None) as up:
        up.name = "first"
        front = gateway(config(dns, up.port, host="localhost"))

        assert {who(front) for _ in range(4)} == {"first"}
