"""Writes the parts of the documentation that follow from the code: ``python docs/generate.py``.

A part stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` in a page that is otherwise written by hand; a
test fails when one is not current.
"""

import re
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from gatewayctl.config import schema
from gatewayctl.config.capabilities import MISSING, Missing
from gatewayctl.config.settings import refs, toml, type_of
from gatewayctl.core.codes import CODES
from gatewayctl.core.failures import FAILURES
from gatewayctl.diff.classes import CLASSES, Severity
from gatewayctl.lint import FAMILIES as RULE_FAMILIES
from gatewayctl.lint import LintRule, all_rules
from gatewayctl.plan.order import STEPS
from gatewayctl.plan.security_headers import SECURITY_HEADERS
from gatewayctl.telemetry.families import FAMILIES

DOCS: Final = Path(__file__).parent
_PART: Final = re.compile(r"(<!-- begin ([a-z-]+) -->\n).*?(<!-- end \2 -->)", re.DOTALL)

Json = dict[str, Any]
Lines = Iterator[str]


def current(page: str) -> str:
    """A page with its generated parts as they should be. KeyError for a part that nobody writes."""
    return _PART.sub(lambda found: f"{found[1]}{_text(PARTS[found[2]]())}{found[3]}", page)


def pages() -> list[Path]:
    """All pages that have generated parts."""
    return [page for page in sorted(DOCS.rglob("*.md")) if _PART.search(page.read_text(encoding="utf-8"))]


def _text(lines: Lines) -> str:
    return "\n" + "\n".join(lines).rstrip("\n") + "\n\n"


def _row(*cells: str) -> str:
    return "| " + " | ".join(cell.replace("|", r"\|").replace("\n", " ") for cell in cells) + " |"


def _head(*cells: str) -> Lines:
    yield _row(*cells)
    yield "|" + " --- |" * len(cells)


# ── the settings ──────────────────────────────────────────────────────────


def _settings() -> Lines:
    made = schema()
    yield "### At the top of a file\n"
    yield from _head("key", "value", "default", "meaning")
    tables = []
    for name, form in made["properties"].items():
        if refs(form):
            tables.append((name, form))
        else:
            yield _setting(name, form, name)
    yield ""
    for name, form in tables:
        plural = "additionalProperties" in form
        title = f"{name}.NAME" if plural else name
        yield from _table(made["$defs"], title, f"{name}.*" if plural else name, form)


def _table(defs: Json, title: str, place: str, form: Json) -> Lines:
    """A table of the language and, after it, the tables within it. ``place`` is its path in the capabilities table."""
    for ref in refs(form):
        model = defs[ref]
        kind = model["properties"].get("type", {}).get("const")
        yield f"### `[{title}]`" + (f' with `type = "{kind}"`' if kind else "") + "\n"
        if any(_covers(pattern, place) for pattern in MISSING):
            yield "*Not available in this version: it is checked, and then refused with E901.*\n"
        yield f"{model['description']}\n"
        yield from _head("key", "value", "default", "meaning")
        inner = []
        for name, field in model["properties"].items():
            if not (kind and name == "type"):
                required = name in model.get("required", ())
                yield _setting(name, field, f"{place}.{name}", required=required)
            if refs(field):
                inner.append((name, field))
        yield ""
        for name, field in inner:
            plural = "additionalProperties" in field
            listed = "items" in field
            below = f"{title}.{name}" + (".NAME" if plural else "")
            path = f"{place}.{name}" + (".*" if plural or listed else "")
            yield from _table(defs, below, path, field)


def _covers(pattern: str, place: str) -> bool:
    """Whether the capabilities table refuses ``place`` as a whole."""
    wanted, parts = pattern.split("."), place.split(".")
    return len(wanted) <= len(parts) and all(w in ("*", p) for w, p in zip(wanted, parts, strict=False))


def _setting(name: str, form: Json, place: str, *, required: bool = False) -> str:
    about = form.get("description", "")
    examples = [example for example in form.get("examples", ()) if example != form.get("default")]
    if examples and not refs(form) and form.get("type") != ["boolean", "string"] and not _closed(form):
        about += " Such as " + ", ".join(f"`{toml(example)}`" for example in examples) + "."
    if place in MISSING:
        missing = MISSING[place]
        about += " *Not available in this version.*" if missing.on_key else f" *Not in this version: {_what(missing)}.*"
    elif f"{place}.*" in MISSING and not MISSING[f"{place}.*"].on_key:
        about += f" *Not in this version: {_what(MISSING[f'{place}.*'])}.*"
    default = "required" if required else f"`{toml(form['default'])}`" if "default" in form else ""
    return _row(f"`{name}`", type_of(form, "`"), default, about)


def _what(missing: Missing) -> str:
    """What is refused, said apart from the place that it is refused at."""
    return {"this load balancer": "any but `round_robin` and `weighted`"}.get(missing.what, missing.what)


def _closed(form: Json) -> bool:
    """Whether the value is one of a few words, which are shown anyway."""
    return any("enum" in part or "const" in part for part in (form, *form.get("anyOf", ()))) and "size" not in type_of(
        form
    )


# ── the tables ────────────────────────────────────────────────────────────


def _missing() -> Lines:
    for place, missing in MISSING.items():
        shown = place.replace("*", "NAME", 1) if place.partition(".")[0] not in ("server", "tracing") else place
        shown = shown.removesuffix(".*").replace(".instances.*.", ".instances.")
        values = "" if missing.on_key else f": {_what(missing)}"
        yield f"- `{shown}`{values}"


_FAMILIES: Final = {
    "E0": "Files and syntax; the command line (E02x)",
    "E1": "The schema and values",
    "E2": "References",
    "E3": "Routing",
    "E4": "Environment and secrets",
    "E5": "Running; a running gateway (E52x)",
    "E6": "Route tests",
    "E7": "Formats of other tools: import",
    "E9": "Not available",
    "W": "Warnings",
}


def _diagnostics() -> Lines:
    rest = dict(CODES)
    for prefix, title in _FAMILIES.items():
        family = {code: rest.pop(code) for code in sorted(rest) if code.startswith(prefix)}
        yield f"### {title}\n"
        yield from _head("code", "what it means")
        for code, meaning in family.items():
            yield _row(f"`{code}`", meaning)
        yield ""
    if rest:
        raise KeyError(f"codes of no family: {sorted(rest)}")


def _failures() -> Lines:
    yield from _head("reason", "status", "whose fault", "what the client is told", "`Proxy-Status` error", "connection")
    for kind in FAILURES.values():
        ends = "closed" if kind.closes else ""
        yield _row(f"`{kind.reason}`", str(kind.status), kind.fault.value, kind.title, f"`{kind.proxy_error}`", ends)


def _steps() -> Lines:
    yield from _head("", "step", "phase", "why it stands here")
    for number, step in enumerate(STEPS, 1):
        yield _row(str(number), f"`{step.name}`", step.phase.value, step.why_here)


def _metrics() -> Lines:
    yield from _head("metric", "type", "labels", "meaning")
    for family in FAMILIES:
        made = family.new()
        name = made.name + {"counter": "_total", "info": "_info"}.get(made.type, "")
        yield _row(f"`{name}`", made.type, ", ".join(f"`{label}`" for label in family.labels), family.help)


_BOUNDS: Final = {
    "ServerConfig": (
        "server",
        ("max_connections", "max_header_size", "max_headers", "max_body_size", "min_body_rate"),
        ("header_timeout", "body_timeout", "keepalive_timeout", "shutdown_delay", "shutdown_grace"),
    ),
    "DefaultsConfig": (
        "defaults",
        (),
        ("timeout", "connect_timeout", "first_byte_timeout", "idle_timeout", "tunnel_idle_timeout"),
    ),
    "KeepaliveConfig": ("services.NAME.keepalive", ("max_idle", "max_requests"), ("idle",)),
}


def _chosen(which: int) -> Lines:
    yield from _head("setting", "default", "meaning")
    for model, chosen in _BOUNDS.items():
        properties = schema()["$defs"][model]["properties"]
        for name in chosen[which]:
            form = properties[name]
            yield _row(f"`{chosen[0]}.{name}`", f"`{toml(form['default'])}`", form["description"])


def _diff_classes() -> Lines:
    for severity in Severity:
        yield f"### {severity}\n"
        yield from _head("code", "name", "what it means for requests")
        for kind in CLASSES.values():
            if kind.severity is severity:
                yield _row(f"`{kind.code}`", f"`{kind.name}`", kind.title)
        yield ""


def _rules() -> Lines:
    yield from _head("code", "name", "severity", "fix", "what is wrong")
    for one in all_rules():
        level = one.rule.severity.value + (", on request" if one.rule.taste else "")
        fix = one.manual.fix.partition(":")[0].partition(";")[0].rstrip(".").lower()
        yield _row(f"[`{one.rule.code}`](#{_anchor(one)})", f"`{one.rule.name}`", level, fix, one.title)


def _rule_manuals() -> Lines:
    rules = all_rules()
    for family in RULE_FAMILIES:
        members = [one for one in rules if one.family == family]
        if members:
            yield f"## {family.capitalize()}\n"
        for one in members:
            manual = one.manual
            yield f"### {one.rule.code} {one.rule.name}\n"
            yield f"**{manual.title}.** {manual.finds}\n"
            yield f"{manual.why}\n"
            yield from (_config(manual.example), "Instead:\n", _config(manual.instead))
            yield f"Fix: {manual.fix}\n"


def _config(text: str) -> str:
    """A block of TOML; one of what this version cannot do yet is no configuration to try."""
    from gatewayctl.config.capabilities import check
    from gatewayctl.config.finding import Findings

    refused = Findings()
    check(tomllib.loads(text), refused)
    return f"```{'' if refused.found else 'toml'}\n{text}```\n"


def _anchor(one: LintRule) -> str:
    return f"{one.rule.code}-{one.rule.name}".lower()


def _security_headers() -> Lines:
    yield from _head("header", "value", "why")
    for header in SECURITY_HEADERS:
        yield _row(f"`{header.name}`", f"`{header.value}`", header.why)


PARTS: Final[dict[str, Callable[[], Lines]]] = {
    "settings": _settings,
    "missing": _missing,
    "diagnostics": _diagnostics,
    "diff-classes": _diff_classes,
    "rules": _rules,
    "rule-manuals": _rule_manuals,
    "failures": _failures,
    "steps": _steps,
    "metrics": _metrics,
    "security-headers": _security_headers,
    "bounds": lambda: _chosen(1),
    "timeouts": lambda: _chosen(2),
}


if __name__ == "__main__":
    for path in pages():
        path.write_text(current(path.read_text(encoding="utf-8")), encoding="utf-8")
