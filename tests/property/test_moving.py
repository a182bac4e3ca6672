"""A limit whose ``max_keys`` changes counts on: its records are brought over in pieces while they are being changed."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.policy.records import Record, Records
from gatewayctl.state.shared import HandedKeeper, MadeKeeper, Owners

SHARERS = 2
OLD, NEW = 300, 2000
"""Bounds far above the number of keys that are used, so that chance pushes none out."""


class Host:
    """A supervisor and a worker, played by one process; the memory is handed on by its descriptor."""

    def __init__(self) -> None:
        self.owners = Owners.made(SHARERS)
        self.made = MadeKeeper(self.owners)
        self.worker = HandedKeeper(self.owners)

    def table(self, most: int) -> Records:
        """The worker's table of that bound, once the supervisor has been asked for it."""
        self.made.records("few", 2, most)
        for handed, memory in self.made.memories:
            self.worker.hand(handed, os.dup(memory))
        return self.worker.records("few", 2, most)

    def count(self, table: Records, key: bytes, amount: int = 1) -> None:
        self.worker.change([(table, key)], plus(amount))


def plus(amount: int) -> Callable[[Sequence[Record]], list[Record]]:
    return lambda records: [(records[0][0] + amount, 1.0)]


@contextmanager
def host() -> Iterator[Host]:
    made = Host()
    yield made
    made.made.close()
    made.worker.retire_others(set())
    made.owners.close()


@settings(max_examples=150, deadline=None)
@given(
    before=st.lists(st.integers(0, 60), max_size=80),
    meanwhile=st.lists(st.tuples(st.integers(0, 8), st.integers(0, 90)), max_size=60),
    bounds=st.sampled_from([(OLD, NEW), (NEW, OLD)]),
)
def test_what_was_counted_before_and_meanwhile_is_there_afterwards(
    before: list[int], meanwhile: list[tuple[int, int]], bounds: tuple[int, int]
) -> None:
    """``meanwhile``: so many pieces are moved, then that key is counted by somebody who uses the old table."""
    with host() as h:
        old, counted = h.table(bounds[0]), dict[bytes, int]()

        def count(number: int) -> None:
            key = b"%d" % number
            h.count(old, key)
            counted[key] = counted.get(key, 0) + 1

        for number in before:
            count(number)
        new = h.table(bounds[1])
        pieces = h.made.moving()
        for steps, number in meanwhile:
            for _ in islice(pieces, steps):
                pass
            count(number)
        for _ in h.made.moving():
            pass

        assert {key: new.read(key)[0] for key in counted} == counted
        assert len(new) == len(counted)


def test_a_large_table_is_moved_in_many_small_pieces() -> None:
    with host() as h:
        old = h.table(20_000)
        for number in range(20_000):
            h.count(old, b"%d" % number)
        new = h.table(30_000)
        assert len(new) == 0, "making it moves nothing"

        sizes = [0, *(len(new) for _ in h.made.moving())]

        assert max(after - before for before, after in pairwise(sizes)) <= 512
        assert sizes[-1] == len(old)


def test_bringing_it_up_to_date_again_takes_only_what_has_changed() -> None:
    with host() as h:
        old = h.table(OLD)
        for number in range(50):
            h.count(old, b"%d" % number)
        new = h.table(NEW)
        for _ in h.made.moving():
            pass
        h.count(new, b"1", 100)  # nobody does so before it is in force: it shows what is left alone
        h.count(old, b"2")
        for _ in h.made.moving():
            pass

        assert (new.read(b"1")[0], new.read(b"2")[0]) == (101, 2)


def test_a_move_for_a_generation_that_failed_leaves_nothing_out_of_the_next_one() -> None:
    with host() as h:
        old = h.table(OLD)
        h.count(old, b"a")
        h.table(NEW)
        for _ in h.made.moving():
            pass
        h.made.retire_others({old.id})  # the generation failed
        h.worker.retire_others({old.id})
        assert list(h.made.moving()) == []

        new = h.table(NEW)
        for _ in h.made.moving():
            pass
        assert new.read(b"a")[0] == 1


@pytest.mark.parametrize("kept", ["old", "new"])
def test_nothing_is_left_open_of_a_move_that_is_over(kept: str) -> None:
    with host() as h:
        old = h.table(OLD)
        open_before = len(os.listdir("/proc/self/fd"))
        new = h.table(NEW)
        for _ in islice(h.made.moving(), 1):
            pass
        keep = {old.id if kept == "old" else new.id}
        h.made.retire_others(keep)
        h.worker.retire_others(keep)
        del old, new

        assert list(h.made.moving()) == []
        assert len(h.made.memories) == 1
        assert len(os.listdir("/proc/self/fd")) <= open_before
