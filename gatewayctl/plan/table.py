"""The routing table of a plan, all at once (the server builds it in slices, from the same parts)."""

from gatewayctl.plan.model import Plan, ServerPlan
from gatewayctl.routing import RoutingOptions, Table, TableBuilder


def routing_options(server: ServerPlan) -> RoutingOptions:
    """What of ``[server]`` decides how paths are read."""
    return RoutingOptions("keep" if server.encoded_slashes == "keep" else "reject", server.merge_slashes)


def build_table(plan: Plan) -> Table:
    """The table that finds a request's route; a match's ``route`` is an index into ``plan.routes``."""
    builder = TableBuilder(routing_options(plan.server))
    for index, route in enumerate(plan.routes):
        builder.add(route.match, index)
    return builder.finish()
