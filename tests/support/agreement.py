"""Whether what a running gateway answers is what was said offline about the same request."""

import json

from gatewayctl.routetest.report import REFUSED, SERVICE, Report
from gatewayctl.routetest.request import Asked
from tests.support.http1 import Response

_OF_THE_GATEWAY = {
    *("host", "via", "traceparent", "x-request-id", "forwarded", "connection", "te"),
    *("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "x-forwarded-port", "x-real-ip"),
    "content-length",
}
"""Headers that the gateway writes itself."""


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
