"""What the admin face answers when it cannot do what it was asked: a problem (RFC 9457) that says the way out."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.responses import Response


def problem(
    status: int, reason: str, detail: str, *, headers: Mapping[str, str] | None = None, **members: Any
) -> Response:
    """A problem. ``reason`` is one word for programs, ``detail`` a sentence for people; ``members`` are JSON-able."""
    data = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "reason": reason,
        **members,
    }
    body = json.dumps(data, ensure_ascii=False, indent=2) + "\n"
    return Response(body, status, headers, media_type="application/problem+json")


def starting() -> Response:
    """503 for what can only be answered once the gateway serves."""
    return problem(
        503, "starting", "the gateway does not serve yet: ask again in a moment", headers={"Retry-After": "1"}
    )
