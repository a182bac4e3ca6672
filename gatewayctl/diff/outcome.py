"""What becomes of a request in one table, where no route's handling says it: refused, or not found."""

from gatewayctl.routing import Miss, Witness
from gatewayctl.routing.exact import Side as Table


def outcome(side: Table, witness: Witness) -> str:
    """``404``, ``405``, ``400`` with its reason; empty where a route takes the request."""
    asked = (witness.method, witness.host, witness.path, witness.query, witness.fields)
    answer = side.table.match(*asked)
    if isinstance(answer, Miss):
        if answer.allow:
            return "405 for its method; allowed: " + ", ".join(method.decode() for method in answer.allow)
        return "404, no route takes it"
    return "400, its path can be read in two ways" if side.table.ambiguous(*asked, answer) else ""
