"""Requests as they may be shown: what a route matches by a secret is masked."""

from typing import Final

from gatewayctl.config.masking import MASK
from gatewayctl.diff.side import Side
from gatewayctl.routing import Witness

_PARTS: Final = ("path", "path_regex", "hosts")


def shown_request(witness: Witness, sides: tuple[Side, Side]) -> str:
    """The request in one line, as route-test takes it. A secret of any route of either side is masked: which of them
    the value came from cannot be seen from it."""
    secret = {key[1:] for side in sides for key in side.loaded.secrets if key[0] == "routes"}
    if not secret:
        return str(witness)
    if any(key[1] in _PARTS for key in secret):
        return f"{witness.method.decode()} {MASK}"
    headers = {str(key[2]).lower().encode() for key in secret if key[1] == "headers" and len(key) > 2}
    masked = tuple((name, MASK.encode() if name in headers else value) for name, value in witness.headers)
    query = witness.query if not any(key[1] == "query" for key in secret) else _masked_query(witness.query, secret)
    return str(witness._replace(headers=masked, query=query))


def _masked_query(query: bytes, secret: set[tuple[str | int, ...]]) -> bytes:
    names = {str(key[2]).encode() for key in secret if key[1] == "query" and len(key) > 2}
    pairs = [part.partition(b"=") for part in query.split(b"&") if part]
    return b"&".join(name + mark + (MASK.encode() if name in names else value) for name, mark, value in pairs)
