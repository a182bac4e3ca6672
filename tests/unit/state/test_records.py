"""Records of one process: bounded, the least recent first out, what is held never."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest

from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.limits.concurrency import Concurrency
from gatewayctl.policy.records import Record
from gatewayctl.state.records import LocalKeeper, LocalRecords

MILLION = """
import os, sys
from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.state.records import LocalKeeper
from gatewayctl.state.shared import Layout, Owners, SharedKeeper, SharedRecords
from tests.support.memory import resident

algorithm = ALGORITHMS[sys.argv[1]](100, 60_000_000, 100)
if sys.argv[2] == "shared":
    owners = Owners.made(5)
    keeper, held = SharedKeeper(owners), algorithm.holds
    table = SharedRecords.made(Layout(algorithm.width, 100_000, 5, owned=held), owners)
else:
    keeper = LocalKeeper()
    table = keeper.records("a", algorithm.width, 100_000)
before = resident(os.getpid())
for number in range(1_000_000):
    key = b"2001:db8:%x:%x::" % (number >> 16, number & 0xFFFF)
    table.take(key, algorithm, 1, 10**12 + number * 10)
    if algorithm.holds:  # as many are held as there are connections at once
        gone = number - 20_000
        gone = b"2001:db8:%x:%x::" % (gone >> 16, gone & 0xFFFF)
        keeper.change([(table, gone)], lambda records: [algorithm.give_back(records[0], 1, 0, 0)])
print(len(table), resident(os.getpid()) - before)
"""


def add(records: Sequence[Record]) -> list[Record]:
    return [(number + 1, *rest) for number, *rest in records]


def test_a_key_that_was_never_seen_has_noughts() -> None:
    assert LocalRecords(3, 10, owned=False).read(b"a") == (0, 0, 0)


def test_a_change_is_kept() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 10)
    keeper.change([(table, b"k")], add)
    keeper.change([(table, b"k")], add)

    assert table.read(b"k") == (2,)


def test_a_change_that_gives_none_leaves_all_as_they_are() -> None:
    keeper = LocalKeeper()
    one, other = keeper.records("a", 1, 10), keeper.records("b", 1, 10)
    keeper.change([(one, b"k"), (other, b"k")], lambda records: None)

    assert len(one) == len(other) == 0


def test_several_records_change_together() -> None:
    keeper = LocalKeeper()
    one, other = keeper.records("a", 1, 10), keeper.records("b", 2, 10)
    keeper.change([(one, b"k"), (other, b"k")], add)

    assert (one.read(b"k"), other.read(b"k")) == ((1,), (1, 0))


def test_the_least_recently_used_key_goes_first() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 3)
    for key in (b"a", b"b", b"c", b"a", b"d"):
        keeper.change([(table, key)], add)

    assert len(table) == 3
    assert [table.read(key) for key in (b"a", b"b", b"c", b"d")] == [(2,), (0,), (1,), (1,)]


def test_what_is_held_never_goes() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 3, owned=True)
    for number in range(10):
        keeper.change([(table, b"%d" % number)], add)

    assert len(table) == 10


def test_a_record_of_noughts_is_forgotten() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 3)
    keeper.change([(table, b"k")], add)
    keeper.change([(table, b"k")], lambda records: [(0,)])

    assert len(table) == 0


def test_a_table_lives_on_under_its_name_while_its_width_is_the_same() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 10)

    assert keeper.records("a", 1, 20) is table
    assert keeper.records("a", 2, 20) is not table


def test_a_smaller_bound_is_reached_as_others_come() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 10)
    for number in range(10):
        keeper.change([(table, b"%d" % number)], add)
    keeper.records("a", 1, 4)
    for number in range(6):
        keeper.change([(table, b"new %d" % number)], add)

    assert len(table) == 4
    assert table.read(b"new 5") == (1,)


def test_tables_that_nobody_needs_are_forgotten() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 10)
    keeper.retire_others(set())

    assert keeper.records("a", 1, 10) is not table


@pytest.mark.parametrize("shared", [False, True], ids=["one process", "shared"])
@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_million_keys_cost_less_than_64_mib(name: str, shared: bool) -> None:
    """In a process of its own, since what earlier tests have freed would hide what this takes."""
    said = subprocess.run(
        [sys.executable, "-c", MILLION, name, "shared" if shared else "local"],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["", *sys.path])},
    ).stdout
    kept, grown = map(int, said.split())

    assert kept <= (300_000 if shared else 100_000)
    assert grown < 64 << 20


def test_fewer_keys_from_now_on_cost_nobody_who_is_here_what_was_counted_of_him() -> None:
    table = LocalRecords(1, 1000)
    limit = Concurrency(10**6)
    table.take(b"hot", limit, 1, 0)
    for number in range(300):
        table.take(b"%d" % number, limit, 1, 0)
    table.bound(200)

    for number in range(300):
        table.take(b"hot", limit, 1, 0)
        table.take(b"new %d" % number, limit, 1, 0)

    assert table.read(b"hot") == (301,)
    assert len(table) == 200
