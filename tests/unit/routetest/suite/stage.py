"""A configuration and a file of cases, read and run."""

from pathlib import Path

from gatewayctl.cli.live import live_parts
from gatewayctl.config import Loaded, load
from gatewayctl.config.reading import DiskReader
from gatewayctl.core.snippet import render
from gatewayctl.plan import Plan, compile_plan
from gatewayctl.routetest.suite.reading import Suite, read_suite
from gatewayctl.routetest.suite.running import Result, run_suite
from gatewayctl.routetest.walk import Examiner

GATEWAY = """
version = 1
[services.users]
instances = [{ url = "http://10.0.0.1:1" }]
[services.spare]
instances = [{ url = "http://10.0.0.2:1" }]
[routes.user]
path = "/users/{id:int}"
methods = ["GET"]
service = "users"
strip_prefix = "/users"
timeout = "2s"
transform = "edits"
[routes.hello]
path = "/"
respond = { status = 200, body = "hello" }
[routes.old]
path = "/old/*"
redirect = { to = "/new/{rest}" }
[routes.off]
path = "/off"
enabled = false
service = "users"
[transforms.edits]
request = { set = { x-user = "{id}" }, remove = ["x-debug"] }
query = { remove = ["utm"] }
[transforms.unused]
request = { remove = ["x-debug"] }
"""


def suite(directory: Path, text: str) -> Suite:
    """The suite that a text is."""
    path = directory / "gateway.test.toml"
    path.write_text(text)
    return read_suite(path, reader=DiskReader(), directory=directory)


def compiled(directory: Path, text: str = GATEWAY) -> tuple[Loaded, Plan]:
    """A configuration and its plan."""
    (directory / "gateway.toml").write_text(text)
    loaded = load([directory / "gateway.toml"], environ={}, directory=directory)
    plan, found = compile_plan(loaded)
    assert plan is not None, (loaded.diagnostics, found)
    return loaded, plan


def results(directory: Path, text: str) -> list[Result]:
    """What comes of the cases."""
    made = suite(directory, text)
    assert made.ok, complaints(made)
    return run_suite(made, Examiner(*compiled(directory), live_parts()), lambda case: True)


def complaints(made: Suite) -> str:
    """Everything that is wrong with a suite, as it is drawn."""
    return "\n\n".join(render(diagnostic, {made.file: made.text}) for diagnostic in made.diagnostics)
