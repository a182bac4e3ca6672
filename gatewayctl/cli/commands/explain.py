"""``gatewayctl explain``: why this route and no other takes a request, and everything that is decided about it."""

from gatewayctl.cli.asking import SUGGESTED, Asking
from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import Output

__all__ = ["SUGGESTED", "run"]


def run(configuration: Configuration, output: Output, asking: Asking) -> int:
    """Show each route that could take a request and why it lost, then all that is decided about it, with its places.

    The candidates are those that match the request, in the order that decides between them, and those that came near.
    Then each policy (access, auth, limits, cache, breaker, balancing, timeout, retries), whether it is there or not, and
    each step in its order, with the line of the configuration that says so.

    Exit codes: 0 the request is served, 1 it is refused, 2 wrong usage or invalid configuration.
    """
    from gatewayctl.routetest.document import explanation_data
    from gatewayctl.routetest.text import explanation_text

    return asking.answer(configuration, output, explanation_data, explanation_text)
