"""Shared states: exact over processes, bounded, and never left locked, torn or held by somebody who was killed."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.state.shared import (
    HandedStores,
    Layout,
    LocalStore,
    LocalStores,
    MadeStores,
    Owners,
    Permits,
    Record,
    SharedStore,
    Store,
)
from gatewayctl.state.shared.locks import Mutexes, RangeLocks
from gatewayctl.state.shared.permits import permits_layout
from tests.support.processes import bound_to_us

ROOT = Path(__file__).resolve().parent.parent.parent


def add(amount: float) -> Callable[[Record | None, float], tuple[Record, float]]:
    def decide(record: Record | None, now: float) -> tuple[Record, float]:
        total = amount + (0.0 if record is None else record[0])
        return (total, now), total

    return decide


def read(record: Record | None, now: float) -> tuple[Record, float]:
    return record or (0.0, now), 0.0 if record is None else record[0]


@pytest.fixture(params=["local", "shared"])
def make(request: pytest.FixtureRequest) -> Iterator[Callable[[Layout], Store]]:
    made: list[SharedStore] = []

    def maker(layout: Layout) -> Store:
        if request.param == "local":
            return LocalStore(layout)
        made.append(SharedStore.made(layout))
        return made[-1]

    yield maker
    for store in made:
        store.close()


# ── one process ───────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=6), st.integers(-5, 5)), max_size=200))
def test_both_kinds_give_what_a_dictionary_gives(steps: list[tuple[bytes, int]]) -> None:
    shared, local, known = SharedStore.made(Layout("dd", 1000)), LocalStore(Layout("dd", 1000)), dict[bytes, float]()
    for at, (key, amount) in enumerate(steps):
        known[key] = known.get(key, 0.0) + amount
        assert shared.update(key, add(amount), at) == local.update(key, add(amount), at) == known[key]
    shared.close()


def test_fields_keep_their_values_to_the_last_bit(make: Callable[[Layout], Store]) -> None:
    store, record = make(Layout("qdq")), (-(2**63), 0.1, 2**63 - 1)
    store.update(b"key", lambda _, now: (record, None), 1.0)

    assert store.update(b"key", lambda found, now: (found or (), found), 2.0) == record


def test_a_decision_that_fails_changes_nothing(make: Callable[[Layout], Store]) -> None:
    def fail(record: Record | None, now: float) -> tuple[Record, None]:
        raise LookupError("no")

    store = make(Layout("dd"))
    store.update(b"key", add(1.0), 1.0)
    for key in (b"key", b"new"):
        with pytest.raises(LookupError):
            store.update(key, fail, 2.0)
    assert store.update(b"key", add(1.0), 3.0) == 2.0, "and the lock was given back"
    assert store.update(b"new", add(1.0), 3.0) == 1.0


def test_any_number_of_keys_take_bounded_room_and_the_latest_are_known(make: Callable[[Layout], Store]) -> None:
    """A thousand keys are to be remembered, a hundred thousand come."""
    store = make(Layout("dd", 1000))
    for number in range(100_000):
        store.update(b"%d" % number, add(1.0), float(number))
    latest = sum(store.update(b"%d" % number, read, 1e6) for number in range(99_000, 100_000))

    assert latest >= 990
    assert (len(store) if isinstance(store, LocalStore) else sum(1 for _ in store.records())) <= 4000  # type: ignore[attr-defined]


def test_nearly_all_of_as_many_keys_as_it_is_for_are_remembered() -> None:
    store = SharedStore.made(Layout("dd", 20_000))
    for number in range(20_000):
        store.update(b"%d" % number, add(1.0), float(number))

    assert sum(1 for _ in store.records()) >= 19_990
    store.close()


def test_who_is_used_stays_and_who_is_not_goes(make: Callable[[Layout], Store]) -> None:
    store = make(Layout("dd", 10))
    for number in range(1000):
        store.update(b"used", add(1.0), float(number))
        store.update(b"%d" % number, add(1.0), float(number))

    assert store.update(b"used", read, 1000.0) == 1000.0


def test_memory_of_another_seed_or_layout_is_refused() -> None:
    store = SharedStore.made(Layout("dd", 100))
    with pytest.raises(ValueError, match="another hash seed or another layout"):
        SharedStore(store.descriptor, Layout("d", 100))
    with pytest.raises(subprocess.CalledProcessError):
        run("0", "SharedStore(fd, Layout('dd', 100))", store.descriptor).check()
    store.close()


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
from gatewayctl.state.shared.permits import permits_layout
fds = list(map(int, sys.argv[1:]))
fd = fds[0]
def add(record, now):
    total = 1.0 + (0.0 if record is None else record[0])
    return (total, total), total
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
        store = SharedStore.made(Layout("dd", 1000))
        children = [run("7", '''
        store = SharedStore(fd, Layout("dd", 1000))
        def take(record, now):
            used = 0.0 if record is None else record[0]
            return (min(used + 1.0, 5000.0), now), used < 5000.0
        print(sum(store.update(b"%d" % (n % 3), take, 1.0) for n in range(9000)))
        ''', store.descriptor) for _ in range(4)]
        print(sum(int(child.output()) for child in children))
        """
    )

    assert int(said) == 3 * 5000, "of three keys with 5000 each, no more and no less"


def test_what_a_killed_process_leaves_is_whole_and_unlocked() -> None:
    """Both halves of a record are always the same; a process is killed in the midst of changing them, again and again."""
    said = with_seed(
        """
        store = SharedStore.made(Layout("dd", 16))
        torn = 0
        for turn in range(25):
            child = run("7", '''
            store = SharedStore(fd, Layout("dd", 16))
            print("ready", flush=True)
            while True:
                for n in range(8):
                    store.update(b"%d" % n, add, 1.0)
            ''', store.descriptor)
            child.process.stdout.readline()
            for n in range(turn * 400):  # a little later each time
                store.update(b"ours %d" % (n % 4), add(1.0), 1.0)
            child.kill()
            for n in range(8):
                both = store.update(b"%d" % n, lambda record, now: (record or (0.0, 0.0), record or (0.0, 0.0)), 1.0)
                torn += both[0] != both[1]
        print(torn)
        """
    )

    assert int(said) == 0


def test_a_lock_whose_holder_was_killed_is_free_again() -> None:
    said = with_seed(
        """
        store = SharedStore.made(Layout("dd", 16))
        child = run("7", '''
        import os, signal
        store = SharedStore(fd, Layout("dd", 16))
        store.update(b"key", lambda record, now: os.kill(os.getpid(), signal.SIGKILL), 1.0)
        ''', store.descriptor)
        child.process.wait(60)
        print(store.update(b"key", add(1.0), 1.0))
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


# ── permits ───────────────────────────────────────────────────────────


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), max_size=120), st.integers(1, 5))
def test_no_more_permits_are_held_than_there_are(steps: list[tuple[int, bool]], most: int) -> None:
    """Three processes, played by one: each takes or gives back."""
    owners = [Owners.made(3)]
    owners += [Owners(os.dup(owners[0].descriptor), 3, index) for index in (1, 2)]
    store = LocalStore(permits_layout(owners[0]))
    permits, held = [Permits(store, owner) for owner in owners], [0, 0, 0]
    for who, takes in steps:
        if takes:
            granted = permits[who].take(b"key", most, 0.0)
            assert granted is (sum(held) < most)
            held[who] += granted
        elif held[who]:
            permits[who].give(b"key", 0.0)
            held[who] -= 1
        assert permits[0].held(b"key", 0.0) == sum(held)
    for owner in owners:
        owner.close()


def test_the_permits_of_a_killed_process_come_back() -> None:
    said = with_seed(
        """
        owners = Owners.made(2)
        store = SharedStore.made(permits_layout(owners, 100))
        permits = Permits(store, owners)
        child = run("7", '''
        owners = Owners(fds[1], 2, 1)
        permits = Permits(SharedStore(fd, permits_layout(owners, 100)), owners)
        print([permits.take(b"key", 5, 0.0) for _ in range(9)].count(True), flush=True)
        sys.stdin.read()
        ''', store.descriptor, owners.descriptor)
        print(child.process.stdout.readline().strip(), permits.take(b"key", 5, 0.0))
        child.kill()
        owners.gone(1)
        print([permits.take(b"key", 5, 0.0) for _ in range(9)].count(True))
        """
    )

    assert said.split() == ["5", "False", "5"]


def test_a_key_of_which_permits_are_held_is_not_given_up() -> None:
    owners = Owners.made(1)
    for store in (LocalStore(permits_layout(owners, 4)), SharedStore.made(permits_layout(owners, 4))):
        permits: Any = Permits(store, owners)
        assert permits.take(b"held", 1, 0.0)
        for number in range(500):
            permits.take(b"%d" % number, 1, float(number))
            permits.give(b"%d" % number, float(number))
        assert not permits.take(b"held", 1, 1000.0)
        permits.give(b"held", 1000.0)
        assert permits.take(b"held", 1, 1000.0)
    owners.close()


__all__ = [
    "Layout", "LocalStore", "Mutexes", "Owners", "Permits", "RangeLocks", "SharedStore", "add", "os", "permits_layout",
    "run",
]  # fmt: skip


# ── by identity ───────────────────────────────────────────────────────


def test_a_store_lives_on_as_long_as_it_is_needed_and_keeps_its_form() -> None:
    stores = LocalStores()
    first = stores.obtain("a", Layout("dd", 10))
    assert stores.obtain("a", Layout("dd", 10)) is first
    assert stores.obtain("a", Layout("ddd", 10)) is not first
    stores.retire_others({"b"})
    assert stores.obtain("a", Layout("ddd", 10)).update(b"key", read, 0.0) == 0.0
    assert stores.owners.count == 1


def test_a_worker_opens_what_the_supervisor_has_made() -> None:
    """Here both ends are one process; the memory is handed on by its descriptor as it is between two."""
    owners = Owners.made(2)
    made, worker, other = MadeStores(owners), HandedStores(owners), HandedStores(owners)
    layout = Layout("dd", 100)

    def hand_on() -> None:
        for handed, memory in made.memories.values():
            for taker in (worker, other):
                taker.hand(handed, os.dup(memory))

    made.obtain("limit", layout)
    hand_on()
    hand_on()  # a worker hears of all of them with each generation
    assert worker.obtain("limit", layout).update(b"key", add(2.0), 0.0) == 2.0
    assert other.obtain("limit", layout).update(b"key", add(2.0), 0.0) == 4.0
    hand_on()
    assert worker.obtain("limit", layout).update(b"key", read, 0.0) == 4.0, "a reload keeps it"
    made.obtain("limit", Layout("ddd", 100))
    hand_on()
    found = worker.obtain("limit", Layout("ddd", 100)).update(b"key", lambda known, now: ((0.0,) * 3, known), 0.0)
    assert found is None, "another form begins anew"
    for stores in (made, worker, other):
        stores.retire_others(set())
    with pytest.raises(KeyError):
        worker.obtain("limit", layout)
    assert made.memories == {}
    owners.close()
