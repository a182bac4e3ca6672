"""Every step of the order has words of its own."""

from gatewayctl.plan.order import STEPS
from gatewayctl.routetest.stepwords import STEP_WORDS


def test_every_step_can_be_put_into_words_and_no_words_are_left_over() -> None:
    assert {step.name for step in STEPS} == STEP_WORDS.keys()
