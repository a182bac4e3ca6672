"""How long a response's body is, by its status and what its head states (RFC 9112 6.3)."""

import pytest

from gatewayctl.core.framing import CHUNKED, NO_BODY, UNTIL_CLOSE, response_framing
from gatewayctl.core.messages import UNSTATED


@pytest.mark.parametrize("length", [UNSTATED, CHUNKED, 0, 5])
@pytest.mark.parametrize("status", [100, 103, 204, 304])
def test_some_responses_have_no_body_whatever_they_say(status: int, length: int) -> None:
    assert response_framing(status, length) == NO_BODY


@pytest.mark.parametrize("length", [0, 5, 1 << 50, CHUNKED])
def test_what_is_stated_holds(length: int) -> None:
    assert response_framing(200, length) == length


@pytest.mark.parametrize("status", [200, 205, 206, 404, 500])
def test_what_states_nothing_goes_on_until_the_end(status: int) -> None:
    assert response_framing(status, UNSTATED) == UNTIL_CLOSE
