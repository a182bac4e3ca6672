"""``gatewayctl route-test``: which route takes a request, what happens to it on its way, and who says so."""

from gatewayctl.cli.asking import SUGGESTED, Asking
from gatewayctl.cli.configuration import Configuration
from gatewayctl.cli.output import Output

__all__ = ["SUGGESTED", "run"]


def run(configuration: Configuration, output: Output, asking: Asking) -> int:
    """Show which route takes a request, and what happens to it: offline, by the same table that serves live traffic.

    Shown are the route and why it matches, the service and its instances, the path as it is sent on, the parameters and
    each step in its order with the line of the configuration that says so. For a request that no route takes: which
    routes came near, and what each of them lacked. gatewayctl explain shows more.

    Exit codes: 0 the request is served, 1 it is refused, 2 wrong usage or invalid configuration.
    """
    from gatewayctl.routetest.document import report_data
    from gatewayctl.routetest.text import report_text

    return asking.answer(configuration, output, report_data, report_text)
