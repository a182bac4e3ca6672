"""Load balancers by the name that the configuration gives them."""

from collections.abc import Callable
from typing import Final

from gatewayctl.policy.balancing.base import Balancer
from gatewayctl.policy.balancing.round_robin import RoundRobin

BALANCERS: Final[dict[str, Callable[[], Balancer]]] = {
    "round_robin": RoundRobin,
    "weighted": RoundRobin,
}
