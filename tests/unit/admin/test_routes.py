"""``/routes``: in matching order, with the masked configuration and what was counted."""

from dataclasses import replace

from gatewayctl.plan.model import RedirectPlan, RespondPlan
from gatewayctl.routing import RouteSpec, Template, rows
from tests.unit.admin.stage import LiveInstance, Stage, route_plan

SPECS = [
    RouteSpec("all", path="/*"),
    RouteSpec("by-id", path="/users/{id:int}", methods=("GET",)),
    RouteSpec("hosted", path="/*", hosts=("a.example", "*.b.example")),
    RouteSpec("regex", path_regex="/x[0-9]+"),
    RouteSpec("urgent", path="/{x}/y", priority=5),
    RouteSpec("users", path="/users"),
]


def served(specs: list[RouteSpec]) -> Stage:
    return Stage().serve([(spec, "users") for spec in specs], {"users": [LiveInstance("users-1")]})


def test_routes_are_listed_in_matching_order_one_entry_a_host() -> None:
    listed = served(SPECS).get("/routes").json()
    assert listed["generation"] == 7
    assert [(entry["route"], entry["host"]) for entry in listed["routes"]] == [
        ("urgent", None),
        ("hosted", "a.example"),
        ("hosted", "*.b.example"),
        ("users", None),
        ("by-id", None),
        ("all", None),
        ("regex", None),
    ]


def test_the_order_is_that_of_the_routing_table_however_many_there_are() -> None:
    specs = [
        RouteSpec(
            f"r-{n:03}", path=f"/{'x' * (n % 7)}/{n}/*", hosts=("b.example", "*.example")[: n % 3], priority=n % 4
        )
        for n in range(333)
    ]
    listed = served(specs).get("/routes").json()["routes"]
    expected = rows([route_plan(spec, "users").match for spec in specs])
    assert [(entry["route"], entry["host"]) for entry in listed] == [
        (specs[row[0]].name, None if row.host is None else str(row.host)) for row in expected
    ]


def test_an_entry_says_what_it_matches_where_it_goes_and_what_it_counted() -> None:
    stage = served([SPECS[1]])
    stage.gateway.bound.routes[0].series.count(b"GET", 200, 0.1, 0, 0, "")
    stage.gateway.bound.routes[0].series.count(b"HEAD", 404, 0.1, 0, 0, "")
    assert stage.get("/routes").json()["routes"] == [
        {
            "route": "by-id",
            "host": None,
            "path": "/users/{id:int}",
            "methods": ["GET"],
            "service": "users",
            "steps": ["forward"],
            "requests": 2,
        }
    ]


def test_what_a_route_matches_comes_from_the_masked_configuration() -> None:
    stage = served([RouteSpec("hook", path="/hook/hunter2", headers={"x-key": "hunter2"})])
    stage.config["routes"]["hook"] |= {"path": "***", "headers": {"x-key": "***"}}
    response = stage.get("/routes")
    [entry] = response.json()["routes"]
    assert (entry["path"], entry["headers"]) == ("***", {"x-key": "***"})
    assert "hunter2" not in response.text


def test_routes_that_answer_themselves_say_with_what() -> None:
    stage = served([SPECS[0], SPECS[5]])
    plan = stage.gateway.bound.plan
    empty = Template(place="text", parts=(), literal=b"")
    stage.gateway.bound.plan = replace(
        plan,
        routes=(
            replace(plan.routes[0], steps=(RespondPlan(204, (), empty, ()),)),
            replace(plan.routes[1], steps=(RedirectPlan(308, empty, ()),)),
        ),
    )
    entries = {entry["route"]: entry for entry in stage.get("/routes").json()["routes"]}
    assert (entries["all"]["respond"], entries["users"]["redirect"]) == (204, 308)
    assert "service" not in entries["all"]


def test_a_gateway_without_routes_has_an_empty_list() -> None:
    assert Stage().serve().get("/routes").json() == {"generation": 7, "routes": []}
