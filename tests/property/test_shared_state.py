"""Shared records: exact over processes, bounded, and never left locked, torn or held by somebody who was killed."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.policy.records import Record, Records
from gatewayctl.state.records import LocalKeeper, LocalRecords
from gatewayctl.state.shared import HandedKeeper, Layout, MadeKeeper, Owners, SharedKeeper, SharedRecords, make_memory
from gatewayctl.state.shared.locks import Mutexes, RangeLocks
from tests.support.processes import bound_to_us
from tests.support.sharing import HostKeepers

ROOT = Path(__file__).resolve().parent.parent.parent
OWNERS = 3


def pair(most: int = 1000, *, owned: bool = False, named: bool = False) -> Layout:
    return Layout(2, most, OWNERS, owned, named)


def plus(amount: float, now: float = 0.0) -> Callable[[Sequence[Record]], list[Record]]:
    return lambda records: [(number + amount, now) for number, _ in records]


@pytest.fixture
def owners() -> Iterator[Owners]:
    made = Owners.made(OWNERS)
    yield made
    made.close()


@pytest.fixture
def keeper(owners: Owners) -> SharedKeeper:
    return SharedKeeper(owners)


# ── one process ───────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=6), st.integers(-5, 5)), max_size=200), st.booleans())
def test_it_holds_what_a_dictionary_holds(steps: list[tuple[bytes, int]], named: bool) -> None:
    owners = Owners.made(OWNERS)
    keeper, local = SharedKeeper(owners), LocalKeeper()
    shared = SharedRecords.made(pair(named=named), owners)
    table = local.records("a", 2, 1000)
    for at, (key, amount) in enumerate(steps):
        keeper.change([(shared, key)], plus(amount, at))
        local.change([(table, key)], plus(amount, at))
        assert shared.read(key) == table.read(key)
    assert len(shared) == len(table)
    shared.close()
    owners.close()


def test_numbers_keep_their_values_to_the_last_bit(owners: Owners) -> None:
    table, record = SharedRecords.made(Layout(3, 10, OWNERS), owners), (2.0**53, 0.1, -1e300)
    table.write(b"key", record)

    assert table.read(b"key") == record


def test_a_change_that_fails_changes_nothing(owners: Owners, keeper: SharedKeeper) -> None:
    def fail(records: Sequence[Record]) -> None:
        raise LookupError("no")

    one, other = (SharedRecords.made(pair(), owners, serial=serial) for serial in (1, 2))
    keeper.change([(one, b"key")], plus(1.0))
    for places in ([(one, b"key")], [(one, b"new")], [(one, b"key"), (other, b"key"), (one, b"new")]):
        with pytest.raises(LookupError):
            keeper.change(places, fail)
    keeper.change([(one, b"key"), (other, b"new")], lambda records: None)
    keeper.change([(one, b"key"), (other, b"new")], plus(1.0))

    assert (one.read(b"key")[0], one.read(b"new")[0], other.read(b"new")[0]) == (2.0, 0.0, 1.0)


def test_any_number_of_keys_take_bounded_room_and_the_latest_are_known(owners: Owners) -> None:
    """A thousand keys are to be remembered, a hundred thousand come."""
    table = SharedRecords.made(pair(), owners)
    for number in range(100_000):
        table.change(b"%d" % number, lambda records: [(1.0, 1.0)])
    latest = sum(table.read(b"%d" % number)[0] for number in range(99_000, 100_000))

    assert latest >= 990
    assert len(table) <= 4000


def test_nearly_all_of_as_many_keys_as_it_is_for_are_remembered(owners: Owners) -> None:
    table = SharedRecords.made(pair(20_000), owners)
    for number in range(20_000):
        table.change(b"%d" % number, lambda records: [(1.0, 1.0)])

    assert len(table) >= 19_990


def test_who_is_used_stays_and_who_is_not_goes(owners: Owners) -> None:
    table = SharedRecords.made(pair(10), owners)
    for number in range(1000):
        for key in (b"used", b"%d" % number):
            table.change(key, lambda records: [(records[0][0] + 1.0, 1.0)])

    assert table.read(b"used")[0] == 1000.0


def test_a_record_of_noughts_is_forgotten(owners: Owners) -> None:
    for layout in (pair(), pair(owned=True), pair(named=True)):
        table = SharedRecords.made(layout, owners)
        table.write(b"key", (3, 0.0))
        assert (len(table), table.read(b"key")) == (1, (3, 0.0))
        table.write(b"key", (0, 0.0))
        assert (len(table), table.read(b"key")) == (0, (0, 0))


def test_the_word_of_a_named_record_differs_after_each_change(owners: Owners) -> None:
    table = SharedRecords.made(pair(named=True), owners)
    word = table.word(b"key")
    seen = {table.words[word]}
    for number in range(1, 5):
        table.write(b"key", (number, 0.0))
        seen.add(table.words[word])

    assert len(seen) == 5


def test_memory_of_another_seed_or_layout_is_refused(owners: Owners) -> None:
    memory = make_memory(pair(100))
    SharedRecords(memory, pair(100), owners)
    with pytest.raises(ValueError, match="another hash seed or another layout"):
        SharedRecords(memory, Layout(1, 100, OWNERS), owners)
    with pytest.raises(subprocess.CalledProcessError):
        run("0", "opened(Layout(2, 100, 3))", memory, owners.descriptor).check()
    os.close(memory)


def test_a_named_table_is_found_with_any_seed(owners: Owners) -> None:
    memory = make_memory(pair(named=True))
    table = SharedRecords(memory, pair(named=True), owners)
    run("5", "opened(Layout(2, 1000, 3, named=True)).write(b'key', (7.0, 1.0))", memory, owners.descriptor).check()

    assert table.read(b"key") == (7.0, 1.0)
    os.close(memory)


# ── several processes ─────────────────────────────────────────────────


class Child:
    """A Python process with ``fd`` (and more descriptors) of ours."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def output(self) -> str:
        return self.process.communicate(timeout=60)[0]

    def check(self) -> None:
        output, error = self.process.communicate(timeout=60)
        if self.process.returncode:
            raise subprocess.CalledProcessError(self.process.returncode, "child", output, error)

    def kill(self) -> None:
        self.process.kill()
        self.process.communicate(timeout=60)


def run(seed: str, code: str, *descriptors: int) -> Child:
    program = """
import sys
from gatewayctl.state.shared import *
fds = list(map(int, sys.argv[1:]))
fd = fds[0]
owners = Owners(fds[1], 3, 0) if len(fds) > 1 else None
def opened(layout):
    return SharedRecords(fd, layout, owners)
""" + textwrap.dedent(code)
    return Child(
        subprocess.Popen(
            bound_to_us([sys.executable, "-c", program, *map(str, descriptors)]),
            pass_fds=descriptors,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ
            | {"PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
        )
    )


def with_seed(code: str) -> str:
    """What a process says that was started with a seed as workers are; it can start more of the kind."""
    program = "from tests.property.test_shared_state import *\n" + textwrap.dedent(code)
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=os.environ | {"PYTHONHASHSEED": "7", "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)])},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_four_processes_never_over_grant() -> None:
    said = with_seed(
        """
        from gatewayctl.policy.limits.fixed_window import FixedWindow
        owners, memory = Owners.made(3), make_memory(Layout(2, 1000, 3))
        children = [run("7", '''
        from gatewayctl.policy.limits.fixed_window import FixedWindow
        table, limit = opened(Layout(2, 1000, 3)), FixedWindow(5000, 3600_000_000)
        print(sum(table.take(b"%d" % (n % 3), limit, 1, 1)[1] for n in range(9000)))
        ''', memory, owners.descriptor) for _ in range(4)]
        print(sum(int(child.output()) for child in children))
        """
    )

    assert int(said) == 3 * 5000, "of three keys with 5000 each, no more and no less"


def test_changes_of_several_records_at_once_neither_wait_in_a_circle_nor_get_lost() -> None:
    """Each process moves numbers between records of two tables, in an order of its own; their sum stays what it was."""
    said = with_seed(
        """
        owners = Owners.made(3)
        memories = [make_memory(Layout(1, 100, 3)) for _ in range(2)]
        tables = [SharedRecords(memory, Layout(1, 100, 3), owners, serial=n) for n, memory in enumerate(memories)]
        for table in tables:
            for n in range(4):
                table.write(b"%d" % n, (1_000_000,))
        children = [run("7", f'''
        import random
        rng, keeper = random.Random({seed}), SharedKeeper(owners)
        tables = [SharedRecords(fds[at], Layout(1, 100, 3), owners, serial=n) for n, at in enumerate((0, 2))]
        places = [(table, b"%d" % n) for table in tables for n in range(4)]
        for _ in range(3000):
            some = rng.sample(places, rng.randint(2, 8))
            keeper.change(some, lambda records: [(records[0][0] - len(some) + 1,), *((n + 1,) for (n,) in records[1:])])
        ''', memories[0], owners.descriptor, memories[1]) for seed in range(3)]
        for child in children:
            child.check()
        print(sum(table.read(b"%d" % n)[0] for table in tables for n in range(4)))
        """
    )

    assert float(said) == 8_000_000


def test_what_a_killed_process_leaves_is_whole_and_unlocked() -> None:
    """Both halves of a record are always the same; a process is killed in the midst of changing them, again and again."""
    said = with_seed(
        """
        owners, memory = Owners.made(3), make_memory(Layout(2, 16, 3))
        table = SharedRecords(memory, Layout(2, 16, 3), owners)
        torn = 0
        for turn in range(25):
            child = run("7", '''
            table = opened(Layout(2, 16, 3))
            print("ready", flush=True)
            while True:
                for n in range(8):
                    table.change(b"%d" % n, lambda records: [(records[0][0] + 1, records[0][1] + 1)])
            ''', memory, owners.descriptor)
            child.process.stdout.readline()
            for n in range(turn * 400):  # a little later each time
                table.change(b"ours %d" % (n % 4), lambda records: [(1.0, 2.0)])
            child.kill()
            for n in range(8):
                one, other = table.read(b"%d" % n)
                torn += one != other
        print(torn)
        """
    )

    assert int(said) == 0


def test_a_lock_whose_holder_was_killed_is_free_again() -> None:
    said = with_seed(
        """
        owners, memory = Owners.made(3), make_memory(Layout(2, 16, 3))
        table = SharedRecords(memory, Layout(2, 16, 3), owners)
        child = run("7", '''
        import os, signal
        opened(Layout(2, 16, 3)).change(b"key", lambda record: os.kill(os.getpid(), signal.SIGKILL))
        ''', memory, owners.descriptor)
        child.process.wait(60)
        table.change(b"key", lambda records: [(records[0][0] + 1, 1)])
        print(table.read(b"key")[0])
        """
    )

    assert float(said) == 1.0


@pytest.mark.parametrize("kind", [Mutexes, RangeLocks])
def test_a_lock_is_one_processes_at_a_time(kind: type) -> None:
    said = with_seed(
        f"""
        from mmap import mmap
        fd = os.memfd_create("locks")
        os.ftruncate(fd, 1 << 20)
        memory = mmap(fd, 1 << 20)
        make = "Mutexes(memory)" if "{kind.__name__}" == "Mutexes" else "RangeLocks(fd)"
        if "{kind.__name__}" == "Mutexes":
            Mutexes(memory).make()
        children = [run("7", '''
        from mmap import mmap
        from gatewayctl.state.shared.locks import Mutexes, RangeLocks
        memory = mmap(fd, 1 << 20)
        locks = ''' + make + '''
        at = 1 << 18
        for _ in range(5000):
            locks.lock(3)
            number = int.from_bytes(memory[at:at + 8], "little") + 1
            memory[at:at + 8] = number.to_bytes(8, "little")
            locks.unlock(3)
        ''', fd) for _ in range(3)]
        for child in children:
            child.check()
        print(int.from_bytes(memory[1 << 18:(1 << 18) + 8], "little"))
        """
    )

    assert int(said) == 15_000


# ── what processes hold ───────────────────────────────────────────────


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["take", "give", "die", "reset"])), max_size=120))
def test_what_is_held_is_the_sum_of_what_the_living_hold(steps: list[tuple[int, str]]) -> None:
    """Three processes, played by one: each takes, gives back, is killed, or says that nobody holds anything."""
    with HostKeepers(3) as host:
        tables = [keeper.records("held", 2, 10, owned=True) for keeper in host.keepers]
        held = [0, 0, 0]
        for who, what in steps:
            place = [(tables[who], b"key")]
            if what == "take":
                host.keepers[who].change(place, lambda records: [(records[0][0] + 1, 5)])
                held[who] += 1
            elif what == "give" and held[who]:
                host.keepers[who].change(place, lambda records: [(records[0][0] - 1, 5)])
                held[who] -= 1
            elif what == "die":
                host.kill(who)
                held[who] = 0
            elif what == "reset":
                host.keepers[who].change(place, lambda records: [(0, 5)])
                held = [0, 0, 0]
            assert all(table.read(b"key")[0] == sum(held) for table in tables)


def test_a_key_of_which_anything_is_held_is_not_given_up(owners: Owners) -> None:
    table = SharedRecords.made(Layout(1, 4, OWNERS, owned=True), owners)
    table.change(b"held", lambda records: [(1,)])
    for number in range(500):
        table.change(b"%d" % number, lambda records: [(records[0][0] + 1,)])
        table.change(b"%d" % number, lambda records: [(records[0][0] - 1,)])

    assert table.read(b"held") == (1,)


# ── by name ───────────────────────────────────────────────────────────


def test_a_worker_opens_what_the_supervisor_has_made() -> None:
    """Here both ends are one process; the memory is handed on by its descriptor as it is between two."""
    owners = Owners.made(OWNERS)
    made = MadeKeeper(owners)
    worker, other = HandedKeeper(owners), HandedKeeper(owners)

    def asked(width: int = 2, most: int = 100, *, named: bool = False) -> tuple[Records, Records]:
        made.records("limit", width, most, named=named)
        for handed, memory in made.memories:
            for taker in (worker, other):
                taker.hand(handed, os.dup(memory))
        return worker.records("limit", width, most, named=named), other.records("limit", width, most, named=named)

    one, two = asked()
    worker.change([(one, b"key")], plus(2.0))
    other.change([(two, b"key")], plus(2.0))
    assert one.read(b"key")[0] == 4.0
    assert asked() == (one, two), "a reload keeps it, and a worker hears of all of them with each generation"
    bigger, _ = asked(most=1000)
    for _ in made.moving():
        pass
    assert bigger is not one
    assert bigger.read(b"key")[0] == 4.0, "with another bound it counts on"
    wider, _ = asked(width=3, most=1000)
    assert wider.read(b"key") == (0, 0, 0), "another form begins anew"
    for keeper in (made, worker, other):
        keeper.retire_others({"else"})
    assert made.memories == []
    with pytest.raises(KeyError):
        worker.records("limit", 3, 1000)
    owners.close()


def test_the_supervisor_looks_into_named_tables_which_stay() -> None:
    owners = Owners.made(OWNERS)
    made, worker = MadeKeeper(owners), HandedKeeper(owners)
    own = made.records("breakers", 2, 10, owned=True, named=True)
    ((handed, memory),) = made.memories
    worker.hand(handed, os.dup(memory))
    table = worker.records("breakers", 2, 10, owned=True, named=True)
    worker.change([(table, b"key")], plus(1.0, 3.0))
    made.retire_others(set())

    assert own.read(b"key") == (1, 3.0)
    assert isinstance(made.records("limit", 2, 10), LocalRecords), "of the others' keys it knows nothing"
    made.close()
    owners.close()


__all__ = ["Layout", "Mutexes", "Owners", "RangeLocks", "SharedRecords", "make_memory", "os", "run"]
