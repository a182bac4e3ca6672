"""Answers the gateway makes itself: problems (RFC 9457) negotiated for programs, terminals and browsers, and plain replies.

A reply is data: status, fields and body. It never shows a stack trace or an internal address.
"""

import json
from http import HTTPStatus
from typing import Final

from gatewayctl.core.failures import Failure
from gatewayctl.core.fields import Field, field
from gatewayctl.core.frozen import frozen

_JSON: Final = b"application/problem+json"
_TEXT: Final = b"text/plain; charset=utf-8"
_HTML: Final = b"text/html; charset=utf-8"

_PAGE: Final = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{status} {title}</title>
<style>body{{font:16px/1.5 system-ui,sans-serif;max-width:36rem;margin:15vh auto;padding:0 1rem;color:#222;background:#fff}}
h1{{font-size:1.4rem}}code{{color:#666}}@media(prefers-color-scheme:dark){{body{{color:#ddd;background:#181818}}}}</style></head>
<body><h1>{status} {title}</h1><p>{detail}</p><p><code>{reason} · {request_id}</code></p></body></html>
"""

_PAGE_POLICY: Final = field(
    b"Content-Security-Policy",
    b"default-src 'none'; style-src 'sha256-IYWP8YPl3mz8aX3IH9vURBHAOi9h6KzYGBy5Vj2Zjk8='; frame-ancestors 'none'",
)
"""The page needs its own style, which a stricter policy of a transform would forbid, and nothing else."""


@frozen
class Reply:
    """An answer without an upstream. ``closes``: the connection cannot be used again. ``failure`` says why, if it is one."""

    status: int
    fields: tuple[Field, ...]
    body: bytes = b""
    closes: bool = False
    failure: Failure | None = None


def status_line(status: int) -> bytes:
    """The HTTP/1.1 status line for a status, with its standard phrase (RFC 9110 15) if it has one."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "Client Closed Request" if status == 499 else ""
    return b"HTTP/1.1 %d %b\r\n" % (status, phrase.encode())


def problem(
    failure: Failure, *, request_id: str, accept: bytes | None, pseudonym: bytes, extra: tuple[Field, ...] = ()
) -> Reply:
    """The answer for a failure, in the form that ``accept`` (the Accept field, None if absent) prefers.

    ``pseudonym`` names the gateway in Proxy-Status; ``extra`` fields come along (Allow, Retry-After).
    """
    kind = failure.kind
    form = preferred(accept)
    if form == _HTML:
        from html import escape

        body = _PAGE.format(
            status=kind.status,
            title=escape(kind.title),
            detail=escape(sentence(failure.detail)),
            reason=kind.reason,
            request_id=escape(request_id),
        )
    elif form == _TEXT:
        body = f"{kind.status} {kind.title}: {failure.detail}\nreason: {kind.reason}\nrequest id: {request_id}\n"
    else:
        members = {
            "type": kind.problem_type,
            "title": kind.title,
            "status": kind.status,
            "detail": sentence(failure.detail),
            "reason": kind.reason,
            "request_id": request_id,
            **dict(failure.members),
        }
        body = json.dumps(members, ensure_ascii=False) + "\n"
    status = b'%b; error=%b; details="%b"' % (pseudonym, kind.proxy_error.encode(), kind.reason.encode())
    fields = (
        field(b"Content-Type", form),
        field(b"Proxy-Status", status),
        field(b"Cache-Control", b"no-store"),
        *((_PAGE_POLICY,) if form == _HTML else ()),
        *failure.fields,
        *extra,
    )
    return Reply(kind.status, fields, body.encode(), kind.closes, failure)


def sentence(detail: str) -> str:
    """A detail as a sentence: capital and full stop."""
    return detail[:1].upper() + detail[1:] + ("" if detail.endswith((".", "?", "!")) else ".")


def preferred(accept: bytes | None) -> bytes:
    """The media type for a problem that an Accept field prefers (RFC 9110 12.5.1); JSON where nothing is said."""
    if not accept or len(accept) > 1024:
        return _JSON
    best, best_quality = _JSON, 0.0
    for part in accept.split(b","):
        media, *parameters = [p.strip().lower() for p in part.split(b";")]
        quality = 1.0
        for parameter in parameters:
            if parameter.startswith(b"q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        form = _FORMS.get(media)
        if form is not None and quality > best_quality:
            best, best_quality = form, quality
    return best


_FORMS: Final = {
    b"application/problem+json": _JSON,
    b"application/json": _JSON,
    b"application/*": _JSON,
    b"*/*": _JSON,
    b"text/plain": _TEXT,
    b"text/html": _HTML,
    b"text/*": _TEXT,
}
