"""What each form of pattern matches, and what its parameters are."""

import pytest

from gatewayctl.routing import RouteSpec
from tests.unit.routing.tables import KEEP, Routes, compiled, params_of, spec

UUID = "3f2504e0-4f89-11d3-9a0c-0305e82c3301"


def regex(text: str) -> RouteSpec:
    return spec(None, path_regex=text)


def test_a_literal_matches_exactly_that_path():
    assert params_of("/api/users", "/api/users") == {}
    assert params_of("/api/users", "/api/users/") is None
    assert params_of("/api/users", "/api/user") is None
    assert params_of("/api/users", "/API/users") is None


def test_the_root_matches_only_the_root():
    assert params_of("/", "/") == {}
    assert params_of("/", "//") is None


def test_a_parameter_is_one_non_empty_segment():
    assert params_of("/users/{id}", "/users/4") == {"id": b"4"}
    assert params_of("/users/{id}", "/users/") is None
    assert params_of("/users/{id}", "/users/4/x") is None
    assert params_of("/users/{id}/x", "/users//x") is None


def test_parameters_stay_raw():
    assert params_of("/f/{name}", "/f/caf%C3%A9+b") == {"name": b"caf%C3%A9+b"}


def test_a_mixed_segment_has_parameters_with_literals_between():
    assert params_of("/files/{name}.{ext}", "/files/report.pdf") == {"name": b"report", "ext": b"pdf"}
    assert params_of("/v{major}.{minor}/x", "/v1.2/x") == {"major": b"1", "minor": b"2"}
    assert params_of("/files/{name}.tar.gz", "/files/a.tar.gz") == {"name": b"a"}
    assert params_of("/{a}-{b}-{c}", "/1-2-3-4") == {"a": b"1", "b": b"2", "c": b"3-4"}


def test_of_two_parameters_the_left_takes_as_little_as_it_can():
    assert params_of("/files/{name}.{ext}", "/files/a.b.c") == {"name": b"a", "ext": b"b.c"}
    assert params_of("/{a}-{b}", "/--x") == {"a": b"-", "b": b"x"}
    assert params_of("/{a:[a-z-]+}-{b}", "/ab-cd-ef") == {"a": b"ab", "b": b"cd-ef"}


@pytest.mark.parametrize("path", ["/.pdf", "/report.", "/.", "/report", "/-."])
def test_parameters_of_a_mixed_segment_are_never_empty(path):
    assert params_of("/{name}.{ext}", path) is None


def test_an_expression_that_may_be_empty_is_not_empty_as_a_parameter():
    assert params_of("/{a}.{b:[0-9]*}x{c}", "/q.x.5xz") == {"a": b"q.x", "b": b"5", "c": b"z"}
    assert params_of("/v{n:[0-9]*}", "/v") is None


def test_a_parameter_never_splits_a_percent_escape():
    assert params_of("/{a}2{b}", "/x%2By") is None
    assert params_of("/{a}2{b}", "/x%2By2z") == {"a": b"x%2By", "b": b"z"}
    assert params_of("/{a}B{b:[^/]*}", "/%2Bx") is None
    assert params_of("/{a:.}2{b}", "/%2525") == {"a": b"%25", "b": b"5"}


@pytest.mark.parametrize(
    ("kind", "good", "bad"),
    [
        ("int", ["0", "42", "007"], ["", "-1", "4a", "4.0", "%34"]),
        ("uuid", [UUID, UUID.upper()], ["", UUID[:-1], UUID + "0", UUID.replace("-", ""), UUID.replace("3", "g")]),
        ("slug", ["a", "a-b", "2024-in-review"], ["", "-a", "a-", "a--b", "A", "a_b"]),
        ("[a-z]{2}", ["de", "en"], ["", "d", "deu", "DE"]),
        ("(?i)[a-z]{2}", ["de", "DE", "dE"], ["d1"]),
        ("v[0-9]+|latest", ["v1", "latest"], ["v", "latest1"]),
    ],
)
def test_a_typed_parameter_takes_segments_of_its_form_only(kind, good, bad):
    routes = Routes(typed=f"/x/{{p:{kind}}}")

    assert [routes.params(f"/x/{text}") for text in good] == [{"p": text.encode()} for text in good]
    assert [routes.params(f"/x/{text}") for text in bad] == [None] * len(bad)


def test_types_work_inside_a_mixed_segment_too():
    assert params_of("/{id:int}-{slug:slug}.html", "/12-a-b.html") == {"id": b"12", "slug": b"a-b"}
    assert params_of("/{id:int}-{slug:slug}.html", "/x-a-b.html") is None


def test_a_wildcard_takes_the_prefix_itself_and_everything_below_it_at_segment_borders():
    assert params_of("/api/*", "/api") == {"rest": b""}
    assert params_of("/api/*", "/api/") == {"rest": b""}
    assert params_of("/api/*", "/api/x/y") == {"rest": b"x/y"}
    assert params_of("/api/*", "/api//x") == {"rest": b"/x"}
    assert params_of("/api/*", "/apix") is None
    assert params_of("/*", "/") == {"rest": b""}
    assert params_of("/*", "/a/b") == {"rest": b"a/b"}


def test_a_wildcard_stands_after_parameters_too():
    assert params_of("/{tenant}/*", "/acme") == {"tenant": b"acme", "rest": b""}
    assert params_of("/{tenant}/*", "/acme/a/b") == {"tenant": b"acme", "rest": b"a/b"}
    assert params_of("/{tenant}/*", "/") is None


def test_a_path_parameter_is_like_a_wildcard_with_a_name_but_never_empty():
    assert params_of("/docs/{page:path}", "/docs/a/b") == {"page": b"a/b"}
    assert params_of("/docs/{page:path}", "/docs//") == {"page": b"/"}
    assert params_of("/docs/{page:path}", "/docs") is None
    assert params_of("/docs/{page:path}", "/docs/") is None


def test_a_path_regex_matches_in_full_and_its_named_groups_are_parameters():
    routes = Routes(r=regex(r"/v(?P<major>\d+)/(?<rest>.*)"))

    assert routes.params("/v2/a/b") == {"major": b"2", "rest": b"a/b"}
    assert routes.params("/v2") is None
    assert routes.params("/x/v2/a") is None


def test_a_group_that_took_part_with_nothing_is_no_parameter():
    routes = Routes(r=regex(r"/a(?:/(?P<x>[a-z]*))?(?P<y>-z)?"))

    assert routes.params("/a") == {}
    assert routes.params("/a/") == {}
    assert routes.params("/a/q") == {"x": b"q"}


def test_one_character_of_an_expression_is_a_whole_percent_escape():
    routes = Routes(r=regex(r"/(?P<one>.)(?P<more>.*)"))

    assert routes.params("/%C3%A9") == {"one": b"%C3", "more": b"%A9"}


def test_an_encoded_slash_is_part_of_its_segment_where_it_is_kept():
    routes = Routes(KEEP, file="/files/{name}")

    assert routes.params("/files/a%2Fb") == {"name": b"a%2Fb"}


def test_patterns_are_made_canonical_like_paths():
    assert compiled("/%7euser/caf%c3%a9").literal == b"/~user/caf%C3%A9"
    assert compiled(None, path_regex="/%7euser/%c3").regex == rb"/\x7euser/\x25C3"


def test_a_compiled_route_knows_its_literal_its_prefix_and_its_parameters():
    route = compiled("/api/users/{id:int}/files/{name}.{ext}/*")

    assert route.literal is None
    assert route.prefix == b"/api/users/"
    assert route.params == ("id", "name", "ext", "rest")
    assert compiled("/api/*").prefix == b"/api"
    assert compiled(None, path_regex=r"/api/v[0-9]+/x").prefix == b"/api/v"
