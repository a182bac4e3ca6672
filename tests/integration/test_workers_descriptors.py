"""A worker that has no descriptor left when a generation comes: the reload fails and says why, and nothing hangs."""

import resource
import sys
from pathlib import Path

import pytest

from tests.conftest import Gateways
from tests.integration.serving import wait_until_it_says
from tests.integration.test_workers import serving, several


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process can be set on Linux alone")
def test_a_worker_without_descriptors_fails_the_reload_and_takes_the_next(gateway: Gateways) -> None:
    front = gateway(several("one", 2))
    victim = serving(front)[1]
    before = resource.prlimit(victim, resource.RLIMIT_NOFILE)
    used = {int(path.name) for path in Path(f"/proc/{victim}/fd").iterdir()}
    lowest = next(number for number in range(len(used) + 1) if number not in used)
    resource.prlimit(victim, resource.RLIMIT_NOFILE, (lowest, before[1]))
    front.write(several("two", 2))

    line = front.wait_for_line("reload failed: not put in force: worker 2")
    assert "Too many open files" in line
    resource.prlimit(victim, resource.RLIMIT_NOFILE, before)
    wait_until_it_says(front, b"two")  # it is tried again
    assert victim in serving(front), "it did not have to be replaced"
