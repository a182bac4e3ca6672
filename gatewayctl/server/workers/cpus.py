"""How many workers ``"auto"`` means: the processors that affinity and the cgroup's quota leave us, at least one."""

import os
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Final

MOST: Final = 1024
_ROOT: Final = Path("/sys/fs/cgroup")
_OWN: Final = Path("/proc/self/cgroup")


def worker_count(wanted: int) -> int:
    """``wanted`` processes; 0 asks for as many as the machine allows."""
    return wanted or allowed(_affinity(), _ROOT, _OWN)


def allowed(processors: int, root: Path, own: Path) -> int:
    """The lesser of ``processors`` and the quota, rounded up. ``root`` is where cgroups are mounted, ``own`` names ours."""
    quotas = [quota for folder, read in _folders(root, own) if (quota := read(folder)) is not None]
    return max(1, min([processors, MOST, *(ceil(quota) for quota in quotas)]))


def _affinity() -> int:
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:  # a system without affinity
        return os.cpu_count() or 1


def _folders(root: Path, own: Path) -> list[tuple[Path, Callable[[Path], float | None]]]:
    """Our cgroups and all above them, each with how its quota is read: a parent may be tighter than its child."""
    try:
        lines = own.read_text().splitlines()
    except OSError:
        return []
    found: list[tuple[Path, Callable[[Path], float | None]]] = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers:
            bases, read = [root, root / "unified"], _quota_v2
        elif "cpu" in controllers.split(","):
            bases, read = [root / controllers, root / "cpu"], _quota_v1
        else:
            continue
        inner = Path(path.lstrip("/"))
        for base in bases:  # within a container the path may be the host's: what it leads to is then not there
            found += [(base / part, read) for part in (inner, *inner.parents)]
    return found


def _quota_v2(folder: Path) -> float | None:
    """Processors by ``cpu.max``: ``QUOTA PERIOD`` in microseconds, or ``max PERIOD``."""
    numbers = _numbers(folder / "cpu.max")
    return numbers[0] / numbers[1] if len(numbers) == 2 and numbers[1] else None


def _quota_v1(folder: Path) -> float | None:
    """Processors by ``cpu.cfs_quota_us`` (-1: none) and ``cpu.cfs_period_us``."""
    quota, period = _numbers(folder / "cpu.cfs_quota_us"), _numbers(folder / "cpu.cfs_period_us")
    return quota[0] / period[0] if quota and period and quota[0] > 0 and period[0] else None


def _numbers(path: Path) -> list[int]:
    try:
        return [int(word) for word in path.read_text().split()]
    except (OSError, ValueError):
        return []
