"""Paths in one canonical form (RFC 3986 6.2.2): what is matched goes on, and nothing gets around a rule."""

from dataclasses import dataclass

import pytest

from tests.conftest import Gateways
from tests.support.cases import Forwarded, Refused, get, table
from tests.support.client import exchange
from tests.support.gateway import Gateway
from tests.support.upstream import RawUpstream
from tests.support.wire import Wire

GUARDED = """
version = 1
[server]
encoded_slashes = "{encoded_slashes}"
merge_slashes = {merge_slashes}
[services.up]
instances = [{{ id = "one", url = "{url}" }}]
[routes.everything]
path = "/*"
service = "up"
transform = "everything"
[routes.admin]
path = "/admin/*"
service = "up"
transform = "admin"
[routes.public]
path = "/public/*"
service = "up"
transform = "public"
[routes.one]
path = "/users/{{id}}"
service = "up"
transform = "one"
[transforms.everything]
request = {{ set = {{ x-route = "everything" }} }}
[transforms.admin]
request = {{ set = {{ x-route = "admin" }} }}
[transforms.public]
request = {{ set = {{ x-route = "public" }} }}
[transforms.one]
request = {{ set = {{ x-route = "one" }} }}
"""


def _canonical(name: str, sent: bytes, goes_on: bytes) -> Forwarded:
    return Forwarded(name, get(target=sent), target=goes_on)


@table(
    _canonical("the root", b"/", b"/"),
    _canonical("a plain path", b"/a/b.c", b"/a/b.c"),
    _canonical("a trailing slash stays", b"/a/", b"/a/"),
    _canonical("unreserved letters are decoded", b"/%61%62", b"/ab"),
    _canonical("a tilde is decoded", b"/%7euser", b"/~user"),
    _canonical("a hyphen, a dot in a name and an underscore are decoded", b"/a%2Db%2ec%5Fd", b"/a-b.c_d"),
    _canonical("digits are decoded", b"/%30%39", b"/09"),
    _canonical("hex digits become upper case", b"/%c3%a9", b"/%C3%A9"),
    _canonical("an encoded space stays", b"/a%20b", b"/a%20b"),
    _canonical("an encoded percent stays", b"/a%25b", b"/a%25b"),
    _canonical("a percent-encoded percent-escape is decoded once only", b"/a%2561", b"/a%2561"),
    _canonical("reserved bytes stay as they are", b"/a:@!$&'()*+,=b", b"/a:@!$&'()*+,=b"),
    _canonical("encoded reserved bytes stay encoded", b"/a%3Ab%3bc%3d", b"/a%3Ab%3Bc%3D"),
    _canonical("an encoded question mark stays in the path", b"/a%3fb", b"/a%3Fb"),
    _canonical("an encoded number sign stays in the path", b"/a%23b", b"/a%23b"),
    _canonical("a dot segment vanishes", b"/a/./b", b"/a/b"),
    _canonical("a dot segment at the end leaves its slash", b"/a/.", b"/a/"),
    _canonical("two dots take a segment away", b"/a/b/../c", b"/a/c"),
    _canonical("two dots at the end leave a slash", b"/a/b/..", b"/a/"),
    _canonical("two dots twice", b"/a/b/../../c", b"/c"),
    _canonical("two dots to the root", b"/a/..", b"/"),
    _canonical("encoded dots are dots", b"/a/%2e%2e/b", b"/b"),
    _canonical("half-encoded dots are dots", b"/a/.%2E/b", b"/b"),
    _canonical("an encoded dot segment", b"/a/%2e/b", b"/a/b"),
    _canonical("three dots are a name", b"/a/.../b", b"/a/.../b"),
    _canonical("a name that begins with two dots", b"/a/..b", b"/a/..b"),
    _canonical("a name that ends in dots", b"/a/b..", b"/a/b.."),
    _canonical("a name that begins with a dot", b"/.well-known/x", b"/.well-known/x"),
    _canonical("dots in the query are no segments", b"/a?/../b", b"/a?/../b"),
    _canonical("a semicolon stays", b"/a;b=c", b"/a;b=c"),
    _canonical("two slashes stay", b"/a//b", b"/a//b"),
    _canonical("two slashes first stay", b"//a", b"//a"),
    _canonical("what looks like another host is a path", b"//evil.example/a", b"//evil.example/a"),
    _canonical("1 KiB of segments", b"/s" * 512, b"/s" * 512),
)
def test_a_path_goes_on_in_its_canonical_form(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


def _refused(name: str, path: bytes, reason: str | None = "bad_path") -> Refused:
    return Refused(name, get(target=path), reason=reason, closes=None)


@table(
    _refused("one that leaves the root", b"/.."),
    _refused("one that leaves the root with a slash", b"/../"),
    _refused("one that leaves the root and comes back", b"/../a"),
    _refused("one that leaves the root deeper in", b"/a/../../b"),
    _refused("one that leaves the root with encoded dots", b"/%2e%2e/a"),
    _refused("one that leaves the root with half-encoded dots", b"/.%2e/a"),
    _refused("one that leaves the root behind two slashes", b"//../../a"),
    _refused("an encoded slash", b"/a%2fb"),
    _refused("an encoded slash in capitals", b"/a%2Fb"),
    _refused("an encoded slash behind two dots", b"/public/..%2fadmin"),
    _refused("an encoded slash between encoded dots", b"/public/%2e%2e%2fadmin"),
    _refused("an encoded slash first", b"/%2fadmin"),
    _refused("a backslash", b"/a\\b"),
    _refused("a backslash behind two dots", b"/public/..\\admin"),
    _refused("an encoded backslash", b"/a%5cb"),
    _refused("an encoded backslash behind two dots", b"/public/..%5Cadmin"),
    _refused("an encoded NUL", b"/a%00b"),
    _refused("an encoded NUL at the end", b"/a.php%00"),
    _refused("an encoded line feed", b"/a%0ab"),
    _refused("an encoded line end", b"/a%0d%0aX-Evil:%201"),
    _refused("an encoded tab", b"/a%09b"),
    _refused("an encoded escape", b"/a%1bb"),
    _refused("an encoded DEL", b"/a%7fb"),
    _refused("a percent-escape of no digits", b"/a%zzb"),
    _refused("a percent-escape of one digit", b"/a%2"),
    _refused("a percent sign at the end", b"/a%"),
    _refused("a percent sign twice", b"/a%%20"),
    _refused("a percent-escape in the style of scripts", b"/a%u002fb"),
)
def test_a_path_that_a_server_could_read_otherwise_is_refused(wire: Wire, case: Refused) -> None:
    wire.refuses(case)


@pytest.fixture(scope="module")
def guarded(shared_gateway: Gateways, recorder: RawUpstream) -> Wire:
    """A gateway with a rule for /admin beside others, in its strictest reading of paths."""
    text = GUARDED.format(url=recorder.url, encoded_slashes="reject", merge_slashes="false")
    return Wire(shared_gateway(text), recorder)


@pytest.fixture(scope="module")
def keeping(shared_gateway: Gateways, recorder: RawUpstream) -> Gateway:
    """As ``guarded``, but with encoded slashes kept."""
    return shared_gateway(GUARDED.format(url=recorder.url, encoded_slashes="keep", merge_slashes="false"))


@pytest.fixture(scope="module")
def merging(shared_gateway: Gateways, recorder: RawUpstream) -> Gateway:
    """As ``guarded``, but with slashes merged."""
    return shared_gateway(GUARDED.format(url=recorder.url, encoded_slashes="reject", merge_slashes="true"))


@dataclass(frozen=True)
class Reaches:
    """A path, the rule it reaches (empty: it is refused) and the path that goes on."""

    name: str
    path: bytes
    route: bytes = b""
    goes_on: bytes = b""
    reason: str = "ambiguous_path"


@table(
    Reaches("the rule itself", b"/admin", b"admin", b"/admin"),
    Reaches("below the rule", b"/admin/x", b"admin", b"/admin/x"),
    Reaches("encoded letters", b"/%61dmin", b"admin", b"/admin"),
    Reaches("dots through another rule", b"/public/../admin", b"admin", b"/admin"),
    Reaches("encoded dots through another rule", b"/public/%2e%2e/admin", b"admin", b"/admin"),
    Reaches("a dot segment first", b"/./admin", b"admin", b"/admin"),
    Reaches("a name that only begins so", b"/administrator", b"everything", b"/administrator"),
    Reaches("another case, which is another path", b"/Admin", b"everything", b"/Admin"),
    Reaches("two slashes first", b"//admin"),
    Reaches("two slashes first and a path below", b"//admin/x"),
    Reaches("three slashes first", b"///admin"),
    Reaches("a semicolon after it", b"/admin;x"),
    Reaches("a semicolon with a session", b"/admin;jsessionid=1/x"),
    Reaches("a semicolon before dots", b"/public/..;/admin"),
    Reaches("a semicolon on a segment of dots", b"/public/..;x=y/admin/x"),
    Reaches("two slashes after a dot segment", b"/.//admin"),
    Reaches("slashes and a semicolon", b"//admin;x"),
    Reaches("two slashes within one rule", b"/public//a", b"public", b"/public//a"),
    Reaches("a semicolon within one rule", b"/public/a;b", b"public", b"/public/a;b"),
    Reaches("two slashes that hide a parameter's rule", b"/users//42"),
    Reaches("a semicolon in a parameter", b"/users/42;v=1", b"one", b"/users/42;v=1"),
    Reaches("an encoded slash behind dots", b"/public/..%2fadmin", reason="bad_path"),
)
def test_no_spelling_of_a_path_gets_around_a_rule(guarded: Wire, case: Reaches) -> None:
    guarded.upstream.forget()
    response = exchange(guarded.gateway.address, get(target=case.path))

    if case.route:
        request = guarded.only_request()
        assert (request.values(b"x-route"), request.target) == ([case.route], case.goes_on)
    else:
        assert response.status == 400
        guarded.check_problem(response, case.reason)
        assert guarded.upstream.received() == []


def test_an_encoded_slash_may_be_kept_as_part_of_its_segment(keeping: Gateway, recorder: RawUpstream) -> None:
    recorder.forget()
    response = exchange(keeping.address, get(target=b"/users/a%2fb"))

    assert response.status == 200
    assert [(r.target, r.values(b"x-route")) for r in recorder.requests] == [(b"/users/a%2Fb", [b"one"])]


@table(
    Reaches("behind two dots", b"/public/..%2fadmin"),
    Reaches("between encoded dots", b"/public/%2e%2e%2fadmin"),
    Reaches("before two dots", b"/public/x%2f../admin%2f..%2f../admin"),
)
def test_a_kept_encoded_slash_beside_dots_does_not_get_around_a_rule(
    keeping: Gateway, recorder: RawUpstream, case: Reaches
) -> None:
    recorder.forget()
    response = exchange(keeping.address, get(target=case.path))

    assert response.status == 400, recorder.received()
    assert recorder.received() == []


@table(
    Reaches("two slashes first", b"//admin", b"admin", b"/admin"),
    Reaches("many slashes", b"///admin////x", b"admin", b"/admin/x"),
    Reaches("slashes before dots", b"/a//../admin", b"admin", b"/admin"),
    Reaches("slashes in the query stay", b"/public//x?a=//b", b"public", b"/public/x?a=//b"),
)
def test_slashes_may_be_merged_before_matching(merging: Gateway, recorder: RawUpstream, case: Reaches) -> None:
    recorder.forget()
    response = exchange(merging.address, get(target=case.path))

    assert response.status == 200
    assert [(r.values(b"x-route"), r.target) for r in recorder.requests] == [([case.route], case.goes_on)]
