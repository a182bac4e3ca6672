"""What a process holds in memory and in file descriptors, from /proc."""

import os
import resource
from pathlib import Path


def children(pid: int) -> list[int]:
    """The process and all that descend from it."""
    found = [pid]
    for parent in found:
        for task in Path(f"/proc/{parent}/task").glob("*/children"):
            found += [int(child) for child in task.read_text().split()]
    return found


def resident(pid: int) -> int:
    """Bytes of memory that the process and its children hold resident, pages they share counted once each holder."""
    total = 0
    for process in children(pid):
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
        total += pages * os.sysconf("SC_PAGE_SIZE")
    return total


def descriptors(pid: int) -> int:
    """How many file descriptors the process has open."""
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def raise_descriptor_limit(wanted: int) -> bool:
    """Lifts this process's soft limit (children inherit it) to ``wanted``; False where the hard limit forbids that."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= wanted:
        return True
    if hard != resource.RLIM_INFINITY and hard < wanted:
        return False
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return True
