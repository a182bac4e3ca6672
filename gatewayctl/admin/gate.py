"""Who may do what on the admin face (behaviour: admin; config: ``[admin]``).

Everybody must ask under a name that is ours. Reading is open on loopback and on a unix socket; beyond them only what
is meant for probes and scrapers is. Changing needs the token, and on a unix socket none where none is set: there the
file's permissions decide.
"""

import hashlib
import hmac
import math
from enum import Enum
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from gatewayctl.admin.attempts import FailedAttempts, group_of
from gatewayctl.admin.authority import Authority, may_be_asked_for, read_authority, same_origin
from gatewayctl.admin.control import Control
from gatewayctl.admin.problems import problem
from gatewayctl.plan.model import AdminPlan

_CHALLENGE: Final = 'Bearer realm="gatewayctl admin"'
_WAY_OUT: Final = 'set one, such as token = "${secret:ADMIN_TOKEN}" under [admin]'


class Need(Enum):
    """What an endpoint asks of whoever calls it."""

    PROBE = "open to all who can reach the listener"
    READ = "open on loopback, else with the token"
    CHANGE = "with the token"


class Gate:
    """Lets a request pass, or gives the answer that refuses it."""

    def __init__(self, control: Control) -> None:
        self._control = control
        self._attempts = FailedAttempts()

    def refusal(self, request: Request, need: Need) -> Response | None:
        """None for a request that may go on."""
        admin = self._control.admin
        asked = _asked_for(request)
        if isinstance(asked, Response):
            return asked
        if asked is not None and not may_be_asked_for(asked, admin.hosts):
            return problem(
                421,
                "unknown_host",
                f'the admin address does not answer to the name "{asked.host[:100]}": '
                "ask for its IP address or localhost, or add the name to admin.hosts",
            )
        if need is Need.CHANGE:
            return _cross_origin(request, asked) or self._without_token(request, admin, need)
        if need is Need.READ and admin.beyond_loopback:
            return self._without_token(request, admin, need)
        return None

    def _without_token(self, request: Request, admin: AdminPlan, need: Need) -> Response | None:
        if not admin.token:
            return _no_token_set(admin, need)
        now = self._control.gateway.clock()
        client = group_of(None if request.client is None else request.client.host)
        wait = self._attempts.wait(client, now)
        if wait:
            return problem(
                429,
                "too_many_failures",
                "too many wrong tokens came from this address: wait, then try the right one",
                headers={"Retry-After": str(max(1, math.ceil(wait)))},
            )
        given = _bearer(request)
        if given is None:
            detail = "this needs the token of admin.token, as Authorization: Bearer …"
            return problem(401, "token_needed", detail, headers={"WWW-Authenticate": _CHALLENGE})
        if not _same(given, admin.token.encode()):
            self._attempts.failed(client, now)
            challenge = {"WWW-Authenticate": f'{_CHALLENGE}, error="invalid_token"'}
            return problem(401, "token_wrong", "this is not the token of admin.token", headers=challenge)
        return None


def _asked_for(request: Request) -> Authority | Response | None:
    """What the Host field names; None where an HTTP/1.0 client (a simple probe) sent none, as no browser does."""
    fields = request.headers.getlist("host")
    if not fields and request.scope.get("http_version") == "1.0":
        return None
    authority = read_authority(fields[0]) if len(fields) == 1 else None
    return authority or problem(400, "bad_host", "a request needs exactly one well-formed Host field")


def _cross_origin(request: Request, asked: Authority | None) -> Response | None:
    origins = request.headers.getlist("origin")
    if not origins or (len(origins) == 1 and asked is not None and same_origin(origins[0], asked)):
        return None
    return problem(
        403, "cross_origin", "a page of another origin asked for this change: only programs and our own address may"
    )


def _no_token_set(admin: AdminPlan, need: Need) -> Response | None:
    if need is Need.READ:
        detail = f"beyond loopback this needs a token, and none is set: {_WAY_OUT}"
    elif admin.listen is not None and admin.listen.path:
        return None  # who may open the socket may change things: its permissions say so
    else:
        detail = (
            f"changes need a token, and none is set: {_WAY_OUT} "
            'and send it as Authorization: Bearer …, or listen on a unix socket (listen = "unix:run/admin.sock"), '
            "where changes need none"
        )
    return problem(403, "no_token_set", detail)


def _bearer(request: Request) -> bytes | None:
    """The token that was sent (RFC 6750 2.1); None for none, several, or another scheme."""
    fields = request.headers.getlist("authorization")
    if len(fields) != 1:
        return None
    scheme, _, token = fields[0].strip().partition(" ")
    return token.strip().encode("latin-1") if scheme.lower() == "bearer" and token.strip() else None


def _same(given: bytes, wanted: bytes) -> bool:
    """Compares in a time that tells neither the content nor the length of what is wanted."""
    return hmac.compare_digest(hashlib.sha256(given).digest(), hashlib.sha256(wanted).digest())
