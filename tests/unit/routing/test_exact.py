"""Questions about routes, each with the answer a person would give."""

import pytest

from gatewayctl.routing import RouteSpec, RoutingOptions
from gatewayctl.routing.exact import (
    Bound,
    Covered,
    Exact,
    Meetings,
    Reached,
    Side,
    Work,
    contained,
    meeting,
    reach,
    taken_from,
)
from gatewayctl.routing.spec import DEFAULT_OPTIONS
from tests.unit.routing.tables import KEEP, MERGE, Routes, spec


class Asked:
    """The questions by names: ``Asked(a="/x", b="/{p}").meet("a", "b")``."""

    def __init__(self, options: RoutingOptions = DEFAULT_OPTIONS, **routes: str | RouteSpec) -> None:
        table = Routes(options, **routes)
        self.names = table.names
        self.exact = Exact(options)
        self.side = Side(table.routes, self.exact)

    def _places(self, *names: str) -> tuple[int, ...]:
        return tuple(map(self.names.index, names))

    def meet(self, one: str, other: str) -> str:
        return str(meeting(self.exact, self.side, *self._places(one, other)))

    def within(self, inner: str, outer: str) -> str:
        return str(contained(self.exact, self.side, *self._places(inner, outer)))

    def taken(self, one: str, by: str) -> str:
        return str(taken_from(self.exact, self.side, *self._places(one, by)))

    def reach(self, name: str) -> str:
        found = reach(self.exact, self.side, *self._places(name))
        if isinstance(found, Reached):
            return str(found.witness)
        return str([self.names[i] for i in found.by]) if isinstance(found, Covered) else f"undecided: {found}"


@pytest.mark.parametrize(
    ("one", "other", "shown"),
    [
        ("/users/{id:int}", "/users/{name}", "GET /users/42"),
        ("/users/{id}", "/{kind}/me", "GET /users/me"),
        ("/{x:[a-c]+}", "/{y:[c-e]+}", "GET /c"),
        ("/{x}.json", "/{name}-{y}", "GET /a-.json"),
        ("/a/*", "/{x}", "GET /a"),
        ("/a/*", "/a/{rest:path}", "GET /a/any"),
        ("/a/*", "/b/*", "None"),
        ("/x", "/y", "None"),
        ("/{id:int}", "/{id:uuid}", "None"),
        ("/{n:int}", "/{s:slug}", "GET /42"),
        (spec("/x", methods="GET"), spec("/x", methods="HEAD"), "HEAD /x"),
        (spec("/x", methods="GET"), spec("/x", methods="POST"), "None"),
        (spec("/x", hosts="*.a.org"), spec("/x", hosts="*.org"), "GET http://www.a.org/x"),
        (spec("/x", hosts="a.org"), spec("/x", hosts="b.org"), "None"),
        (spec("/x", headers={"h": "~a.*"}), spec("/x", headers={"h": "~.*b"}), "GET /x -H 'h: anyb'"),
        (spec("/x", headers={"h": "1"}), spec("/x", headers={"h": "2"}), "None"),
        (spec("/x", query={"v": "a b"}), spec("/x", query={"v": "*"}), "GET /x?v=a%20b"),
        (spec(None, path_regex="/a/[^/]+/c"), "/a/{x}/{y}", "GET /a/any/c"),
        (spec(None, path_regex=".*/admin"), "/{x}/{y}", "GET /a/admin"),
        (spec(None, path_regex="/.*b/c.*"), "/{x}b/{y}d", "GET /ab/cd"),
        (spec(None, path_regex="/(?:a|b)+"), "/{x:[c-z]+}", "None"),
    ],
)
def test_two_routes_meet_in_the_shortest_request_that_a_person_would_write(
    one: str | RouteSpec, other: str | RouteSpec, shown: str
) -> None:
    assert Asked(a=one, b=other).meet("a", "b") == shown


def test_a_route_is_unreachable_because_of_those_that_together_take_all_of_it() -> None:
    asked = Asked(
        digits=spec("/{x:[0-9]+}", priority=1),
        others=spec("/{x:[^0-9]+}", priority=1),
        mixed=spec("/{x:(?:[0-9]+[^0-9]|[^0-9]+[0-9]).*}", priority=1),
        needless=spec("/a", priority=1),
        any="/{x}",
    )

    assert asked.reach("any") == "['digits', 'others', 'mixed']"
    assert asked.reach("needless") == "GET /a"


def test_a_route_that_is_left_a_single_method_is_reached_by_it() -> None:
    routes = {f"by_{name}": spec("/x", methods=name) for name in ("GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS")}

    assert Asked(any="/x", **routes).reach("any") == "REPORT /x"


def test_a_host_is_left_where_exact_names_and_longer_wildcards_take_the_usual_ones() -> None:
    asked = Asked(
        wild=spec("/", hosts="*.org"),
        www=spec("/", hosts="www.org"),
        api=spec("/", hosts="*.api.org"),
        any="/",
        local=spec("/", hosts="localhost"),
    )

    assert asked.reach("wild") == "GET http://api.org/"
    assert asked.reach("any") == "GET http://any.example/"


def test_header_conditions_that_together_leave_nothing_cover_a_route() -> None:
    asked = Asked(
        present=spec("/x", headers={"h": "*"}),
        one=spec("/x", headers={"h": "1"}),
        none="/x",
        rest=spec("/x", headers={"h": "~[^1].*|1.+|"}),
    )

    assert asked.reach("present") == "['one', 'rest']"
    assert asked.reach("none") == "GET /x"


@pytest.mark.parametrize(
    ("inner", "outer", "answer"),
    [
        ("/a/{x:int}", "/a/*", "None"),
        ("/a/*", "/a/{x:path}", "GET /a/"),
        ("/{x:[a-z]+}", "/{x:[a-y]*z?[a-y]*}", "GET /zz"),
        (spec(None, path_regex="/a/(?:b|c)"), "/a/{x}", "None"),
        (spec("/x", methods="GET"), spec("/x", methods="GET HEAD"), "None"),
        ("/x", spec("/x", methods="GET HEAD POST PUT DELETE PATCH OPTIONS"), "REPORT /x"),
    ],
)
def test_containment_is_decided_with_what_is_outside(
    inner: str | RouteSpec, outer: str | RouteSpec, answer: str
) -> None:
    assert Asked(a=inner, b=outer).within("a", "b") == answer


def test_a_route_loses_to_a_better_one_only_what_that_one_takes_itself() -> None:
    asked = Asked(all="/api/*", user="/api/{x}/me", first="/api/a/me", b="/b")

    assert asked.taken("all", "user") == "GET /api/any/me"
    assert asked.taken("user", "all") == "None"
    assert asked.taken("user", "first") == "GET /api/a/me"
    assert asked.taken("all", "b") == "None"


def test_what_is_only_reached_by_a_path_that_is_refused_as_ambiguous_is_undecided() -> None:
    plain = spec("/a/{x:[^;]+}", priority=1)

    assert Asked(plain=plain, slash="/a/", odd="/a/{x}").reach("odd").startswith("undecided: only requests")
    assert Asked(plain=plain, odd="/a/{x}").reach("odd") == "GET /a/;"


def test_paths_with_semicolons_and_double_slashes_are_shown_where_nothing_else_is_left() -> None:
    assert Asked(a="/a;v=1/b").reach("a") == "GET /a;v=1/b"
    assert Asked(a="/a//b").reach("a") == "GET /a//b"
    assert Asked(MERGE, a="/{x}/*", b="/{x}/{rest:path}").reach("a") == "GET /x/"


def test_encoded_slashes_are_part_of_a_segment_where_they_are_kept() -> None:
    routes = {"plain": spec("/{x:[^%]+}", priority=1), "any": "/{x}"}
    escapes = spec("/{x:.*%2F.*}", priority=1)

    assert "%" in Asked(**routes).reach("any")
    assert Asked(KEEP, a=escapes).reach("a") == "GET /any%2Fany"
    dots = spec(None, path_regex=r"/%2F\.\.?|/a%2F\.%2Fb|/a%2F\.\.x")
    assert Asked(KEEP, a=dots).reach("a") == "GET /a%2F..x"


def test_a_condition_on_the_host_header_is_undecided() -> None:
    asked = Asked(a=spec("/x", headers={"host": "a.org"}), b="/x")

    assert asked.meet("a", "b") == "a condition on the header host is not compared with the hosts of routes"


def test_a_question_stops_at_its_bound_and_all_together_at_theirs() -> None:
    table = Routes(a="/{x:[ab]*a[ab]{14}x}", b="/{x:[ab]*b[ab]{14}x}")
    exact = Exact(work=Work(question=1000, command=1500))
    side = Side(table.routes, exact)

    assert meeting(exact, side, 0, 1) == Bound("the bound of 1000 steps for one question was hit")
    assert meeting(exact, side, 0, 1) == Bound("the bound of 1500 steps for all questions together was hit")


def test_only_routes_that_can_meet_are_named_as_such() -> None:
    table = Routes(
        a="/a/{x}", b="/b/{x}", star="/a/*", regex=spec(None, path_regex="/a.*"), host=spec("/a/{x}", hosts="x.org")
    )
    meetings = Meetings(table.routes)

    assert [table.names[i] for i in meetings.of(table.routes[0])] == ["a", "star", "regex", "host"]
    assert [table.names[i] for i in meetings.of(table.routes[1])] == ["b"]
