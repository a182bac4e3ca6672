"""Paths that a server behind may read as another route's are told apart from those that are merely odd."""

import pytest

from tests.unit.routing.tables import Routes, spec


@pytest.fixture
def guarded() -> Routes:
    return Routes(all="/*", admin="/admin", below="/admin/*", docs=spec("/docs/*", methods="GET"))


@pytest.mark.parametrize(
    "path",
    [
        "//admin",
        "/admin;x",
        "/;/admin",
        "/admin;a/b",
        "///admin//b",
        "/x/..;/admin",
        "/..;/admin",
        "/.;/admin",
        "//admin;x",
    ],
)
def test_a_path_that_reaches_another_route_when_merged_or_cut_is_ambiguous(guarded, path):
    assert guarded.of(path) == "all"
    assert guarded.ambiguous(path)


@pytest.mark.parametrize(
    "path", ["/a//b", "/a;x=1/b", "/files/a;b;c", "//", "/x//", "/adminx;admin", "/administration//"]
)
def test_a_path_that_reaches_the_same_route_either_way_is_not(guarded, path):
    assert guarded.of(path) == "all"
    assert not guarded.ambiguous(path)


def test_a_path_without_double_slashes_and_semicolons_is_never_ambiguous(guarded):
    assert not guarded.ambiguous("/admin")
    assert not guarded.ambiguous("/admin/x")


def test_a_path_within_its_own_route_is_not_ambiguous(guarded):
    assert guarded.of("/admin//x") == "below"
    assert not guarded.ambiguous("/admin//x")


def test_what_no_route_takes_is_not_ambiguous_but_not_found():
    routes = Routes(admin="/admin")

    assert routes.of("//admin") is None
    assert not routes.ambiguous("//admin")


def test_reaching_no_route_at_all_is_not_another_route():
    routes = Routes(exact="/a;x", double="/b//c")

    assert not routes.ambiguous("/a;x")
    assert not routes.ambiguous("/b//c")


def test_the_method_counts_as_it_is(guarded):
    assert guarded.ambiguous("//docs/x", "GET")
    assert not guarded.ambiguous("//docs/x", "POST")


def test_the_host_counts_as_it_is():
    routes = Routes(all="/*", admin=spec("/admin", hosts="x.org"))

    assert routes.ambiguous("//admin", host="x.org")
    assert not routes.ambiguous("//admin", host="y.org")
