"""The facts of a gateway's ``/status`` in words: first what is wrong, then what runs.

The gateway that is asked may be of another version, so a fact that is missing is left out, never an error.
"""

from datetime import UTC, datetime
from typing import Any, Final

from gatewayctl.cli.styles import Style
from gatewayctl.cli.tables import table
from gatewayctl.core.units import format_duration

_SOON: Final = 14
"""Days before its end from which a certificate is worth a line."""


def attention(facts: dict[str, Any]) -> list[str]:
    """What somebody should look at, each in one line; empty where all is well."""
    wrong = []
    reload = _table(_table(facts, "config"), "last_reload")
    if reload.get("successful") is False:
        wrong.append(f"the last reload failed at {reload.get('at')}: it was {reload.get('summary', 'refused')}")
    if facts.get("ending"):
        wrong.append("it is shutting down")
    for service in _tables(facts, "services"):
        instances = _tables(service, "instances")
        if not any(i.get("status") == "up" and i.get("weight", 1) for i in instances):
            wrong.append(f"service {service.get('name')} has no instance that takes requests")
        if service.get("panic"):
            wrong.append(f"all instances of service {service.get('name')} are out: all get traffic (panic)")
        if trouble := service.get("trouble"):
            wrong.append(f"service {service.get('name')}: {trouble}")
    wrong += [words for one in _tables(facts, "certificates") if (words := _ends_soon(one))]
    for worker in _tables(facts, "workers"):
        if worker.get("state", "serving") != "serving":
            wrong.append(f"worker {worker.get('worker')} does not serve: it is {worker.get('state')}")
        elif worker.get("generation") != facts.get("generation"):
            wrong.append(f"worker {worker.get('worker')} still serves generation {worker.get('generation')}")
    limit = facts.get("max_connections")
    if limit and facts.get("connections", 0) >= limit:
        wrong.append(f"all {limit} connections are taken: further clients wait")
    if error := _table(facts, "log").get("error"):
        wrong.append(f"the access log cannot be written: {error}")
    return wrong


def _ends_soon(certificate: dict[str, Any]) -> str:
    """A line about a certificate that needs to be replaced; empty for others."""
    try:
        left = datetime.fromisoformat(str(certificate.get("expires_at"))) - datetime.now(UTC)
    except (ValueError, TypeError):
        return ""
    name = certificate.get("name")
    if left.total_seconds() <= 0:
        return f"the certificate {name} has expired"
    return f"the certificate {name} expires in {left.days} days" if left.days < _SOON else ""


def status_text(facts: dict[str, Any], wrong: list[str], *, width: int | None, style: Style) -> str:
    """The whole text."""
    verdict = style.bad("needs attention") if wrong else style.good("healthy")
    up = format_duration(int(facts.get("uptime_seconds", 0)))
    lines = [f"{verdict}  gatewayctl {facts.get('version')}, process {facts.get('pid')}, up {up}"]
    lines += [f"  {style.bad('!')} {reason}" for reason in wrong]
    config = _table(facts, "config")
    rendered = _table(config, "last_reload").get("diagnostics") or []
    if wrong and rendered:
        lines += ["", *("\n\n".join(str(text) for text in rendered)).split("\n"), ""]
    for label, text in _facts(facts, config):
        lines.append(f"  {style.faint(label.ljust(11))}  {text}")
    rows = [
        _row(service.get("name"), i) for service in _tables(facts, "services") for i in _tables(service, "instances")
    ]
    workers = _tables(facts, "workers")
    if len(workers) > 1:
        headings = ["WORKER", "PROCESS", "STATE", "GENERATION", "SINCE", "IN FLIGHT", "CONNECTIONS", "RESTARTS"]
        lines += ["", table(headings, [_worker(worker) for worker in workers], width=width, style=style)]
    if rows:
        headings = ["SERVICE", "INSTANCE", "ADDRESS", "STATUS", "IN FLIGHT", "CONNECTIONS", "FAILURES"]
        lines += ["", table(headings, rows, width=width, style=style)]
    return "\n".join(lines)


def _facts(facts: dict[str, Any], config: dict[str, Any]) -> list[tuple[str, str]]:
    found = [("listening", ", ".join(map(str, facts.get("listeners") or [])) or "nowhere")]
    since = _ago(config.get("loaded_at"))
    routes = f"{facts.get('routes')} route{'' if facts.get('routes') == 1 else 's'}"
    found.append(("serving", f"{routes}, generation {facts.get('generation')}, loaded{since}"))
    files = [str(file) for file in config.get("files") or []]
    if files:
        found.append(("from", ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")))
    limit = facts.get("max_connections")
    of = f" of {limit}" if limit else ""
    found.append(("now", f"{facts.get('in_flight')} requests in flight, {facts.get('connections')}{of} connections"))
    counts = [
        (config.get("reload_failures"), "failed reload", "failed reloads"),
        (facts.get("internal_errors"), "internal error (see its log)", "internal errors (see its log)"),
        (_table(facts, "log").get("dropped"), "lost line of the access log", "lost lines of the access log"),
    ]
    if some := ", ".join(f"{count} {one if count == 1 else many}" for count, one, many in counts if count):
        found.append(("since start", some))
    return found


def _row(service: Any, instance: dict[str, Any]) -> list[str]:
    keys = ("id", "address", "status", "in_flight", "connections", "failures")
    if against := instance.get("against"):
        why = instance.get("problem") or ", ".join(map(str, against))
        instance = {**instance, "status": f"out: {why}"}
    return [str(service), *(str(instance.get(key, "")) for key in keys)]


def _worker(worker: dict[str, Any]) -> list[str]:
    keys = ("worker", "pid", "state", "generation", "started_at", "in_flight", "connections", "restarts")
    return [str(worker.get(key, "")) for key in keys]


def _ago(at: Any) -> str:
    """`` 3h12m ago (2026-11-22T23:10:02Z)`` for a time in ISO 8601; empty where there is none."""
    try:
        then = datetime.fromisoformat(str(at))
    except ValueError:
        return ""
    if then.tzinfo is None:
        then = then.replace(tzinfo=UTC)
    seconds = max(0, int((datetime.now(UTC) - then).total_seconds()))
    return f" {format_duration(seconds)} ago ({at})"


def _table(data: dict[str, Any], key: str) -> dict[str, Any]:
    value = data.get(key)
    return value if isinstance(value, dict) else {}


def _tables(data: dict[str, Any], key: str) -> list[dict[str, Any]]:
    value = data.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
