"""What changed between two generations: a change that nobody saw would never be put in force."""

import asyncio
from dataclasses import fields
from types import SimpleNamespace
from typing import Any

import pytest

from gatewayctl.plan import Plan
from gatewayctl.server.changes import changes
from tests.unit.plan.compiling import compiled

BASE = """
[services.other]
instances = [{ url = "http://10.0.0.9:1" }]
[routes.a]
path = "/a"
service = "up"
transform = "none"
[transforms.secure]
builtin = "security_headers"
[limits.few]
algorithm = "fixed_window"
limit = 10
window = "1m"
[cors.web]
origins = ["https://a.example"]
"""
CHANGED = {
    "server": ("", '[server]\nmerge_slashes = true\n'),
    "admin": ("", '[admin]\nhosts = ["gateway.internal"]\n'),
    "log": ("", "[log]\nsample = 0.5\n"),
    "metrics": ("", "[metrics]\nenabled = false\n"),
    "trace_sample_ratio": ("", "[tracing]\nsample_ratio = 0.5\n"),
    "services": ("http://10.0.0.9:1", "http://10.0.0.9:2"),
    "routes": ('path = "/a"', 'path = "/b"'),
    "policies": ("limit = 10", "limit = 11"),
    "identity": ("", '[defaults]\ncors = "web"\n'),
    "missing": ("", '[defaults]\ntransform = "secure"\n'),
}  # fmt: skip
"""For each field of a plan, an edit that changes it (put before the rest where it replaces nothing)."""


def _told(old: Plan, new: Plan) -> str:
    bounds: list[Any] = [SimpleNamespace(plan=plan) for plan in (old, new)]
    return asyncio.run(changes(*bounds))


@pytest.mark.parametrize("name", CHANGED)
def test_a_change_is_seen(name: str) -> None:
    before, after = CHANGED[name]
    edited = BASE.replace(before, after) if before else after + BASE
    old, new = compiled(BASE), compiled(edited)

    assert getattr(old, name) != getattr(new, name)
    assert _told(old, new)
    assert not _told(old, compiled(BASE))


def test_there_is_an_edit_for_every_field() -> None:
    assert {field.name for field in fields(Plan)} - {"digest"} == CHANGED.keys()
