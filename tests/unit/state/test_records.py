"""Records of one process: bounded, the least recent first out, what is held never."""

import os
from collections.abc import Sequence

import pytest

from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.records import Record
from gatewayctl.state.records import LocalKeeper, LocalRecords
from tests.support.memory import resident


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


def test_a_smaller_bound_is_kept_at_once() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 10)
    for number in range(10):
        keeper.change([(table, b"%d" % number)], add)
    keeper.records("a", 1, 4)

    assert len(table) == 4
    assert table.read(b"9") == (1,)


def test_tables_that_nobody_needs_are_forgotten() -> None:
    keeper = LocalKeeper()
    table = keeper.records("a", 1, 10)
    keeper.retire_others(set())

    assert keeper.records("a", 1, 10) is not table


@pytest.mark.parametrize("name", ALGORITHMS)
def test_a_million_keys_cost_less_than_64_mib(name: str) -> None:
    algorithm = ALGORITHMS[name](100, 60_000_000, 100)
    keeper = LocalKeeper()
    table = keeper.records("a", algorithm.width, 100_000)
    before = resident(os.getpid())

    def take(records: Sequence[Record]) -> list[Record] | None:
        after = algorithm.take(records[0], 1, now)
        return None if after is None else [after]

    for number in range(1_000_000):
        now = 10**12 + number * 10
        keeper.change([(table, b"2001:db8:%x:%x::" % (number >> 16, number & 0xFFFF))], take)

    assert len(table) == 100_000
    assert resident(os.getpid()) - before < 64 << 20
