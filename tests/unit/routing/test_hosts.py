"""Host patterns: exact names, wildcards, IPv6 literals; compared without case and port."""

import pytest

from tests.unit.routing.tables import Routes, compiled, only_problem, spec


def test_an_exact_host_takes_that_host_only():
    routes = Routes(api=spec("/", hosts="api.example.com"))

    assert routes.of("/", host="api.example.com") == "api"
    assert routes.of("/", host="x.api.example.com") is None
    assert routes.of("/", host="example.com") is None
    assert routes.of("/") is None


def test_a_wildcard_takes_any_depth_below_but_not_the_bare_name():
    routes = Routes(below=spec("/", hosts="*.example.org"))

    assert routes.of("/", host="a.example.org") == "below"
    assert routes.of("/", host="a.b.c.example.org") == "below"
    assert routes.of("/", host="example.org") is None
    assert routes.of("/", host="badexample.org") is None
    assert routes.of("/", host=".example.org") is None


def test_case_in_a_pattern_makes_no_difference():
    assert [str(host) for host in compiled("/", hosts="API.Example.COM *.Example.ORG").hosts] == [
        "api.example.com",
        "*.example.org",
    ]


def test_a_repeated_host_counts_once():
    assert len(compiled("/", hosts="a.org A.org").hosts) == 1


def test_ipv6_literals_are_compared_in_their_shortest_form():
    routes = Routes(v6=spec("/", hosts="[0:0::1]"))

    assert routes.of("/", host="[::1]") == "v6"
    assert routes.of("/", host="[0:0:0:0:0:0:0:1]") == "v6"
    assert routes.of("/", host="[::2]") is None
    assert routes.of("/", host="[nonsense]") is None


def test_a_route_without_hosts_takes_requests_without_one():
    assert Routes(any="/").of("/", host="") == "any"


@pytest.mark.parametrize(
    ("host", "at", "helps"),
    [
        ("", "", "leave hosts out"),
        ("*", "*", "leave hosts out"),
        ("*.", "*.", "leave hosts out"),
        ("a.*.org", "*", "*.example.org"),
        ("*.a.*", "*", "*.example.org"),
        ("api.example.com:8080", ":8080", '"api.example.com"'),
        ("[::1]:80", ":80", '"[::1]"'),
        ("::1", "::1", '"[::1]"'),
        ("[::1", "[::1", "[::1]"),
        ("[fe80::1%eth0]", "[fe80::1%eth0]", "[::1]"),
        ("https://x.org/y", "https://", '"x.org"'),
        ("x.org/y", "/y", '"x.org"'),
        ("bücher.example", "ücher.example", '"xn--bcher-kva.example"'),
        ("x.org.", ".", '"x.org"'),
        ("a..b", ".", "letters"),
        ("-a.org", "-a", "letters"),
        ("x.a_b-.org", "a_b-", "letters"),
        ("*.0.0.1", "*.0.0.1", "whole address"),
        ("a b", " b", '"a"'),
        ("a." * 130 + "org", None, "shorter"),
    ],
)
def test_a_wrong_host_is_refused_with_its_place_and_the_way_out(host, at, helps):
    problem = only_problem("/", hosts=["fine.org", host])

    assert (problem.field, problem.item, problem.code) == ("hosts", 1, "E304")
    assert at is None or host[problem.start : problem.end] == at
    assert problem.start < problem.end
    assert helps in problem.help


def test_underscores_and_digits_are_fine_in_a_host():
    assert compiled("/", hosts="my_service.internal 10.0.0.1 *.a-1.org localhost").hosts
