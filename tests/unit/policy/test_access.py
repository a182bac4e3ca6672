"""Access lists, against the standard library's own arithmetic."""

from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.plan.identity import AccessListPlan
from gatewayctl.policy.access import AccessList
from tests.unit.plan.compiling import compiled

ADDRESSES = st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6))
BLOCKS = st.lists(st.tuples(ADDRESSES, st.integers(0, 128)), max_size=5)


def listed(allow: tuple[str, ...] = (), deny: tuple[str, ...] = ()) -> AccessList:
    return AccessList(AccessListPlan("a", allow, deny))


def test_deny_wins_and_with_allow_the_rest_is_denied() -> None:
    office = listed(("10.0.0.0/8", "fd00::/8"), ("10.6.6.0/24",))

    assert office.lets_in(b"10.1.2.3")
    assert office.lets_in(b"fd00::1")
    assert not office.lets_in(b"10.6.6.9")
    assert not office.lets_in(b"192.0.2.1")
    assert not office.lets_in(b"2001:db8::1")


def test_without_allow_all_but_the_denied_may() -> None:
    assert listed(deny=("10.0.0.0/8",)).lets_in(b"192.0.2.1")
    assert not listed(deny=("10.0.0.0/8",)).lets_in(b"10.0.0.1")
    assert listed().lets_in(b"192.0.2.1")


def test_an_ipv4_address_in_ipv6_clothes_is_the_ipv4_one() -> None:
    assert not listed(deny=("10.0.0.0/8",)).lets_in(b"::ffff:10.0.0.1")


def test_what_is_no_address_is_in_no_block() -> None:
    assert not listed(("0.0.0.0/0", "::/0")).lets_in(b"unix:")


def test_what_is_remembered_is_bounded() -> None:
    office = listed(("10.0.0.0/8",))
    for number in range(10_000):
        office.lets_in(str(ip_address(number)).encode())
    assert len(office._known) <= 4096


@given(BLOCKS, BLOCKS, st.lists(ADDRESSES, min_size=1, max_size=20))
def test_it_agrees_with_the_standard_library(
    allow: list[tuple[object, int]], deny: list[tuple[object, int]], asked: list[object]
) -> None:
    def networks(blocks: list[tuple[object, int]]) -> list[str]:
        return [
            str(ip_network(f"{address}/{min(length, 32) if '.' in str(address) else length}", strict=False))
            for address, length in blocks
        ]

    may, may_not = networks(allow), networks(deny)
    tested = listed(tuple(may), tuple(may_not))
    for address in asked:
        mapped = getattr(address, "ipv4_mapped", None) or address
        inside = any(mapped in ip_network(block) for block in may) or not may
        expected = inside and not any(mapped in ip_network(block) for block in may_not)
        assert tested.lets_in(str(address).encode()) is expected, (address, may, may_not)


@pytest.mark.parametrize(("written", "inside"), [("::ffff:10.6.6.0/120", "10.6.6.7"), ("::ffff:0:0/96", "192.0.2.1")])
@pytest.mark.parametrize("form", ["{}", "::ffff:{}"])
def test_a_block_of_ipv4_addresses_in_ipv6_clothes_holds_them(written: str, inside: str, form: str) -> None:
    """Clients are known by their plain addresses, so that a block that is written otherwise would hold nobody."""
    denied = f'[access.a]\ndeny = ["{written}"]\n'
    plan = compiled(denied + '[routes.a]\npath = "/a"\nrespond = { status = 200 }\naccess = "a"\n')
    access = AccessList(plan.identity.access["a"])

    assert not access.lets_in(form.format(inside).encode())
    assert access.lets_in(b"2001:db8::1")
