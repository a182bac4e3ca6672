"""Names with an underscore, which servers behind may read as hyphens: dropped, unless allowed by name."""

from tests.support.cases import Forwarded, get, post, table
from tests.support.wire import Wire


@table(
    Forwarded("an own name", get(b"X_User: admin"), absent=[b"x_user", b"x-user"]),
    Forwarded("a name that is half hyphens", get(b"X-Remote_User: admin"), absent=[b"x-remote_user"]),
    Forwarded("an underscore first", get(b"_User: admin"), absent=[b"_user"]),
    Forwarded("an underscore last", get(b"User_: admin"), absent=[b"user_"]),
    Forwarded("only underscores", get(b"__: admin"), absent=[b"__"]),
    Forwarded("a twin of a good field", get(b"X_User: admin", b"X-User: bob"), fields={b"x-user": [b"bob"]},
              absent=[b"x_user"]),
    Forwarded("a twin of Content-Length", post(b"Content_Length: 50", b"Content-Length: 5", body=b"hello"),
              method=b"POST", body=b"hello", framing=b"length", absent=[b"content_length"]),
    Forwarded("a twin of Transfer-Encoding, which frames nothing", post(b"Transfer_Encoding: chunked"), method=b"POST",
              absent=[b"transfer_encoding"]),
    Forwarded("a twin of the client's address", get(b"X_Forwarded_For: 203.0.113.9"), absent=[b"x_forwarded_for"]),
    Forwarded("a twin of X-Real-IP", get(b"X_Real_IP: 203.0.113.9"), absent=[b"x_real_ip"]),
    Forwarded("a name that Connection names", get(b"Connection: x_user", b"X_User: 1"), absent=[b"x_user"]),
)  # fmt: skip
def test_a_name_with_an_underscore_goes_no_further(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


@table(
    Forwarded("as written", get(b"x_allowed: yes"), fields={b"x_allowed": [b"yes"]}),
    Forwarded("in capitals", get(b"X_ALLOWED: yes"), fields={b"x_allowed": [b"yes"]}),
)
def test_a_name_that_is_allowed_may_pass(wire: Wire, case: Forwarded) -> None:
    wire.forwards(case)


def test_a_value_may_hold_underscores(wire: Wire) -> None:
    wire.forwards(Forwarded("", get(b"X-A: a_b"), fields={b"x-a": [b"a_b"]}))


def test_a_dropped_name_is_logged_once(wire: Wire) -> None:
    for _ in range(3):
        with wire.client() as client:
            assert client.send(get(b"X_Logged_Once: 1")).response().status == 200
    wire.gateway.wait_for_line("x_logged_once")

    assert sum("x_logged_once" in line.lower() for line in wire.gateway.lines) == 1
