"""What a diff says of a request is what ``route-test`` says of it, on both sides; where it says nothing, nothing differs."""

import pytest

from gatewayctl.config import load
from gatewayctl.plan import Plan, build_table, compile_plan
from gatewayctl.routetest.decide import decide
from gatewayctl.routetest.request import Asked, head_parser, read_head
from gatewayctl.routing import Witness
from tests.unit.diff.sides import Memory, diff, side
from tests.unit.diff.test_classes import BASE, EDITS


def compiled(text: str) -> Plan:
    reader = Memory({"/etc/gateway.toml": text})
    loaded = load(["/etc/gateway.toml"], environ={}, reader=reader, check_capabilities=False)
    plan, _ = compile_plan(loaded)
    assert plan is not None
    return plan


def told(plan: Plan, witness: Witness) -> str:
    """What route-test decides about a request: the route that takes it, or the status."""
    fields = tuple((name.decode(), value.decode()) for name, value in witness.headers)
    target = witness.path.decode() + (f"?{witness.query.decode()}" if witness.query else "")
    asked = Asked(witness.method.decode(), target, witness.host.decode(), fields)
    decision = decide(read_head(asked.raw(), head_parser(plan.server), plan.server), build_table(plan), plan)
    if decision.refusal is not None:
        return str(decision.refusal.kind.status)
    return f"route {plan.routes[decision.match.route].name}," if decision.match else "route (health path),"


@pytest.mark.parametrize(("old", "new", "expected"), EDITS)
def test_route_test_confirms_every_request_of_a_diff_on_both_sides(old: str, new: str, expected: str) -> None:
    changed = BASE.replace(old, new, 1)
    before, after = compiled(BASE), compiled(changed)

    for change in diff(BASE, changed).changes:
        for request in change.requests:
            assert request.witness is not None
            for sides, words in ((before, request.before), (after, request.now)):
                assert words.startswith(told(sides, request.witness))


def test_a_request_is_masked_where_a_route_matches_by_a_secret() -> None:
    text = BASE + '[routes.hook]\npath = "/hook"\nheaders = { x-key = "${secret:KEY:-hidden-7c1}" }\nservice = "two"\n'

    found = diff(BASE, text)

    (request,) = [request for change in found.changes for request in change.requests]
    assert request.shown == "GET /hook -H 'x-key: ***'"
    assert "hidden-7c1" not in repr([side(text).data, found.changes[0].before])
