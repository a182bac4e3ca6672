"""Header and query conditions: equal, regular expression, present; repeated fields; decoded queries."""

import pytest

from gatewayctl.core.fields import field
from gatewayctl.routing import Match
from gatewayctl.routing.conditions import query_values
from tests.unit.routing.tables import Routes, compiled, only_problem, problems, spec


def test_all_header_conditions_must_hold():
    routes = Routes(beta=spec("/", headers={"x-channel": "beta", "X-Debug": "*", "x-v": "~[0-9]+"}))

    assert routes.of("/", x_channel="beta", x_debug="", x_v="12") == "beta"
    assert routes.of("/", x_channel="Beta", x_debug="", x_v="12") is None
    assert routes.of("/", x_channel="beta", x_v="12") is None
    assert routes.of("/", x_channel="beta", x_debug="1", x_v="12a") is None


def test_repeated_header_fields_are_joined():
    routes = Routes(both=spec("/", headers={"x-a": "1, 2"}), first=spec("/first", headers={"x-a": "1"}))
    twice = [field(b"X-A", b"1"), field(b"x-b", b""), field(b"x-a", b"2")]

    assert isinstance(routes.table.match(b"GET", b"", b"/", b"", twice), Match)
    assert not isinstance(routes.table.match(b"GET", b"", b"/first", b"", twice), Match)


def test_header_values_may_be_bytes_above_127():
    routes = Routes(name=spec("/", headers={"x-name": "~ü+.*"}))
    answer = routes.table.match(b"GET", b"", b"/", b"", [field(b"x-name", "üx".encode() + b"\xff")])

    assert isinstance(answer, Match)


@pytest.mark.parametrize(
    ("query", "taken"),
    [
        ("v=2", True),
        ("a=1&v=2", True),
        ("v=2&v=3", True),
        ("v=3&v=2", False),
        ("%76=%32", True),
        ("v=22", False),
        ("v", False),
        ("V=2", False),
        ("", False),
    ],
)
def test_of_a_repeated_query_name_the_first_counts_percent_decoded(query, taken):
    routes = Routes(two=spec("/", query={"v": "2"}))

    assert (routes.of("/", query=query) == "two") is taken


def test_a_plus_in_a_query_is_a_space_and_an_encoded_one_is_a_plus():
    routes = Routes(space=spec("/", query={"q": "a b"}), plus=spec("/", query={"q": "a+b"}))

    assert routes.of("/", query="q=a+b") == "space"
    assert routes.of("/", query="q=a%20b") == "space"
    assert routes.of("/", query="q=a%2Bb") == "plus"


def test_a_query_name_without_a_value_is_present_and_empty():
    routes = Routes(flag=spec("/", query={"debug": "*"}), empty=spec("/e", query={"debug": ""}))

    assert routes.of("/", query="debug") == "flag"
    assert routes.of("/", query="debug=1") == "flag"
    assert routes.of("/e", query="debug") == "empty"
    assert routes.of("/e", query="debug=1") is None


def test_a_broken_escape_in_a_query_stays_as_it_is():
    assert query_values(b"a=%zz&b%=1&&=x&c=%C3%A9") == {b"a": b"%zz", b"b%": b"1", b"": b"x", b"c": "é".encode()}


def test_an_expression_must_match_the_whole_value():
    routes = Routes(two=spec("/", query={"v": "~[0-9]{2}"}))

    assert routes.of("/", query="v=12") == "two"
    assert routes.of("/", query="v=123") is None


def test_dots_and_slashes_in_a_value_are_just_characters():
    routes = Routes(x=spec("/", query={"f": "~a/.+%"}))

    assert routes.of("/", query="f=a%2Fb%25") == "x"


@pytest.mark.parametrize(
    ("field_name", "key", "value", "of_key", "code"),
    [
        ("headers", "x y", "1", True, "E306"),
        ("headers", "", "1", True, "E306"),
        ("headers", "x-a", "a\nb", False, "E306"),
        ("headers", "x-a", " a", False, "E306"),
        ("headers", "x-a", "~(?=a)", False, "E303"),
        ("query", "", "1", True, "E306"),
        ("query", "v", "~[[:digit:]]", False, "E303"),
        ("query", "v", "~(?P<x>a)", False, "E303"),
    ],
)
def test_a_wrong_condition_is_refused_at_its_key_or_value(field_name, key, value, of_key, code):
    problem = only_problem("/", **{field_name: {key: value}})

    assert (problem.field, problem.item, problem.of_key, problem.code) == (field_name, key, of_key, code)
    assert problem.help


def test_the_place_of_a_wrong_expression_counts_from_the_tilde():
    value = r"~ab\bc"
    problem = only_problem("/", query={"v": value})

    assert value[problem.start : problem.end] == r"\b"


def test_two_header_conditions_that_differ_in_case_only_are_wrong():
    assert problems("/", headers={"X-A": "1", "x-a": "2"})[0].of_key


def test_conditions_are_kept_sorted_by_name():
    assert [c.name for c in compiled("/", headers={"x-b": "1", "X-A": "*"}).headers] == [b"x-a", b"x-b"]
