"""CORS preflights (Fetch standard, 4.8): the question of a browser whether it may send a request at all."""

from gatewayctl.core.fields import combined
from gatewayctl.core.messages import RequestHead


def asked_method(head: RequestHead) -> bytes | None:
    """The method that a preflight asks for; None for a request that is no preflight."""
    if head.method != b"OPTIONS" or combined(head.fields, b"origin") is None:
        return None
    return combined(head.fields, b"access-control-request-method") or None
