"""The order of steps is data, with reasons, and every kind of step has its place in it."""

import typing

import pytest

from gatewayctl.plan import STEPS, Phase, step_of
from gatewayctl.plan.model import BodyLimitPlan, RespondPlan, StepPlan
from gatewayctl.plan.order import in_step_order
from gatewayctl.steps import ADD_STEPS, ADMIT_STEPS, SHAPE_STEPS
from tests.unit.plan.compiling import compiled


def test_every_kind_of_step_plan_has_one_place() -> None:
    kinds = [step.plan for step in STEPS if step.plan is not None]

    assert len(set(kinds)) == len(kinds)
    assert set(kinds) == set(typing.get_args(StepPlan))


def test_every_step_that_is_done_is_in_the_order_under_its_phase() -> None:
    assert set(ADMIT_STEPS) == {step.plan for step in STEPS if step.phase is Phase.ADMIT}
    assert set(SHAPE_STEPS) | set(ADD_STEPS) == {
        step.plan for step in STEPS if step.phase is Phase.SHAPE and step.plan is not None
    }


def test_every_step_says_why_it_stands_where_it_does() -> None:
    assert all(len(step.why_here) > 10 for step in STEPS)
    assert len({step.name for step in STEPS}) == len(STEPS)


def test_phases_come_one_after_another() -> None:
    order = list(Phase)
    phases = [order.index(step.phase) for step in STEPS]

    assert phases == sorted(phases)


@pytest.mark.parametrize("turn", [1, -1])
def test_steps_are_sorted_whatever_order_they_come_in(turn: int) -> None:
    plan = compiled(
        """
        [routes.a]
        path = "/a"
        service = "up"
        transform = "t"
        max_body_size = "1KiB"
        deprecated = { since = 2026-01-01 }
        [transforms.t]
        request = { set = { x-a = "b" } }
        response = { set = { x-a = "b" } }
        """
    )
    steps = list(plan.routes[0].steps)
    names = ["max_body_size", "request_transform", "forward", "response_transform", "deprecated"]

    assert [step_of(step).name for step in steps] == names
    assert list(in_step_order(steps[::turn])) == steps


def test_a_step_without_a_place_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        in_step_order([object()])  # type: ignore[list-item]


def test_a_limit_stands_before_an_answer() -> None:
    plan = compiled('[routes.a]\npath = "/a"\nrespond = { status = 200 }')

    assert [type(step) for step in plan.routes[0].steps] == [BodyLimitPlan, RespondPlan]
