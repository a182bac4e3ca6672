"""Routes that answer themselves, and paths that are sent on changed."""

import json

import pytest

from gatewayctl.plan import Plan
from tests.support.http1 import Response, lines
from tests.unit.plan.compiling import compiled
from tests.unit.proxy.scene import HOST, Client, scene


def routed(text: str, path: str = "/*") -> Plan:
    """A plan with one route."""
    return compiled(f'[routes.a]\npath = "{path}"\n{text}\n')


def ask(client: Client, target: bytes, *fields: bytes, method: bytes = b"GET") -> Response:
    client.send(lines(b"%b %b HTTP/1.1" % (method, target), HOST, *fields))
    return client.response(method)


# ── respond ───────────────────────────────────────────────────────────


def test_a_route_may_answer_itself() -> None:
    with scene(routed('respond = { status = 418, body = "tea", headers = { content-type = "text/plain" } }')) as s:
        response = ask(s.client(), b"/")

        assert (response.status, response.body) == (418, b"tea")
        assert response.values(b"content-type") == [b"text/plain"]
        assert response.values(b"content-length") == [b"3"]
        assert s.ups == []
        assert (s.log[0]["route"], s.log[0]["service"]) == ("a", "")


def test_an_answer_may_hold_what_is_known_of_the_request() -> None:
    with scene(routed('respond = { body = "{id} {client_ip}", headers = { x-id = "{id}" } }', "/{id}")) as s:
        client = s.client()
        for id in (b"1", b"2"):
            response = ask(client, b"/" + id)
            assert (response.body, response.values(b"x-id")) == (id + b" 203.0.113.9", [id])


def test_values_in_json_are_escaped() -> None:
    text = """respond = { body = '{"q":"{query.q}"}', headers = { content-type = "application/json" } }"""
    with scene(routed(text)) as s:
        response = ask(s.client(), b"/?q=%22,%22admin%22:%22yes%0a%ff")

        assert json.loads(response.body).keys() == {"q"}


def test_values_in_html_are_escaped() -> None:
    text = """respond = { body = "<p>{query.q}</p>", headers = { content-type = "text/html" } }"""
    with scene(routed(text)) as s:
        assert b"<script" not in ask(s.client(), b"/?q=%3Cscript%3E").body


def test_an_answer_to_head_is_without_a_body() -> None:
    with scene(routed('respond = { body = "tea" }')) as s:
        client = s.client()
        response = ask(client, b"/", method=b"HEAD")
        assert response.values(b"content-length") == [b"3"]
        assert ask(client, b"/").body == b"tea"


def test_a_204_has_no_body() -> None:
    with scene(routed("respond = { status = 204 }")) as s:
        client = s.client()
        assert ask(client, b"/").body == b""
        assert ask(client, b"/").status == 204


# ── redirect ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("to", "target", "location"),
    [
        ("/new/{rest}", b"/old/a/b", b"/new/a/b"),
        ("/new/{rest}", b"/old/a%20b", b"/new/a%20b"),
        ("/new/{rest}", b"/old/a?x=1&y", b"/new/a?x=1&y"),
        ("/new?z=1", b"/old/a?x=1", b"/new?z=1&x=1"),
        ("/new#part", b"/old/a?x=1", b"/new?x=1#part"),
        ("https://example.org/{rest}", b"/old/a", b"https://example.org/a"),
        ("https://{host}/{rest}", b"/old/a", b"https://example.com/a"),
        ("/{rest}", b"/old/a", b"/a"),
        ("/fixed", b"/old/a?", b"/fixed"),
    ],
)
def test_a_redirect_says_where_to_and_keeps_the_query(to: str, target: bytes, location: bytes) -> None:
    with scene(routed(f'redirect = {{ to = "{to}" }}', "/old/{rest:path}")) as s:
        response = ask(s.client(), target)

        assert (response.status, response.values(b"location")) == (308, [location])


@pytest.mark.parametrize(
    "target",
    [b"/old//evil.com", b"/old//evil.com/..", b"/old/%2f/evil.com", b"/old/%5cevil.com", b"/old/;//evil.com", b"/old/https://evil.com",
     b"/old/@evil.com", b"/old/.evil.com", b"/old/%0d%0aSet-Cookie:%20a=b", b"/old/%09/evil.com"],
)  # fmt: skip
def test_a_client_can_not_redirect_anybody_elsewhere(target: bytes) -> None:
    with scene(routed('redirect = { to = "/{rest}" }', "/old/{rest:path}")) as s:
        response = ask(s.client(), target)

        assert response.status in {308, 400}
        for location in response.values(b"location"):
            assert location.startswith(b"/")
            assert location[1:2] not in (b"/", b"\\")
        assert response.values(b"set-cookie") == []


# ── rewrite and strip_prefix ──────────────────────────────────────────


@pytest.mark.parametrize(
    ("rewrite", "target", "sent"),
    [
        ("/v2/{id}", b"/users/7", b"/v2/7"),
        ("/v2/{id}", b"/users/7?a=b", b"/v2/7?a=b"),
        ("/v2/{id}", b"/users/a%20b", b"/v2/a%20b"),
        ("/fixed", b"/users/7", b"/fixed"),
        ("/v2/{query.q}", b"/users/7?q=a/b%20c", b"/v2/a%2Fb%20c?q=a/b%20c"),
        ("/v2/{header.x-a}", b"/users/7", b"/v2/"),
    ],
)
def test_a_rewritten_path_is_sent_with_the_query(rewrite: str, target: bytes, sent: bytes) -> None:
    with scene(routed(f'service = "up"\nrewrite = "{rewrite}"', "/users/{id}")) as s:
        client = s.client()
        client.send(lines(b"GET %b HTTP/1.1" % target, HOST))
        if s.ups:
            assert s.upstream().request().target == sent
        else:
            assert client.problem() == (400, "bad_path"), "an encoded slash may be refused, never passed on decoded"
            assert b"%2F" in sent


@pytest.mark.parametrize("value", [b"..", b".", b"..%2f..", b"%2e%2e", b"a%2f..%2fb", b"%00", b"a%0d%0ab"])
def test_what_a_client_sends_never_climbs_out_of_a_rewritten_path(value: bytes) -> None:
    with scene(routed('service = "up"\nrewrite = "/safe/{query.q}/x"', "/*")) as s:
        client = s.client()
        client.send(lines(b"GET /?q=%b HTTP/1.1" % value, HOST))

        if s.ups:
            path = s.upstream().request().target.partition(b"?")[0]
            assert path.startswith(b"/safe/")
            assert path.endswith(b"/x")
            assert b".." not in path.split(b"/")
        else:
            assert client.problem() == (400, "bad_path")


def test_a_path_that_cannot_be_sent_leaves_the_connection_usable_and_is_logged_once() -> None:
    with scene(routed('service = "up"\nrewrite = "/safe/{query.q}"', "/*")) as s:
        client = s.client()
        assert ask(client, b"/?q=..").status == 400
        client.send(lines(b"GET /?q=a HTTP/1.1", HOST))
        s.upstream().answer()
        assert client.response().status == 200
        assert [line["status"] for line in s.log] == [400, 200]


@pytest.mark.parametrize(
    ("path", "strip", "target", "sent"),
    [
        ("/api/*", "true", b"/api/a", b"/a"),
        ("/api/*", "true", b"/api/", b"/"),
        ("/api/*", "true", b"/api", b"/"),
        ("/api/*", "true", b"/api/a?b", b"/a?b"),
        ("/api/*", "true", b"/api/a//b", b"/a//b"),
        ("/api/*", "true", b"/api//a", b"/a"),
        ("/api/*", "true", b"/api///a", b"/a"),
        ("/api/*", "true", b"/%61pi/a", b"/a"),
        ("/api/v1/*", '"/api"', b"/api/v1/a", b"/v1/a"),
        ("/api/{id}", '"/api/"', b"/api/7", b"/7"),
    ],
)
def test_a_stripped_path_is_a_path(path: str, strip: str, target: bytes, sent: bytes) -> None:
    with scene(routed(f'service = "up"\nstrip_prefix = {strip}', path)) as s:
        s.client().send(lines(b"GET %b HTTP/1.1" % target, HOST))

        assert s.upstream().request().target == sent


# ── deprecated ────────────────────────────────────────────────────────


def test_a_deprecated_route_says_so_on_every_answer_and_goes_on_serving() -> None:
    text = 'service = "up"\ndeprecated = { since = 2026-06-01, sunset = 2027-01-01, link = "https://example.com/w" }'
    with scene(routed(text)) as s:
        client = s.client()
        client.ask()
        s.upstream().answer(b"hello", b'Link: </a>; rel="next"')
        first = client.response()
        s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        s.advance(5)
        client.ask()
        second = client.response()

        for response in (first, second):
            assert response.values(b"deprecation") == [b"@1780272000"]
            assert response.values(b"sunset") == [b"Fri, 01 Jan 2027 00:00:00 GMT"]
            assert b'<https://example.com/w>; rel="deprecation"; type="text/html"' in response.values(b"link")
        assert b'</a>; rel="next"' in first.values(b"link")
        assert (first.status, second.status) == (200, 502)


def test_edits_cannot_hide_that_a_route_is_deprecated() -> None:
    text = (
        'service = "up"\ntransform = "t"\ndeprecated = { since = 2026-06-01 }\n'
        '[transforms.t]\nresponse = { remove = ["deprecation"] }'
    )
    with scene(routed(text)) as s:
        client = s.client()
        client.ask()
        s.upstream().answer()

        assert len(client.response().values(b"deprecation")) == 1


# ── max_body_size ─────────────────────────────────────────────────────


def test_an_answering_route_has_a_limit_too() -> None:
    with scene(routed('respond = { body = "x" }\nmax_body_size = "10B"')) as s:
        client = s.client()
        client.send(lines(b"POST / HTTP/1.1", HOST, b"Content-Length: 11"))
        response = client.response()

        assert response.status == 413
        assert json.loads(response.body)["detail"] == "The body is larger than 10B."
