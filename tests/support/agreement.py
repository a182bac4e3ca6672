"""Whether what a running gateway answers is what was said offline about the same request, and what a case expects."""

import json
import re
from typing import Any, Final

from gatewayctl.routetest.report import REFUSED, SERVICE, Report
from gatewayctl.routetest.request import Asked
from gatewayctl.routetest.suite.models import ExpectConfig
from tests.support.http1 import Response

_OF_THE_GATEWAY = {
    *("host", "via", "traceparent", "x-request-id", "forwarded", "connection", "te"),
    *("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip"),
    *("client-cert", "client-cert-chain"),
    "content-length",
}
"""Headers that the gateway writes itself."""

UNSEEN: Final = frozenset({"params", "timeout", "limit_keys"})
"""Expectations of what no answer shows: that the parameters are those shows in the path and headers made of them."""


def assert_agreement(request: Asked, report: Report, answer: Response) -> None:
    """``answer`` came from a gateway whose services are built-in echoes."""
    if report.outcome == SERVICE:
        assert report.sent is not None
        assert answer.status == 200
        if request.method != "HEAD":
            heard = json.loads(answer.body)
            assert heard["service"] == report.sent.service
            assert (heard["method"], heard["path"]) == (report.sent.method, report.sent.path)
            assert heard["query"] == (report.sent.query or "")
            own = {name: value for name, value in heard["headers"].items() if name not in _OF_THE_GATEWAY}
            assert own == {name: value for name, value in report.sent.fields if name != "content-length"}
    elif report.outcome == REFUSED:
        assert answer.status == report.status
        if request.method != "HEAD":
            assert json.loads(answer.body)["reason"] == report.reason
            assert json.loads(answer.body)["detail"].rstrip(".").lower() == report.detail.lower()
        assert (answer.value(b"allow") or b"").decode() == ", ".join(report.allow)
    else:
        assert answer.status == report.status
        if report.answered is not None:
            assert answer.body.decode() == ("" if request.method == "HEAD" else report.answered.body)
            for name, value in report.answered.fields:
                assert answer.value(name.lower().encode()) == value.encode()


def assert_expected(expect: ExpectConfig, answer: Response, logged: dict[str, Any]) -> set[str]:
    """Holds the live ``answer`` (and its line in the access log) against what a case expects, without the offline run in
    between; gives the expectations that were seen to hold. Its services are built-in echoes, its method is not HEAD."""
    heard = json.loads(answer.body) if logged["service"] and answer.status == 200 else {}
    seen = {
        "route": logged["route"] or "none",
        "service": logged["service"] or "none" if heard or not logged["service"] else "none",
        "upstream_path": heard.get("path"),
        "upstream_query": heard.get("query"),
        "status": answer.status,
        "reason": logged.get("reason"),
        "location": (answer.value(b"location") or b"").decode(),
        "body": answer.body.decode(),
    }
    held: set[str] = set()
    for name, wanted in expect:
        if wanted is None or name in UNSEEN:
            continue
        if name == "headers":
            for header, value in wanted.items():
                sent = heard["headers"].get(header.lower())
                assert (sent is not None) is value if isinstance(value, bool) else sent == value, (header, sent)
        elif name == "allow":
            assert sorted(answer.tokens(b"allow")) == sorted(method.lower().encode() for method in wanted)
        elif name == "limits":
            told = re.findall(r'(?:^|, )"([^"]+)"', (answer.value(b"ratelimit-policy") or b"").decode())
            assert sorted(told) == sorted(wanted)
        elif name == "auth":
            assert answer.status not in (401, 403), "nobody was let in"
        else:
            assert seen[name] == wanted, (name, seen[name], wanted)
        held.add(name)
    return held
