"""What is wrong with a pattern is said at its place, all of it at once, with what to write instead."""

import pytest

from gatewayctl.routing import RouteError, compile_route
from tests.unit.routing.tables import KEEP, MERGE, compiled, only_problem, problems, spec


@pytest.mark.parametrize(
    ("pattern", "at", "code", "says", "helps"),
    [
        ("api", "a", "E301", "begins with /", 'write "/api"'),
        ("", "", "E301", "begins with /", 'write "/"'),
        ("/a*", "*", "E301", "only at the end", "/*"),
        ("/*/x", "*", "E301", "only at the end", "/*"),
        ("/a/b*c", "*", "E301", "only at the end", "/*"),
        ("/{a}{b}", "{a}{b}", "E301", "literal between", "{a}-{b}"),
        ("/{a}/x/{a}", "{a}", "E301", "two parameters are named 'a'", "its own"),
        ("/{rest}/*", "/*", "E301", "two parameters are named 'rest'", "another name"),
        ("/{}", "{}", "E301", "no name", "{name}"),
        ("/{9lives}", "{9lives}", "E301", "no name for a parameter", "letters, digits and _"),
        ("/{a-b}", "{a-b}", "E301", "no name for a parameter", "letters, digits and _"),
        ("/{*}", "{*}", "E301", "no name for a parameter", "{name}"),
        ("/{x:integer}", "integer", "E301", 'unknown type "integer"', 'did you mean "int"?'),
        ("/{x:uid}", "uid", "E301", 'unknown type "uid"', 'did you mean "uuid"?'),
        ("/{x:float}", "float", "E301", 'unknown type "float"', "int, uuid, slug, path"),
        ("/{x:}", ":", "E301", "type is missing", "{name}"),
        ("/a/{x", "{", "E301", "not closed", "add the }"),
        ("/{x:[a-z}", "{", "E301", "not closed", "add the }"),
        ("/a}", "}", "E301", "closes nothing", r"\}"),
        ("/{p:path}/x", "{p:path}", "E301", "only at the end", "{name}"),
        ("/{p:path}.x", "{p:path}", "E301", "only at the end", "{name}"),
        ("/%zz", "%zz", "E301", "two hex digits", "%25"),
        ("/100%", "%", "E301", "two hex digits", "%25"),
        ("/%4é", "%4é", "E301", "two hex digits", "%25"),
        ("/a/../b", "..", "E302", 'no segment ".."', "resolved"),
        ("/a/%2e", "%2e", "E302", 'no segment "."', "resolved"),
        ("/a\\b", "\\", "E302", "backslash", "/"),
        ("/a b", " ", "E302", "no space", "%20"),
        ("/café", "é", "E302", "no 'é'", "%C3%A9"),
        ("/a\x01", "\x01", "E302", "control character", "leave it out"),
        ("/a?b=1", "?", "E302", "ends before the ?", "query ="),
        ("/a#b", "#", "E302", "#", "leave it out"),
        ("/a%2fb", "%2f", "E302", "an encoded slash", "encoded_slashes"),
        ("/a%5cb", "%5c", "E302", "an encoded backslash", "leave it out"),
        ("/a%00", "%00", "E302", "an encoded control byte", "leave it out"),
        (r"/{x:\.\.?}", r"{x:\.\.?}", "E302", "no segment of a canonical path", "no . and .."),
        (r"/.{x:\.}", r".{x:\.}", "E302", "no segment of a canonical path", "no . and .."),
        ("/{x:a+?}", "+?", "E303", "lazy", "class"),
        ("/{x:^a}", "^", "E303", "anchors", "match in full"),
        ("/{x:a/b}", "/", "E303", "cannot contain /", "path_regex"),
    ],
)
def test_a_wrong_pattern_is_refused_with_its_place_and_the_way_out(pattern, at, code, says, helps):
    problem = only_problem(pattern)

    assert pattern[problem.start : problem.end] == at
    assert problem.start < problem.end
    assert (problem.field, problem.item, problem.code) == ("path", None, code)
    assert says in problem.message
    assert helps in problem.help


def test_all_problems_of_a_route_are_told_not_only_the_first():
    found = problems(
        "/{a}/{a}/x y/{b:nope}",
        methods=["get"],
        hosts=["http://x", "ok.org", "a:1"],
        headers={"x y": "1", "x-a": "~("},
        query={"q": r"~\bx"},
    )

    assert [(p.field, p.item) for p in found] == [
        ("path", None),
        ("path", None),
        ("path", None),
        ("hosts", 0),
        ("hosts", 2),
        ("methods", 0),
        ("headers", "x y"),
        ("headers", "x-a"),
        ("query", "q"),
    ]


def test_a_pattern_with_an_encoded_slash_is_right_where_they_are_kept():
    assert compiled("/a%2fb", KEEP).literal == b"/a%2Fb"


def test_a_pattern_with_dots_beside_an_encoded_slash_is_wrong_even_where_they_are_kept():
    assert "dot segment" in problems("/public/..%2fadmin", KEEP)[0].message


@pytest.mark.parametrize("where", ["path", "path_regex", "headers"])
def test_an_expression_that_re2_finds_too_large_is_refused_wherever_it_stands(where):
    regex = "(?:a{50}|b){50}"
    written = {"path": f"/{{x:{regex}}}", "path_regex": f"/{regex}", "headers": {"x-a": f"~{regex}"}}
    more = {"path": None if where == "path_regex" else "/"} | {where: written[where]}

    assert only_problem(**more).code == "E303"


def test_a_pattern_of_hundreds_of_segments_is_refused():
    assert "at most 200 segments" in only_problem("/a" * 201).message
    assert compiled("/a" * 200).literal == b"/a" * 200


def test_a_pattern_with_a_double_slash_is_wrong_only_where_slashes_are_merged():
    assert compiled("/a//b").literal == b"/a//b"
    assert "merge_slashes" in problems("/a//b", MERGE)[0].message
    assert compiled("/a/", MERGE).literal == b"/a/"


def test_a_route_has_either_a_path_or_a_path_regex():
    assert only_problem(None).field == "path"
    assert only_problem("/a", path_regex="/a").field == "path_regex"


@pytest.mark.parametrize("regex", ["a/b", "", r"/a/\.\./b", "/[^!-~]?|x"])
def test_a_path_regex_that_no_canonical_path_matches_is_wrong(regex):
    found = problems(None, path_regex=regex)

    assert {problem.code for problem in found} <= {"E302", "E303"}


def test_a_brace_inside_a_class_or_escaped_does_not_close_the_parameter():
    assert compiled(r"/{x:[}a]+}").params == ("x",)
    assert compiled(r"/{x:\}}").params == ("x",)
    assert compiled("/{x:[0-9]{2,3}}-{y}").params == ("x", "y")


@pytest.mark.parametrize("methods", [["GET"], ["GET", "PURGE"], ["M-SEARCH"], ["TRACE"], None])
def test_any_token_may_be_a_method(methods):
    assert compiled("/", methods=methods).name == "route"


@pytest.mark.parametrize(
    ("methods", "item", "helps"),
    [
        ([], None, "leave methods out"),
        (["get"], 0, '"GET"'),
        (["GET", "a b"], 1, "word"),
        (["*"], 0, "leave methods out"),
    ],
)
def test_a_wrong_list_of_methods_is_refused(methods, item, helps):
    problem = only_problem("/", methods=methods)

    assert (problem.field, problem.item, problem.code) == ("methods", item, "E305")
    assert helps in problem.help


def test_the_error_names_the_route_and_what_is_wrong():
    with pytest.raises(RouteError, match=r"'orders'.*begins with /"):
        compile_route(spec("x", name="orders"))
