"""What a decision on shared records costs: ``python tests/bench/shared.py`` prints tables.

Four processes, each with 100 000 keys in an order of its own, and the same work for each way of sharing: read two numbers
of a key, change them, write them back. CPU time a decision, the best of several rounds of all processes. Then each limit
algorithm on records of one process and on shared ones, in one process that nobody competes with.
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from fcntl import LOCK_EX, LOCK_UN, lockf
from importlib.util import find_spec
from mmap import mmap
from typing import Any

from gatewayctl.policy.limits import ALGORITHMS
from gatewayctl.policy.records import Records
from gatewayctl.state.records import LocalRecords
from gatewayctl.state.shared import Layout, Owners, SharedRecords, make_memory

KEYS, PROCESSES, ROUNDS, STEPS = 100_000, 4, 7, 20_000
LAYOUT = Layout(2, KEYS, PROCESSES)
HELD = Layout(1, KEYS, PROCESSES, owned=True)
PAIR = struct.Struct("=dd")
Decision = Callable[[bytes], Any]


class AddOne:
    """The least that an algorithm does."""

    def take(self, record: Any, cost: int, now: int) -> Any:
        return (record[0] + cost, now)


def local(_: int) -> Decision:
    records, algorithm = LocalRecords(2, KEYS), AddOne()
    return lambda key: records.take(key, algorithm, 1, 1)


def shared(descriptor: int) -> Decision:
    records, algorithm = SharedRecords(descriptor, LAYOUT, Owners.made(PROCESSES)), AddOne()
    return lambda key: records.take(key, algorithm, 1, 1)


def held(descriptor: int) -> Decision:
    records = SharedRecords(descriptor, HELD, Owners.made(PROCESSES))

    def step(key: bytes) -> None:
        records.change(key, lambda records: [(records[0][0] + 1,)])
        records.change(key, lambda records: [(records[0][0] - 1,)])

    return step


def slots(descriptor: int) -> Decision:
    """A place for each process, no lock: overshoots by what others do at the same moment."""
    memory = mmap(descriptor, 1 << 26)

    def step(key: bytes) -> bool:
        at = (hash(key) % KEYS) * 64
        total = sum(struct.unpack_from("=qqqq", memory, at))
        PAIR.pack_into(memory, at, 1.0, 2.0)
        return total >= 0

    return step


def one_lock(descriptor: int) -> Decision:
    """One byte range lock for all keys."""
    memory = mmap(descriptor, 1 << 26)

    def step(key: bytes) -> bool:
        at = (hash(key) % KEYS) * 64
        lockf(descriptor, LOCK_EX, 1, 0)
        try:
            one, _ = PAIR.unpack_from(memory, at)
            PAIR.pack_into(memory, at, one + 1.0, 2.0)
        finally:
            lockf(descriptor, LOCK_UN, 1, 0)
        return True

    return step


def robust_mutex(descriptor: int) -> Decision:
    """A robust pthread mutex for each of 4096 stripes, by ctypes."""
    memory = mmap(descriptor, 1 << 26)
    base = ctypes.addressof(ctypes.c_char.from_buffer(memory))
    library = ctypes.PyDLL(None)
    lock, unlock = library.pthread_mutex_lock, library.pthread_mutex_unlock
    lock.argtypes = unlock.argtypes = [ctypes.c_void_p]

    def step(key: bytes) -> bool:
        hashed = hash(key)
        mutex = base + (hashed % 4096) * 64
        at = (1 << 20) + (hashed % KEYS) * 64
        lock(mutex)
        try:
            one, _ = PAIR.unpack_from(memory, at)
            PAIR.pack_into(memory, at, one + 1.0, 2.0)
        finally:
            unlock(mutex)
        return True

    return step


def prepare_mutexes(descriptor: int) -> None:
    memory = mmap(descriptor, 1 << 26)
    view = ctypes.c_char.from_buffer(memory)
    library, attributes = ctypes.CDLL(None), ctypes.create_string_buffer(64)
    library.pthread_mutexattr_init(attributes)
    library.pthread_mutexattr_setpshared(attributes, 1)
    library.pthread_mutexattr_setrobust(attributes, 1)
    for index in range(4096):
        library.pthread_mutex_init(ctypes.c_void_p(ctypes.addressof(view) + 64 * index), attributes)


def round_trip(_: int) -> Decision:
    """A question to another process and its answer, over a unix socket; only the asking side is counted."""
    ours, theirs = socket.socketpair()
    if os.fork() == 0:
        ours.close()
        while data := theirs.recv(64):
            theirs.send(data[:1])
        os._exit(0)
    theirs.close()

    def step(key: bytes) -> bool:
        ours.send(key)
        return bool(ours.recv(1))

    return step


def lmdb_transaction(_: int) -> Decision:
    import lmdb

    environment = lmdb.open(os.environ["BENCH_LMDB"], map_size=1 << 28, sync=False, metasync=False, writemap=True)

    def step(key: bytes) -> bool:
        with environment.begin(write=True) as transaction:
            found = transaction.get(key)
            one = PAIR.unpack(found)[0] if found else 0.0
            transaction.put(key, PAIR.pack(one + 1.0, 2.0))
        return True

    return step


WAYS: dict[str, tuple[Callable[[int], Decision], str]] = {
    "dictionary of one process": (local, "not shared"),
    "shared table, robust mutexes": (shared, "exact"),
    "shared table: held and given back": (held, "exact"),
    "a place a process, no lock": (slots, "overshoots"),
    "shared memory, one byte range lock": (one_lock, "exact"),
    "shared memory, robust mutexes by ctypes": (robust_mutex, "exact"),
    "LMDB, a transaction": (lmdb_transaction, "exact"),
    "a round trip to another process": (round_trip, "exact"),
}


def work(name: str, descriptor: int, seed: int) -> None:
    """In a process of its own: prints the best CPU time a decision."""
    step = WAYS[name][0](descriptor)
    steps = STEPS if name != "a round trip to another process" else STEPS // 10
    keys = [b"client-%d" % ((number * 7919 + seed * 104729) % KEYS) for number in range(KEYS)]
    if name != "a round trip to another process":
        for key in keys:
            step(key)
    best = float("inf")
    for turn in range(ROUNDS):
        some = [keys[(turn * steps + i) % KEYS] for i in range(steps)]
        began = time.process_time()
        for key in some:
            step(key)
        best = min(best, (time.process_time() - began) / steps)
    print(best * 1e6)


def measure(name: str) -> float:
    import tempfile

    descriptor = os.memfd_create("bench")
    os.ftruncate(descriptor, 1 << 26)
    if name.startswith("shared table"):
        os.close(descriptor)
        descriptor = make_memory(HELD if WAYS[name][0] is held else LAYOUT)
    if "ctypes" in name:
        prepare_mutexes(descriptor)
    with tempfile.TemporaryDirectory() as folder:
        processes = [
            subprocess.Popen(
                [sys.executable, __file__, name, str(descriptor), str(seed)],
                pass_fds=[descriptor],
                stdout=subprocess.PIPE,
                env=os.environ | {"BENCH_LMDB": folder, "PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
            )
            for seed in range(PROCESSES)
        ]
        found = [float(process.communicate()[0]) for process in processes]
    os.close(descriptor)
    return sorted(found)[PROCESSES // 2]


def algorithms() -> None:
    """Each algorithm, on records of one process and on shared ones, in turn; the best round of each counts."""
    print("\n| algorithm | one process | shared | added |\n| --- | --- | --- | --- |")
    keys = [b"10.0.%d.%d" % divmod(number, 256) for number in range(10_000)]
    owners = Owners.made(PROCESSES)
    for name, make in ALGORITHMS.items():
        algorithm = make(10**9, 3600_000_000, 10**9)
        width, held = algorithm.width, algorithm.holds
        both: list[Records] = [
            LocalRecords(width, KEYS),
            SharedRecords.made(Layout(width, KEYS, PROCESSES, owned=held, whole=algorithm.whole), owners),
        ]
        best = [float("inf"), float("inf")]
        for turn in range(3 * ROUNDS):
            for at, records in enumerate(both):
                now = 10**12 + turn
                began = time.process_time()
                for key in keys:
                    records.take(key, algorithm, 1, now)
                best[at] = min(best[at], (time.process_time() - began) / len(keys) * 1e6)
        print(f"| {name} | {best[0]:.2f} | {best[1]:.2f} | {best[1] - best[0]:.2f} |", flush=True)


def main() -> None:
    if len(sys.argv) > 1:
        work(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
        return
    if os.environ.get("PYTHONHASHSEED", "random") == "random":  # all processes must hash alike
        os.execve(sys.executable, [sys.executable, __file__], os.environ | {"PYTHONHASHSEED": "1"})
    print("| way | µs of CPU a decision | exact? |\n| --- | --- | --- |")
    for name, (_, exact) in WAYS.items():
        if name.startswith("LMDB") and find_spec("lmdb") is None:
            continue
        print(f"| {name} | {measure(name):.2f} | {exact} |", flush=True)
    algorithms()


if __name__ == "__main__":
    main()
