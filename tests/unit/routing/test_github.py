"""GitHub's REST API as a route table: 1223 operations, each reached by a path made for it and by no other."""

import random
import re
from pathlib import Path

import pytest

from gatewayctl.routing import CompiledRoute, Match, RouteSpec, compile_route, find_ambiguities
from tests.unit.routing.tables import table_of

OPERATIONS = Path(__file__).parents[2] / "data" / "github-operations.tsv"


def operations() -> list[tuple[str, str, str]]:
    """(method, path, operation id)."""
    lines = OPERATIONS.read_text().splitlines()
    return [(method, path, name) for method, path, name in (line.split("\t") for line in lines)]


@pytest.fixture(scope="module")
def routes() -> list[CompiledRoute]:
    """One route an operation, with parameter names as patterns have them."""
    return [
        compile_route(
            RouteSpec(
                name, re.sub(r"\{([^}]*)\}", lambda m: "{" + m[1].replace("-", "_") + "}", path), methods=(method,)
            )
        )
        for method, path, name in operations()
    ]


def concrete(path: str) -> bytes:
    """A path of an operation: every parameter gets a value that is no literal of the API."""
    numbers = iter(range(100))
    return re.sub(r"\{[^}]*\}", lambda _: f"value~{next(numbers)}", path).encode()


def test_the_table_is_the_whole_api():
    assert len(operations()) == 1223
    assert len({path for _, path, _ in operations()}) == 811


def test_each_operation_reaches_its_own_route_with_its_parameters(routes):
    table = table_of(routes)

    for index, (method, path, _) in enumerate(operations()):
        answer = table.match(method.encode(), b"", concrete(path), b"", ())
        assert isinstance(answer, Match)
        assert answer.route == index
        assert sorted(answer.params.values()) == sorted(re.findall(rb"value~\d+", concrete(path)))
        assert tuple(answer.params) == routes[index].params


def test_reordering_the_routes_never_changes_an_answer(routes):
    order = list(range(len(routes)))
    random.Random(7).shuffle(order)
    forward, shuffled = table_of(routes), table_of([routes[index] for index in order])

    for method, path, _ in operations():
        for asked in (method.encode(), b"HEAD", b"PATCH"):
            one = forward.match(asked, b"", concrete(path), b"", ())
            other = shuffled.match(asked, b"", concrete(path), b"", ())
            assert isinstance(one, Match) is isinstance(other, Match)
            if isinstance(one, Match) and isinstance(other, Match):
                assert one.route == order[other.route]
                assert one.params == other.params
            else:
                assert one.allow == other.allow


def test_no_two_operations_are_ambiguous(routes):
    assert find_ambiguities(routes) == []
