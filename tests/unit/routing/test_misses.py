"""404 against 405, the methods that Allow names, HEAD, TRACE, CONNECT and preflights."""

from gatewayctl.core.fields import field
from gatewayctl.routing import Match, Miss
from tests.unit.routing.tables import Routes, spec


def test_a_path_that_no_route_has_is_not_found():
    routes = Routes(a=spec("/a", methods="GET"))

    assert routes.allow("/b", "GET") == []


def test_a_path_whose_routes_take_other_methods_allows_theirs_together():
    routes = Routes(
        get=spec("/a/{x}", methods="GET"),
        post=spec("/{y}/b", methods="POST"),
        regex=spec(None, path_regex="/a/.", methods="PURGE"),
        elsewhere=spec("/c/d", methods="PUT"),
    )

    assert routes.allow("/a/b", "DELETE") == ["GET", "HEAD", "POST", "PURGE"]


def test_head_is_implied_by_get():
    routes = Routes(get=spec("/a", methods="GET"))

    assert routes.of("/a", "HEAD") == "get"
    assert routes.of("/a", "OPTIONS") is None


def test_a_route_that_does_not_hold_otherwise_adds_no_method():
    routes = Routes(
        host=spec("/a", methods="PUT", hosts="x.org"),
        header=spec("/a", methods="PATCH", headers={"x-a": "1"}),
        query=spec("/a", methods="POST", query={"q": "*"}),
        get=spec("/a", methods="GET"),
    )

    assert routes.allow("/a", "DELETE") == ["GET", "HEAD"]
    assert routes.allow("/a", "DELETE", host="x.org") == ["GET", "HEAD", "PUT"]


def test_trace_and_connect_need_to_be_named():
    routes = Routes(any="/a", trace=spec("/t", methods="TRACE"))

    assert routes.of("/a", "TRACE") is None
    assert routes.of("/a", "CONNECT") is None
    assert routes.of("/t", "TRACE") == "trace"
    assert routes.allow("/a", "TRACE") == ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]


def test_a_route_without_methods_takes_methods_that_nobody_knows():
    assert Routes(any="/a").of("/a", "BREW") == "any"
    assert Routes(any="/{x}", get=spec("/{x}", methods="GET")).of("/a", "BREW") == "any"


def test_methods_are_compared_with_case():
    assert Routes(get=spec("/a", methods="GET")).of("/a", "get") is None


def test_a_wildcard_for_all_methods_abolishes_405_below_it():
    assert Routes(get=spec("/api/a", methods="GET"), all="/api/*").of("/api/a", "POST") == "all"


def test_a_preflight_is_matched_without_header_conditions():
    routes = Routes(beta=spec("/a", headers={"x-a": "1"}, query={"v": "1"}), other=spec("/b", methods="GET"))

    answer = routes.table.match_preflight(b"PUT", b"", b"/a", b"v=1")
    assert isinstance(answer, Match)
    assert routes.names[answer.route] == "beta"
    assert isinstance(routes.table.match_preflight(b"PUT", b"", b"/a", b""), Miss)
    assert routes.table.match_preflight(b"PUT", b"", b"/b", b"").allow == (b"GET", b"HEAD")


def test_a_literal_route_without_conditions_is_answered_with_one_match_made_beforehand():
    routes = Routes(a="/a", b=spec("/b", hosts="x.org"))

    assert routes.ask("/a") is routes.ask("/a", "POST")
    assert routes.ask("/b", host="x.org") is routes.ask("/b", host="x.org")


def test_a_table_without_routes_finds_nothing():
    assert Routes().allow("/", "GET") == []


def test_an_answer_shows_what_it_is():
    routes = Routes(a=spec("/{x}", methods="GET"))

    assert repr(routes.ask("/1")) == "Match(0, {'x': b'1'})"
    assert repr(routes.ask("/1", "PUT")) == "Miss((b'GET', b'HEAD'))"


def test_many_routes_on_one_path_are_told_apart_by_any_of_their_conditions():
    count = 40
    routes = {f"h{i}": spec("/a", headers={"x-t": f"v{i}"}) for i in range(count)}
    routes |= {f"q{i}": spec("/a", query={"t": f"v{i}"}) for i in range(count)}
    routes |= {f"n{i}": spec("/a", headers={f"x-{i}": "*"}) for i in range(count)}
    routes |= {
        "two": spec("/a", headers={"x-t": "v3", "x-u": "~.+"}),
        "plain": spec("/a"),
        "get": spec("/a", methods="GET"),
    }
    table = Routes(**routes)

    assert [table.of("/a", "PUT", x_t=f"v{i}") for i in range(count)] == [f"h{i}" for i in range(count)]
    assert [table.of("/a", "PUT", query=f"t=v{i}") for i in range(count)] == [f"q{i}" for i in range(count)]
    assert table.of("/a", "PUT", x_7="1") == "n7"
    assert table.of("/a", "PUT", x_t="v3", x_u="1") == "two"
    assert table.of("/a", "PUT", x_t="none") == "plain"
    assert table.of("/a", "GET", x_t="v3") == "get"
    assert isinstance(table.table.match(b"PUT", b"", b"/a", b"", [field(b"x-9", b"")] * 60), Match)
