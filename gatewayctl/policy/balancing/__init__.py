"""Load balancers by the name that the configuration gives them."""

from collections.abc import Callable
from typing import Final

from gatewayctl.policy.balancing.base import Balancer, Random
from gatewayctl.policy.balancing.ewma import PeakEwma
from gatewayctl.policy.balancing.least_connections import LeastConnections
from gatewayctl.policy.balancing.p2c import PowerOfTwoChoices
from gatewayctl.policy.balancing.random_choice import RandomChoice
from gatewayctl.policy.balancing.rendezvous import Rendezvous
from gatewayctl.policy.balancing.round_robin import RoundRobin

BALANCERS: Final[dict[str, Callable[[Random], Balancer]]] = {
    "round_robin": RoundRobin,
    "weighted": RoundRobin,
    "random": RandomChoice,
    "least_connections": LeastConnections,
    "p2c": PowerOfTwoChoices,
    "ewma": PeakEwma,
    "hash": Rendezvous,
}
