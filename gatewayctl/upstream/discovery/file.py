"""Instances by a file that something else writes: a JSON list, ``{"instances": […]}``, or TOML with ``[[instances]]``.

The file is looked at four times a second, through whatever links its name goes: renames, link swaps and network file
systems look alike. What cannot be read as a whole is read again; half of a file is never taken.
"""

import asyncio
import json
import os
import stat
import tomllib
from typing import Final

from gatewayctl.plan.model import InstancePlan
from gatewayctl.plan.upstreams import FilePlan
from gatewayctl.upstream.discovery.base import Listener
from gatewayctl.upstream.discovery.entries import BadEntry, instance_of

LOOK: Final = 0.25
"""Seconds between two looks at the file's time and size."""
READ_ANYWAY: Final = 8
"""Looks after which it is read even though these are the same: file systems have coarse clocks."""
LARGEST: Final = 16 << 20
_TRIES: Final = 4
"""Looks at a file that makes no sense before that is trouble: whoever writes it may be in the middle of that."""


class FileSource:
    """See ``Source``."""

    def __init__(self, plan: FilePlan) -> None:
        self._plan = plan

    async def run(self, listener: Listener) -> None:
        mark: object = None
        content: bytes | None = None
        looks = failures = 0
        while True:
            now, read, problem = await asyncio.to_thread(self._look, mark if looks < READ_ANYWAY else None)
            looks = looks + 1 if now == mark else 0
            if problem:
                failures += 1
            elif read is not None and (read != content or failures):
                try:
                    listener.found(instances_of(read, self._plan))
                    content, failures = read, 0
                except BadEntry as error:
                    problem, failures = f"{self._plan.path}: {error}", failures + 1
            mark = None if problem and failures < _TRIES else now
            if failures == _TRIES:
                listener.trouble(problem)
            await asyncio.sleep(LOOK)

    def _look(self, mark: object) -> tuple[object, bytes | None, str]:
        """The file's time and size, its content where these are not ``mark``, and why it cannot be read."""
        path = self._plan.path
        try:
            known = os.stat(path)  # noqa: PTH116 - four times a second
            if not stat.S_ISREG(known.st_mode):
                return None, None, f"{path} is not a file"
            now = (known.st_mtime_ns, known.st_size, known.st_ino)
            if now == mark:
                return now, None, ""
            if known.st_size > LARGEST:
                return None, None, f"{path} is larger than {LARGEST >> 20} MiB"
            with open(path, "rb") as file:  # noqa: PTH123
                return now, file.read(LARGEST), ""
        except OSError as error:
            return None, None, f"{path} cannot be read ({error.strerror})"


def instances_of(content: bytes, plan: FilePlan) -> list[InstancePlan]:
    """The instances of a file; all of them or none. Raises BadEntry."""
    try:
        text = content.decode()
        data = tomllib.loads(text) if plan.path.endswith(".toml") else json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadEntry(f"not {'TOML' if plan.path.endswith('.toml') else 'JSON'}: {str(error)[:200]}") from None
    entries = data.get("instances") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise BadEntry('it holds no list, and no list "instances"')
    found: dict[str, InstancePlan] = {}
    for number, entry in enumerate(entries, 1):
        try:
            instance = instance_of(entry, plan.scheme, strict=True)
        except BadEntry as error:
            raise BadEntry(f"instance {number}: {error}") from None
        if instance.id in found:
            raise BadEntry(f"instance {number}: {instance.id} is there twice")
        found[instance.id] = instance
    return list(found.values())
