"""Transforms on the wire: headers and query as they are sent on, headers as they come back (in the order of config.md)."""

import re

import pytest

from gatewayctl.plan import Plan, compile_plan
from tests.support.http1 import Request, Response, lines
from tests.unit.plan.compiling import compiled, loaded
from tests.unit.proxy.scene import HOST, Scene, plan, scene
from tests.unit.proxy.scene import route as plain_route


def transformed(transform: str, path: str = "/*", more: str = "") -> Plan:
    """A plan with one route that uses this transform."""
    return compiled(
        f'{more}\n[routes.a]\npath = "{path}"\nservice = "up"\ntransform = "t"\n[transforms.t]\n{transform}\n'
    )


def sent(s: Scene, *fields: bytes, target: bytes = b"/", host: bytes = HOST) -> Request:
    """What the service gets."""
    s.client().send(lines(b"GET %b HTTP/1.1" % target, host, *fields))
    return s.upstream().request()


def came_back(s: Scene, *fields: bytes, body: bytes = b"hello") -> Response:
    """What the client gets."""
    client = s.client()
    client.ask()
    s.upstream().answer(body, *fields)
    return client.response()


# ── the request's headers ─────────────────────────────────────────────


def test_a_field_that_is_set_replaces_all_of_its_name() -> None:
    with scene(transformed('request = { set = { X-Tenant = "a" } }')) as s:
        request = sent(s, b"x-tenant: theirs", b"X-TENANT: also theirs")

        assert request.values(b"x-tenant") == [b"a"]
        assert b"X-Tenant: a\r\n" in request.raw


def test_a_field_that_is_added_stands_beside_the_others() -> None:
    with scene(transformed('request = { add = { x-tag = "b" } }')) as s:
        assert sent(s, b"X-Tag: a").values(b"x-tag") == [b"a", b"b"]


def test_a_field_that_is_removed_is_gone_in_every_case() -> None:
    with scene(transformed('request = { remove = ["X-Debug"] }')) as s:
        assert sent(s, b"x-debug: 1", b"X-DEBUG: 2", b"X-Other: 3").values(b"x-debug") == []


def test_a_field_that_is_renamed_keeps_its_value_and_place() -> None:
    with scene(transformed('request = { rename = { x-old = "X-New" } }')) as s:
        request = sent(s, b"X-First: 1", b"X-Old: 2", b"x-old: 3", b"X-Last: 4")

        assert [(n, v) for n, v in request.fields if n in (b"x-first", b"x-new", b"x-last", b"x-old")] == [
            (b"x-first", b"1"),
            (b"x-new", b"2"),
            (b"x-new", b"3"),
            (b"x-last", b"4"),
        ]


def test_the_order_is_remove_rename_set_add() -> None:
    edits = 'request = { remove = ["x-a"], rename = { x-b = "x-c" }, set = { x-d = "set" }, add = { x-d = "added" } }'
    with scene(transformed(edits)) as s:
        request = sent(s, b"X-A: 1", b"X-B: 2", b"X-C: 3", b"X-D: 4")

        assert request.values(b"x-a") == []
        assert request.values(b"x-b") == []
        assert request.values(b"x-c") == [b"2", b"3"]
        assert request.values(b"x-d") == [b"set", b"added"]


def test_a_removed_field_is_not_renamed() -> None:
    with scene(transformed('request = { remove = ["x-a"], rename = { x-a = "x-b" } }')) as s:
        assert sent(s, b"X-A: 1").values(b"x-b") == []


def test_a_field_renamed_to_one_that_is_set_gives_way_to_it() -> None:
    with scene(transformed('request = { rename = { x-a = "x-b" }, set = { x-b = "ours" } }')) as s:
        assert sent(s, b"X-A: theirs").values(b"x-b") == [b"ours"]


@pytest.mark.parametrize("name", [b"X-Secret", b"X-Tenant"])
def test_what_connection_names_is_gone_before_the_edits_and_cannot_remove_them(name: bytes) -> None:
    with scene(transformed('request = { set = { x-tenant = "ours" }, rename = { x-secret = "x-public" } }')) as s:
        request = sent(s, b"Connection: " + name, b"X-Secret: a", b"X-Tenant: theirs")

        assert request.values(b"x-tenant") == [b"ours"]
        assert request.values(b"x-public") == ([] if name == b"X-Secret" else [b"a"])


@pytest.mark.parametrize("name", ["X-Request-ID", "x-request-id"])
@pytest.mark.parametrize("edit", ["set", "add"])
def test_no_edit_makes_a_second_request_id(name: str, edit: str) -> None:
    with scene(transformed(f'request = {{ {edit} = {{ {name} = "forged" }} }}')) as s:
        assert len(sent(s).values(b"x-request-id")) == 1


def test_no_rename_lets_a_client_choose_its_request_id() -> None:
    with scene(transformed('request = { rename = { x-mine = "X-Request-ID" } }')) as s:
        values = sent(s, b"X-Mine: forged").values(b"x-request-id")

        assert len(values) == 1
        assert values != [b"forged"]


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "traceparent", "Forwarded"])
def test_no_rename_lets_a_client_choose_its_address_or_trace(name: str) -> None:
    with scene(transformed(f'request = {{ rename = {{ x-mine = "{name}" }} }}')) as s:
        assert b"forged" not in b"".join(sent(s, b"X-Mine: forged").values(name.lower().encode()))


@pytest.mark.parametrize("name", ["X-Forwarded-Prefix", "X-Forwarded-Ssl", "client-cert", "X-Real-IP", "traceparent"])
def test_an_edit_that_does_nothing_is_warned_of(name: str) -> None:
    text = f'[routes.a]\npath = "/*"\nservice = "up"\ntransform = "t"\n[transforms.t.request.set]\n{name} = "a"\n'
    made, (warning,) = compile_plan(loaded(text))

    assert (warning.code, name in warning.message, bool(warning.help)) == ("W320", True, True)
    assert made is not None
    with scene(made) as s:
        assert b"a" not in sent(s).values(name.lower().encode())


def test_a_name_with_an_underscore_that_the_operator_sets_goes_out() -> None:
    with scene(transformed('request = { set = { x_tenant = "a" } }')) as s:
        assert sent(s, b"X_Tenant: theirs").values(b"x_tenant") == [b"a"]


def test_edits_do_not_change_what_the_body_is() -> None:
    with scene(transformed('request = { set = { x-a = "b" }, remove = ["x-c"] }')) as s:
        s.client().send(lines(b"POST / HTTP/1.1", HOST, b"Content-Length: 5", b"X-C: d") + b"hello")
        request = s.upstream().request()

        assert (request.body, request.values(b"content-length")) == (b"hello", [b"5"])


# ── values ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{client_ip}", b"203.0.113.9"),
        ("{method} {path}", b"GET /users/7/a%20b"),
        ("{id}", b"7"),
        ("{rest}", b"a b"),
        ("{host}", b"example.com"),
        ("{route}/{service}", b"a/up"),
        ("{header.x-in}", b"some value"),
        ("{query.q}", b"a&b"),
        ("[{id}]", b"[7]"),
        ("{{id}}", b"{id}"),
        ("{}", b"{}"),
    ],
)
def test_a_value_may_hold_what_is_known_of_the_request(template: str, value: bytes) -> None:
    edits = f'request = {{ set = {{ x-out = "{template}" }} }}'
    with scene(transformed(edits, path="/users/{id}/{rest:path}")) as s:
        request = sent(s, b"X-In: some value", target=b"/users/7/a%20b?q=a%26b")

        assert request.values(b"x-out") == [value]


def test_the_request_id_in_a_value_is_the_one_that_is_sent() -> None:
    with scene(transformed('request = { set = { x-out = "{request_id}" } }')) as s:
        request = sent(s)

        assert request.values(b"x-out") == request.values(b"x-request-id")


@pytest.mark.parametrize("template", ["{header.x-in}", "a {query.q} b"])
def test_a_value_of_which_a_part_is_absent_drops_the_field(template: str) -> None:
    with scene(transformed(f'request = {{ set = {{ x-out = "{template}" }} }}')) as s:
        assert sent(s, b"X-Out: theirs").values(b"x-out") == []


@pytest.mark.parametrize("segment", [b"%0d%0aX-Evil:%201", b"%0A", b"%00", b"%7f", b"%0d", b"%20%09"])
def test_what_a_client_sends_never_makes_a_second_line(segment: bytes) -> None:
    with scene(transformed('request = { set = { x-out = "{query.q}|{id}" } }', path="/{id}")) as s:
        request = sent(s, target=b"/a?q=" + segment)

        assert request.values(b"x-evil") == []
        assert len(request.values(b"x-out")) == 1
        assert s.upstream().got() == b""


def test_values_are_those_that_the_client_sent_not_those_that_were_edited() -> None:
    with scene(transformed('request = { set = { x-a = "{header.x-b}", x-b = "{header.x-a}" } }')) as s:
        request = sent(s, b"X-A: a", b"X-B: b")

        assert (request.values(b"x-a"), request.values(b"x-b")) == ([b"b"], [b"a"])


# ── the query ─────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("edits", "before", "after"),
    [
        ('query = { remove = ["utm"] }', b"?utm=1&a=b", b"?a=b"),
        ('query = { remove = ["utm"] }', b"?a=b&utm&utm=2&c", b"?a=b&c"),
        ('query = { remove = ["utm"] }', b"?utm=1", b""),
        ('query = { remove = ["utm"] }', b"", b""),
        ('query = { remove = ["utm"] }', b"?", b"?"),
        ('query = { remove = ["utm"] }', b"?a=%2f&&=;%zz", b"?a=%2f&&=;%zz"),
        ('query = { remove = ["utm"] }', b"?%75tm=1&a=b", b"?a=b"),
        ('query = { remove = ["a b"] }', b"?a+b=1&a%20b=2&c=3", b"?c=3"),
        ('query = { set = { a = "x" } }', b"", b"?a=x"),
        ('query = { set = { a = "x" } }', b"?a=1&b=2&a=3", b"?b=2&a=x"),
        ('query = { set = { a = "x y&z" } }', b"", b"?a=x%20y%26z"),
        ('query = { set = { a = "{query.b}" } }', b"?b=%26c", b"?b=%26c&a=%26c"),
        ('query = { set = { a = "{query.b}" } }', b"?a=1", b""),
    ],
)
def test_a_query_is_edited_and_what_is_not_touched_stays_byte_for_byte(edits: str, before: bytes, after: bytes) -> None:
    with scene(transformed(edits)) as s:
        assert sent(s, target=b"/" + before).target == b"/" + after


@pytest.mark.parametrize("name", ["a b", "ü", "a&b", "a=b", "a#b", "\\u0000", "a%20b"])
def test_a_parameter_of_any_name_makes_a_well_formed_request(name: str) -> None:
    with scene(transformed(f'query = {{ set = {{ "{name}" = "x" }} }}')) as s:
        request = sent(s, target=b"/?other=1")

        assert request.target.startswith(b"/?other=1&")
        assert request.target.endswith(b"=x")
        assert re.fullmatch(rb"[A-Za-z0-9._~%=&?/-]+", request.target)
        assert request.target.count(b"&") == 1
        assert request.target.count(b"=") == 2


# ── the response's headers ────────────────────────────────────────────


def test_the_answer_is_edited_in_the_same_way() -> None:
    edits = (
        'response = { remove = ["server"], rename = { x-old = "X-New" }, set = { x-frame-options = "DENY" }, '
        'add = { vary = "Origin" } }'
    )
    with scene(transformed(edits)) as s:
        response = came_back(s, b"Server: x", b"X-Old: 1", b"X-Frame-Options: ALLOW", b"Vary: Accept")

        assert response.values(b"server") == []
        assert response.values(b"x-new") == [b"1"]
        assert response.values(b"x-frame-options") == [b"DENY"]
        assert response.values(b"vary") == [b"Accept", b"Origin"]
        assert response.body == b"hello"


def test_the_same_head_twice_is_edited_twice_and_never_in_place() -> None:
    with scene(transformed('response = { add = { x-count = "1" } }')) as s:
        for _ in range(3):
            assert came_back(s, b"X-Same: y").values(b"x-count") == [b"1"]


def test_a_route_without_edits_sees_nothing_of_those_of_another() -> None:
    both = compiled(
        '[routes.a]\npath = "/a"\nservice = "up"\ntransform = "t"\n[routes.b]\npath = "/b"\nservice = "up"\n'
        '[transforms.t]\nresponse = { set = { x-a = "1" }, remove = ["x-same"] }\n'
    )
    with scene(both) as s:
        client = s.client()
        for target, count in ((b"/a", 1), (b"/b", 0), (b"/a", 1), (b"/b", 0)):
            client.ask(target=target)
            s.upstream().answer(b"hello", b"X-Same: y")
            response = client.response()
            assert len(response.values(b"x-a")) == count
            assert len(response.values(b"x-same")) == 1 - count


@pytest.mark.parametrize("edit", ["set", "add"])
@pytest.mark.parametrize("name", ["X-Request-ID", "Date"])
def test_no_edit_makes_two_of_what_the_gateway_writes_last(edit: str, name: str) -> None:
    """The order of steps says: last, so that no edit can forge the request id."""
    with scene(transformed(f'response = {{ {edit} = {{ {name} = "forged" }} }}')) as s:
        response = came_back(s)

        assert len(response.values(name.lower().encode())) == 1
        if name != "Date":
            assert b"forged" not in response.values(name.lower().encode())


def test_a_services_field_renamed_to_the_request_id_does_not_forge_it() -> None:
    with scene(transformed('response = { rename = { x-old = "X-Request-ID" } }')) as s:
        response = came_back(s, b"X-Old: forged")

        assert b"forged" not in response.values(b"x-request-id")


def test_a_response_without_a_body_is_edited_too() -> None:
    with scene(transformed('response = { set = { x-a = "b" } }')) as s:
        client = s.client()
        client.ask()
        s.upstream().send(lines(b"HTTP/1.1 204 No Content", b"Content-Length: 0"))
        response = client.response()

        assert (response.values(b"x-a"), response.values(b"content-length")) == ([b"b"], [])


def test_an_answer_of_the_gateways_own_is_edited_too() -> None:
    with scene(transformed('response = { set = { strict-transport-security = "max-age=1" } }')) as s:
        s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        client = s.client()
        client.ask()
        response = client.response()

        assert (response.status, response.values(b"strict-transport-security")) == (502, [b"max-age=1"])


BUILTIN = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"DENY",
    b"content-security-policy": b"default-src 'none'; frame-ancestors 'none'",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}
HSTS = b"strict-transport-security"
SECURE = 'builtin = "security_headers"'


def test_the_builtin_gives_an_answer_the_headers_that_it_has_not() -> None:
    with scene(transformed(SECURE)) as s:
        for _ in range(2):
            response = came_back(s, b"X-Own: 1")

            assert {name: response.values(name) for name in BUILTIN} == {n: [v] for n, v in BUILTIN.items()}
            assert response.values(b"x-own") == [b"1"]


@pytest.mark.parametrize(("scheme", "sent"), [(b"http", []), (b"https", [b"max-age=31536000"])])
def test_browsers_are_told_to_come_by_tls_only_where_they_did(scheme: bytes, sent: list[bytes]) -> None:
    """RFC 6797 7.2: never over plain HTTP."""
    with scene(transformed(SECURE)) as s:
        client = s.client(scheme=scheme)
        client.ask()
        s.upstream().answer(b"hello")
        assert client.response().values(HSTS) == sent


@pytest.mark.parametrize(
    ("peer", "scheme", "claimed", "sent"),
    [
        ("10.1.1.1", b"http", b"https", 1),
        ("10.1.1.1", b"https", b"http", 0),
        ("203.0.113.9", b"http", b"https", 0),
        ("203.0.113.9", b"https", b"http", 1),
    ],
)
def test_a_proxy_says_how_the_client_came_if_it_is_trusted(peer: str, scheme: bytes, claimed: bytes, sent: int) -> None:
    with scene(transformed(SECURE, more='[server]\ntrusted_proxies = ["10.0.0.0/8"]')) as s:
        client = s.client(peer=(peer, 50_000), scheme=scheme)
        client.ask(b"GET", b"/", b"X-Forwarded-For: 192.0.2.7", b"X-Forwarded-Proto: " + claimed)
        s.upstream().answer(b"hello")
        assert len(client.response().values(HSTS)) == sent


@pytest.mark.parametrize("name", BUILTIN)
def test_what_a_service_says_itself_stays_and_is_not_said_twice(name: bytes) -> None:
    with scene(transformed(SECURE)) as s:
        response = came_back(s, name.title() + b": its own", name.upper() + b": twice")

        assert response.values(name) == [b"its own", b"twice"]
        others = BUILTIN.keys() - {name}
        assert {other: response.values(other) for other in others} == {other: [BUILTIN[other]] for other in others}


def test_a_service_that_says_when_an_answer_expires_is_not_contradicted() -> None:
    with scene(transformed(SECURE)) as s:
        assert came_back(s, b"Expires: Thu, 01 Dec 2050 16:00:00 GMT").values(b"cache-control") == []


@pytest.mark.parametrize(
    ("edits", "came", "expected"),
    [
        ('set = { X-Frame-Options = "SAMEORIGIN" }', b"X-Other: 1", [b"SAMEORIGIN"]),
        ('set = { x-frame-options = "SAMEORIGIN" }', b"X-Frame-Options: ALLOW", [b"SAMEORIGIN"]),
        ('add = { x-frame-options = "SAMEORIGIN" }', b"X-Other: 1", [b"SAMEORIGIN"]),
        ('add = { x-frame-options = "SAMEORIGIN" }', b"X-Frame-Options: ALLOW", [b"ALLOW", b"SAMEORIGIN"]),
        ('remove = ["X-Frame-Options"]', b"X-Other: 1", []),
        ('remove = ["x-frame-options"]', b"X-Frame-Options: ALLOW", []),
        ('rename = { x-frame-options = "x-was" }', b"X-Frame-Options: ALLOW", [b"DENY"]),
        ('rename = { x-frames = "X-Frame-Options" }', b"X-Frames: ALLOW", [b"ALLOW"]),
        ('set = { x-frame-options = "{query.frames}" }', b"X-Frame-Options: ALLOW", [b"DENY"]),
    ],
)
def test_the_edits_of_the_same_transform_win_over_the_builtin(edits: str, came: bytes, expected: list[bytes]) -> None:
    with scene(transformed(f"{SECURE}\nresponse = {{ {edits} }}")) as s:
        assert came_back(s, came).values(b"x-frame-options") == expected


def test_the_headers_are_on_the_gateways_own_errors_too() -> None:
    with scene(transformed(SECURE)) as s:
        s.connect_errors.append(ConnectionRefusedError(111, "Connection refused"))
        client = s.client()
        client.ask()
        response = client.response()

        assert response.status == 502
        assert {name: response.values(name) for name in BUILTIN} == {name: [value] for name, value in BUILTIN.items()}


@pytest.mark.parametrize(("defaults", "there"), [('[defaults]\ntransform = "t"', 1), ("", 0)])
@pytest.mark.parametrize(
    "head",
    [
        b"GET /nowhere HTTP/1.1\r\nHost: a\r\n\r\n",
        b"GET /a b HTTP/1.1\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
    ],
)
def test_by_default_the_headers_are_on_answers_to_what_no_route_takes(defaults: str, there: int, head: bytes) -> None:
    text = f'{defaults}\n[routes.a]\npath = "/a"\nservice = "up"\n[transforms.t]\n{SECURE}\n'
    with scene(compiled(text + 'response = { remove = ["Referrer-Policy"], set = { x-a = "b" } }')) as s:
        client = s.client(scheme=b"https")
        client.send(head)
        response = client.response()

        assert response.status != 200
        assert len(response.values(b"x-frame-options")) == len(response.values(HSTS)) == there
        assert response.values(b"referrer-policy") == response.values(b"x-a") == []


def test_a_reply_of_a_route_may_say_it_itself() -> None:
    answering = compiled(
        '[routes.a]\npath = "/*"\ntransform = "t"\n'
        'respond = { status = 200, headers = { cache-control = "max-age=60" } }\n[transforms.t]\n' + SECURE
    )
    with scene(answering) as s:
        client = s.client()
        client.ask()
        response = client.response()

        assert (response.values(b"cache-control"), response.values(b"x-frame-options")) == ([b"max-age=60"], [b"DENY"])


def test_the_builtin_changes_nothing_of_requests() -> None:
    assert [type(step).__name__ for step in transformed(SECURE).routes[0].steps if "Edit" in type(step).__name__] == [
        "ResponseEditPlan"
    ]


def test_a_builtin_of_which_all_is_removed_is_only_the_removal() -> None:
    everything = ", ".join(f'"{name.decode()}"' for name in (HSTS, *BUILTIN))
    with scene(transformed(f"{SECURE}\nresponse = {{ remove = [{everything}] }}")) as s:
        response = came_back(s, b"X-Frame-Options: ALLOW")

        assert [name for name in (HSTS, *BUILTIN) if response.values(name)] == []


def test_a_route_without_a_transform_is_not_edited() -> None:
    with scene(plan([plain_route()])) as s:
        assert came_back(s, b"Server: x").values(b"server") == [b"x"]
