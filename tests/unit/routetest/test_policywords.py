"""What ``explain`` says about policies, there or not, and that the first candidate is the one the table takes."""

from pathlib import Path

from gatewayctl.cli.live import live_parts
from gatewayctl.config import load
from gatewayctl.plan import compile_plan
from gatewayctl.routetest.report import Report, candidates
from gatewayctl.routetest.request import asked
from gatewayctl.routetest.walk import Examiner

TEXT = """
version = 1
[defaults]
auth = "none"
timeout = "7s"
[services.api]
instances = [{ url = "http://10.0.0.1:1" }, { url = "http://10.0.0.2:1", status = "down" }]
[routes.a]
path = "/a/*"
service = "api"
limits = []
[routes.b]
path = "/a/{x:int}"
respond = { status = 204 }
[routes.c]
path = "/a/{x}"
methods = ["POST"]
service = "api"
timeout = "none"
"""


def _examiner(directory: Path) -> Examiner:
    (directory / "gateway.toml").write_text(TEXT)
    loaded = load([directory / "gateway.toml"], environ={}, directory=directory)
    plan, found = compile_plan(loaded)
    assert plan is not None, (loaded.diagnostics, found)
    return Examiner(loaded, plan, live_parts())


def _policies(report: Report) -> dict[str, tuple[str, str]]:
    return {policy.name: (policy.does[0], str(policy.at)) for policy in report.policies}


def test_each_policy_says_what_holds_and_who_says_so(tmp_path: Path) -> None:
    said = _policies(_examiner(tmp_path).examine(asked("/a/b")))

    assert said["auth"] == ("none: everybody may ask", "gateway.toml:4")
    assert said["limits"] == ("none: as many requests as they like", "gateway.toml:11")
    assert said["access"][1] == "built-in default"
    assert said["balancing"] == ("round_robin, 1 of 2 instances in use", "built-in default")
    assert said["timeout"] == ("7s over all attempts; each has 3s to connect, 15s to answer", "gateway.toml:5")


def test_a_route_that_answers_itself_asks_no_service(tmp_path: Path) -> None:
    said = _policies(_examiner(tmp_path).examine(asked("/a/1")))

    assert said["retries"] == ("no service is asked: the gateway answers itself", "gateway.toml:14")


def test_the_candidates_are_in_the_order_of_the_table(tmp_path: Path) -> None:
    found = candidates(_examiner(tmp_path).examine(asked("/a/1", "POST")))

    assert [(one.route, one.verdict) for one in found] == [
        ("b", "takes it"),
        ("c", "comes later"),
        ("a", "comes later"),
    ]
    assert found[1].reason == "segment 2: an int goes before a parameter"


def test_a_candidate_that_does_not_match_says_why(tmp_path: Path) -> None:
    found = candidates(_examiner(tmp_path).examine(asked("/a/x")))

    assert [(one.route, one.verdict) for one in found] == [
        ("a", "takes it"), ("c", "does not match"), ("b", "does not match"),
    ]  # fmt: skip
    assert found[1].reason == "the path matches, but the method GET is not in POST"


def test_without_the_others_the_rest_is_the_same(tmp_path: Path) -> None:
    examiner = _examiner(tmp_path)
    whole, short = examiner.examine(asked("/a/1")), examiner.examine(asked("/a/1"), others=False)

    assert short == whole._replace(beaten=(), near=())
    assert examiner.examine(asked("/nope"), others=False).near == ()
