"""What ``workers = "auto"`` comes to under affinity and both kinds of cgroups."""

from pathlib import Path

import pytest

from gatewayctl.server.workers.cpus import allowed, worker_count


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("quota", "workers"),
    [("max 100000", 8), ("250000 100000", 3), ("200000 100000", 2), ("10000 100000", 1), ("nonsense", 8)],
)
def test_a_quota_of_cgroup_2_is_kept_rounded_up(tmp_path: Path, quota: str, workers: int) -> None:
    write(tmp_path / "own", "0::/a/b\n")
    write(tmp_path / "root/a/b/cpu.max", f"{quota}\n")

    assert allowed(8, tmp_path / "root", tmp_path / "own") == workers


def test_a_parent_may_be_tighter(tmp_path: Path) -> None:
    write(tmp_path / "own", "0::/a/b\n")
    write(tmp_path / "root/a/cpu.max", "100000 100000\n")
    write(tmp_path / "root/a/b/cpu.max", "400000 100000\n")

    assert allowed(8, tmp_path / "root", tmp_path / "own") == 1


@pytest.mark.parametrize(("quota", "workers"), [("-1", 8), ("300000", 3)])
def test_a_quota_of_cgroup_1_is_kept_too(tmp_path: Path, quota: str, workers: int) -> None:
    write(tmp_path / "own", "3:cpu,cpuacct:/a\n0::/other\n")
    write(tmp_path / "root/cpu,cpuacct/a/cpu.cfs_quota_us", f"{quota}\n")
    write(tmp_path / "root/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n")

    assert allowed(8, tmp_path / "root", tmp_path / "own") == workers


def test_in_a_container_the_path_is_the_hosts_and_the_root_is_ours(tmp_path: Path) -> None:
    write(tmp_path / "own", "0::/kubepods/pod1\n")
    write(tmp_path / "root/cpu.max", "150000 100000\n")

    assert allowed(8, tmp_path / "root", tmp_path / "own") == 2


def test_without_cgroups_affinity_decides(tmp_path: Path) -> None:
    assert allowed(4, tmp_path / "root", tmp_path / "own") == 4
    assert allowed(0, tmp_path / "root", tmp_path / "own") == 1


def test_a_number_is_taken_as_it_is() -> None:
    assert worker_count(7) == 7
    assert worker_count(0) >= 1
