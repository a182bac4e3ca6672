"""Templates: what may stand in one, how each value is encoded for its place, what never passes."""

import pickle

import pytest

from gatewayctl.core.fields import field
from gatewayctl.routing import (
    PathError,
    RoutingOptions,
    TemplateError,
    TemplateNames,
    TemplateValues,
    parse_template,
    render,
    render_location,
    render_path,
)

NAMES = TemplateNames(("id", "name", "rest"), identity=True)
VALUES = TemplateValues(
    params={"id": b"a%20b", "rest": b"x/y%2Bz", "name": b"caf%C3%A9"},
    client_ip=b"2001:db8::1",
    request_id=b"r-1",
    route=b"orders",
    service=b"users",
    consumer=None,
    method=b"GET",
    path=b"/a%20b/c",
    host=b"api.example.com",
    query=b"q=a%26b+c&evil=x%0D%0Ay&dots=..&url=https://evil.org/&none",
    fields=[field(b"X-Name", b"n1"), field(b"x-name", b"n2"), field(b"x-slash", b"/etc")],
    claims={"sub": b"u1", "org.tier": b"gold"},
)


def text(template: str, place: str) -> bytes | None:
    parsed = parse_template(template, place, NAMES)  # type: ignore[arg-type]
    if place == "path":
        return render_path(parsed, VALUES, RoutingOptions())
    return render_location(parsed, VALUES) if place == "location" else render(parsed, VALUES)


@pytest.mark.parametrize(
    ("template", "place", "expected"),
    [
        ("/v2/users/{id}", "path", b"/v2/users/a%20b"),
        ("/v2/{rest}", "path", b"/v2/x/y%2Bz"),
        ("{path}/more", "path", b"/a%20b/c/more"),
        ("/s/{query.q}", "path", b"/s/a%26b%20c"),
        ("/s/{header.x-name}", "path", b"/s/n1%2C%20n2"),
        ("/{claim.sub}/{claim.org.tier}", "path", b"/u1/gold"),
        ("/{client_ip}", "path", b"/2001%3Adb8%3A%3A1"),
        ("/{service}/{route}/{method}", "path", b"/users/orders/GET"),
        ("/a/{consumer}/b", "path", b"/a//b"),
        ("/v2/{rest}", "location", b"/v2/x/y%2Bz"),
        ("https://{host}/x/{rest}?id={id}&back={path}#{name}", "location", None),
        ("https://{id}.example.com/", "location", b"https://a%20b.example.com/"),
        ("/login?next={path}", "location", b"/login?next=%2Fa%2520b%2Fc"),
        ("{path}?x=1", "location", b"/a%20b/c?x=1"),
        ("{id}", "query", b"a%20b"),
        ("a&b={id}", "query", b"a%26b%3Da%20b"),
        ("{name}", "query", b"caf%C3%A9"),
        ("{id} for {client_ip}", "header", b"a b for 2001:db8::1"),
        ("{name}", "header", "café".encode()),
        ("{path}", "header", b"/a%20b/c"),
        ("{request_id}", "header", b"r-1"),
        ("Grüße", "header", "Grüße".encode()),
        ("{consumer}", "header", None),
        ("x-{claim.none}", "header", None),
        ("{query.nope}", "query", None),
        ("{query.none}", "query", b""),
        ("hello {name}, {consumer}!", "text", "hello café, !".encode()),
    ],
)
def test_what_is_put_in_is_encoded_for_its_place(template, place, expected):
    if expected is None and place == "location":
        expected = b"https://api.example.com/x/x/y%2Bz?id=a%20b&back=%2Fa%2520b%2Fc#caf%C3%A9"
    assert text(template, place) == expected


def test_values_in_json_and_html_bodies_are_escaped():
    values = TemplateValues(params={"id": b'%22%3C"'})

    assert render(parse_template('{"id":"{id}"}', "json", NAMES), values) == b'{"id":"\\"<\\""}'
    assert render(parse_template("<p>{id}</p>", "html", NAMES), values) == b"<p>&quot;&lt;&quot;</p>"


def test_line_breaks_never_reach_a_header():
    assert text("{query.evil}", "header") == b"x y"
    assert render(parse_template("{id}", "header", NAMES), TemplateValues(params={"id": b"a\x00\r\nb "})) == b"a b"


@pytest.mark.parametrize("template", ["/a/{query.dots}", "/a/{query.dots}/b", "/{query.dots}"])
@pytest.mark.parametrize("place", ["path", "location"])
def test_a_value_cannot_climb_out_of_a_path(template, place):
    with pytest.raises(PathError, match=r"\. or \.\."):
        text(template, place)


def test_a_parameter_cannot_climb_out_of_a_path_either():
    template = parse_template("/{id}", "path", NAMES)

    with pytest.raises(PathError):
        render_path(template, TemplateValues(params={"id": b".."}), RoutingOptions())


def test_a_slash_in_a_value_is_never_a_separator():
    with pytest.raises(PathError, match="encoded slash"):
        text("/files/{header.x-slash}", "path")
    kept = render_path(parse_template("/f/{header.x-slash}", "path", NAMES), VALUES, RoutingOptions("keep"))
    assert kept == b"/f/%2Fetc"
    assert text("/f/{header.x-slash}", "location") == b"/f/%2Fetc"


def test_a_location_never_begins_with_two_slashes():
    values = TemplateValues(params={"rest": b"/evil.org/x"}, path=b"//evil.org")

    assert render_location(parse_template("/{rest}", "location", NAMES), values) == b"/evil.org/x"
    assert render_location(parse_template("{path}", "location", NAMES), values) == b"/evil.org"


def test_a_rewritten_path_is_made_canonical_again():
    values = TemplateValues(params={"id": b"x", "rest": b"/y"})
    template = parse_template("/%7e{id}/{rest}", "path", NAMES)

    assert render_path(template, values, RoutingOptions()) == b"/~x//y"
    assert render_path(template, values, RoutingOptions(merge_slashes=True)) == b"/~x/y"


def test_a_template_without_values_is_known_to_be_literal():
    assert parse_template("/v2/x", "path", NAMES).literal == b"/v2/x"
    assert parse_template("a b", "query", NAMES).literal == b"a%20b"
    assert parse_template("{id}", "header", NAMES).literal is None
    assert parse_template("", "text", NAMES).literal == b""


def test_braces_that_hold_no_name_are_text():
    body = '{"a":{"b":1}, "c": {}}'

    assert parse_template(body, "json", NAMES).literal == body.encode()
    assert parse_template("{{id}} {{nope}}", "text", NAMES).literal == b"{id} {nope}"


def test_a_parameter_hides_a_builtin_of_the_same_name():
    names = TemplateNames(("path",))

    assert render(parse_template("{path}", "header", names), TemplateValues(params={"path": b"p"}, path=b"/x")) == b"p"


def test_a_template_can_be_pickled():
    template = parse_template("/x/{id}/{header.X-Name}", "path", NAMES)

    assert pickle.loads(pickle.dumps(template)) == template


@pytest.mark.parametrize(
    ("template", "place", "names", "at", "says", "helps"),
    [
        ("/{idd}", "path", NAMES, "{idd}", "there is no {idd}", "{id}"),
        ("/{zzz}", "path", NAMES, "{zzz}", "there is no {zzz}", "{id}, {name}, {rest}"),
        ("/{zzz}", "path", TemplateNames(), "{zzz}", "there is no {zzz}", "no parameters"),
        ("/{rest}", "path", TemplateNames(("id",)), "{rest}", "there is no {rest}", "/*"),
        ("{service}", "header", TemplateNames(service=False), "{service}", "no service", "{route}"),
        ("{consumer}", "header", TemplateNames(), "{consumer}", "no consumer", "auth"),
        ("{claim.sub}", "header", TemplateNames(), "{claim.sub}", "no claims", "auth"),
        ("{claim.}", "header", NAMES, "{claim.}", "missing", "{claim.NAME}"),
        ("{header.}", "header", NAMES, "{header.}", "missing", "{header.NAME}"),
        ("{header.a:b}", "header", NAMES, "{header.a:b}", "no name of a header", "letters"),
        ("/{id:int}", "path", NAMES, "{id:int}", "without its type", "{id}"),
        ("x/{id}", "path", NAMES, "x", "begins with /", '"/x/{id}"'),
        ("/a b", "path", NAMES, " ", "no place in a URL", "%20"),
        ("/é", "location", NAMES, "é", "no place in a URL", "%C3%A9"),
        ("/a%zz", "path", NAMES, "%", "no place in a URL", "%25"),
        ("/a\\b", "location", NAMES, "\\", "no place in a URL", "%5C"),
        ("/a?b={id}", "path", NAMES, "?b={id}", "no query", "leave it out"),
        ("/a/../b", "path", NAMES, "/../b", ". and ..", "resolved"),
        ("https://x.org/./b", "location", NAMES, "/./b", ". and ..", "resolved"),
        ("//evil.org", "location", NAMES, "//evil.org", "path or a URL", "https://"),
        ("evil.org", "location", NAMES, "evil.org", "path or a URL", "https://"),
        ("{header.x}", "location", NAMES, "{header.x}", "path or a URL", "https://"),
        ("javascript:{id}", "location", NAMES, "javascript:{id}", "path or a URL", "https://"),
        ("a\r\nb", "header", NAMES, "\r", "control", "leave it out"),
    ],
)
def test_a_wrong_template_is_refused_with_its_place_and_the_way_out(template, place, names, at, says, helps):
    with pytest.raises(TemplateError) as caught:
        parse_template(template, place, names)
    problem = caught.value.problems[0]

    assert template[problem.start : problem.end] == at
    assert says in problem.message
    assert helps in problem.help
    assert problem.code == "E308"


def test_all_problems_of_a_template_are_told():
    with pytest.raises(TemplateError) as caught:
        parse_template("/{a}/ {b}", "path", NAMES)

    assert [problem.start for problem in caught.value.problems] == [1, 5, 6]
