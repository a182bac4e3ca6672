"""A report as JSON-able data, as ``schemas/route-test.schema.json`` describes it (but for ``format_version``)."""

from typing import Any

from gatewayctl.routetest.places import Place
from gatewayctl.routetest.report import Candidate, Matched, Near, Report, Sent, candidates


def report_data(report: Report) -> dict[str, Any]:
    """The data. Times are seconds; a place is null for a built-in default."""
    return {
        "ok": report.taken,
        "outcome": report.outcome,
        "request": {
            "method": report.asked.method,
            "url": report.asked.url,
            "host": report.asked.host,
            "target": report.asked.target,
            "headers": [{"name": name, "value": value} for name, value in report.asked.fields],
            "client_ip": report.asked.client_ip,
        },
        "path": report.path,
        "status": report.status,
        "reason": report.reason or None,
        "detail": report.detail or None,
        "allow": list(report.allow),
        "route": None if not report.route else {"name": report.route, "at": report.route_at.data()},
        "matched": None if report.matched is None else _matched(report.matched),
        "sent": None if report.sent is None else _sent(report.sent),
        "answered": None
        if report.answered is None
        else {
            "status": report.answered.status,
            "headers": [{"name": name, "value": value} for name, value in report.answered.fields],
            "body": report.answered.body,
        },
        "steps": [
            {
                "name": step.name,
                "phase": step.phase,
                "does": list(step.does),
                "why_here": step.why_here,
                "at": _place(step.at),
                "reached": step.reached,
            }
            for step in report.steps
        ],
        "beaten": [_near(near) for near in report.beaten],
        "near": [] if report.route else [_near(near) for near in report.near],
    }


def explanation_data(report: Report) -> dict[str, Any]:
    """The data of ``explain``, as ``schemas/explain.schema.json`` describes it: the same, and what it adds."""
    return {
        **report_data(report),
        "candidates": [candidate_data(candidate) for candidate in candidates(report)],
        "policies": [{"name": p.name, "does": list(p.does), "at": p.at.data()} for p in report.policies],
        "near": [_near(near) for near in report.near],
    }


def candidate_data(candidate: Candidate) -> dict[str, Any]:
    """One of the routes that could take the request."""
    return candidate._asdict() | {"at": candidate.at.data()}


def _matched(matched: Matched) -> dict[str, Any]:
    return {
        "pattern": matched.pattern,
        "pattern_at": matched.pattern_at.data(),
        "host": matched.host,
        "host_at": matched.host_at.data(),
        "methods": matched.methods,
        "methods_at": matched.methods_at.data(),
        "conditions": list(matched.conditions),
        "priority": matched.priority,
        "priority_at": matched.priority_at.data(),
        "params": dict(matched.params),
    }


def _sent(sent: Sent) -> dict[str, Any]:
    return {
        "service": sent.service,
        "service_at": sent.service_at.data(),
        "load_balancer": sent.load_balancer,
        "instances": [instance._asdict() for instance in sent.instances],
        "method": sent.method,
        "path": sent.path,
        "path_at": sent.path_at.data(),
        "query": sent.query,
        "host": sent.host,
        "host_at": sent.host_at.data(),
        "timeout": sent.timeout,
        "timeout_at": sent.timeout_at.data(),
        "service_timeouts": [
            {"name": name, "seconds": seconds, "at": at.data()} for name, seconds, at in sent.service_timeouts
        ],
        "upgrades": list(sent.upgrades),
        "upgrades_at": sent.upgrades_at.data(),
    }


def _near(near: Near) -> dict[str, Any]:
    return {"route": near.route, "pattern": near.pattern, "at": near.at.data(), "reason": near.reason}


def _place(at: Place | None) -> dict[str, Any] | None:
    return None if at is None else at.data()
