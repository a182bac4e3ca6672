"""Who asks stays who asks while the configuration changes under the traffic: nobody is taken for another, or let in late."""

import hashlib
import threading
from collections import Counter

from tests.conftest import Gateways
from tests.integration.serving import status
from tests.support.cases import get
from tests.support.client import Client
from tests.support.connection import Connection
from tests.support.gateway import Gateway
from tests.support.tokens import SECRET, token
from tests.support.upstream import RawUpstream
from tests.support.waiting import wait_for

RELOADS = 4
CONFIG = """
version = 1
[server]
workers = 2
[services.up]
instances = [{{ id = "one", url = "{upstream}" }}]
[routes.all]
path = "/*"
service = "up"
auth = "either"
transform = "who"
[transforms.who]
builtin = "security_headers"
request = {{ set = {{ x-who = "{{consumer}}" }} }}
[auth.either]
type = "any"
of = ["keys", "tokens"]
[auth.keys]
type = "api_key"
header = "X-API-Key"
[auth.tokens]
type = "jwt"
algorithms = ["HS256"]
secret = "{secret}"
issuer = "any"
audience = "any"
consumer_claim = "sub"
forward_claims = {{ sub = "X-User" }}
leeway = "{leeway}s"
[consumers.always]
api_keys = ["{always}"]
"""
SOMETIMES = '[consumers.sometimes]\napi_keys = ["{}"]\n'


def _hash(key: str) -> str:
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"


def _text(upstream: RawUpstream, turn: int) -> str:
    """At every other turn there is one consumer less; both schemes change with each."""
    made = CONFIG.format(upstream=upstream.url, secret=SECRET, leeway=30 + turn, always=_hash("always-key"))
    return made + (SOMETIMES.format(_hash("sometimes-key")) if turn % 2 else "")


def _who(connection: Connection) -> None:
    """Answers with who the service is told asks."""
    request = connection.read_request()
    said = b"|".join((request.value(b"x-who") or b"", request.value(b"x-user") or b""))
    connection.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(said) + said)


class Crowd:
    """Clients that ask all the time, each on a connection of its own; what each was told, and by which status."""

    def __init__(self, front: Gateway) -> None:
        self._front = front
        self._over = threading.Event()
        self._lock = threading.Lock()
        self.told: dict[str, Counter[tuple[int, bytes]]] = {}
        askers = [
            ("always", (b"X-API-Key: always-key",)),
            ("sometimes", (b"X-API-Key: sometimes-key",)),
            ("nobody", (b"X-API-Key: none",)),
            *((f"u{n}", (b"Authorization: Bearer " + token(sub=f"u{n}", exp=None),)) for n in range(3)),
        ]
        self._threads = [threading.Thread(target=self._ask, args=asker) for asker in askers]
        for thread in self._threads:
            thread.start()

    def _ask(self, name: str, fields: tuple[bytes, ...]) -> None:
        told = self.told[name] = Counter()
        with Client(self._front.address) as client:
            while not self._over.is_set():
                response = client.send(get(*fields)).response()
                with self._lock:
                    told[response.status, response.body if response.status == 200 else b""] += 1

    def goes_home(self) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(30)


def test_nobody_is_taken_for_another_while_schemes_and_consumers_change(
    gateway: Gateways, upstream: RawUpstream
) -> None:
    upstream.script = _who
    front = gateway(_text(upstream, 0))
    crowd = Crowd(front)
    for turn in range(1, RELOADS + 1):
        front.write(_text(upstream, turn))
        wait_for(lambda turn=turn: status(front)["generation"] > turn, "the change is in force")  # type: ignore[misc]
    crowd.goes_home()

    assert crowd.told["always"].keys() == {(200, b"always|")}
    assert crowd.told["nobody"].keys() == {(401, b"")}
    assert crowd.told["sometimes"].keys() <= {(200, b"sometimes|"), (401, b"")}
    for number in range(3):
        assert crowd.told[f"u{number}"].keys() == {(200, b"u%d|u%d" % (number, number))}
