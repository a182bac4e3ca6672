"""A configuration in the making: named tables in the order in which they were found, written as formatted TOML."""

import json
import re
from collections.abc import Mapping
from dataclasses import field, replace
from typing import Any
from urllib.parse import quote

from gatewayctl.config.kinds.names import RESERVED
from gatewayctl.core.diagnostics import Diagnostic, Related, Span
from gatewayctl.core.frozen import mutable


@mutable
class Draft:
    """``sections`` are tables of tables by section name; ``single`` are sections that are one table each."""

    title: str
    """Lines about where it comes from, for the head of the file."""
    single: dict[str, dict[str, Any]] = field(default_factory=dict)
    sections: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)
    """What is not carried over."""
    origins: dict[tuple[str, str], Span] = field(default_factory=dict)
    """Where in what is imported a table, by section and name, comes from."""
    sources: dict[str, str] = field(default_factory=dict)
    """The texts that ``origins`` and ``notes`` point into, by file."""
    ranked: bool = False
    """Whether priorities are this import's own, so that those that decide nothing may go."""

    def add(self, section: str, wanted: str, table: dict[str, Any], origin: Span | None = None) -> str:
        """Adds a table under a name like ``wanted``, made of what stands at ``origin``, and gives the name that it got."""
        tables = self.sections.setdefault(section, {})
        name = free_name(wanted, tables, section.rstrip("s"))
        tables[name] = table
        if origin is not None:
            self.origins[section, name] = origin
        return name

    def same(self, section: str, wanted: str, table: dict[str, Any]) -> str:
        """The name of a table that says just this: one that is there, else a new one."""
        tables = self.sections.get(section, {})
        return next((name for name, there in tables.items() if there == table), "") or self.add(section, wanted, table)

    def toml(self) -> str:
        """The file."""
        from gatewayctl.config.layout import formatted

        lines = [*(f"# {line}".rstrip() for line in self.title.splitlines()), "", "version = 1"]
        for section, table in self.single.items():
            lines += ["", f"[{section}]", *_pairs(table)]
        for section, tables in self.sections.items():
            for name, table in tables.items():
                lines += ["", f"[{section}.{name}]", *_pairs(table)]
        return formatted("\n".join(lines) + "\n")

    def placed(self, found: Diagnostic, text: str) -> Diagnostic:
        """A diagnostic about ``text``, what was made of this, as one about what it is made of: nobody has seen ``text``."""
        origin, line = self._origin(found.span, text)
        message = f"{found.message}; what is made of this would say: {line}" if line else found.message
        related = [Related(place, one.message) for one in found.related if (place := self._origin(one.span, text)[0])]
        return replace(found, message=message, span=origin, label="", related=tuple(related))

    def _origin(self, span: Span | None, text: str) -> tuple[Span | None, str]:
        """Where the table around a place of ``text`` comes from, and the line there."""
        if span is None or not span.line:
            return None, ""
        lines = text.splitlines()[: span.line]
        heads = (match for line in reversed(lines) if (match := re.match(r"\[(\w+)\.([\w-]+)", line)))
        head = next(heads, None)
        return (self.origins.get((head[1], head[2])) if head else None), lines[-1].strip()


def free_name(wanted: str, taken: Mapping[str, Any], otherwise: str) -> str:
    """A name of the language as near to ``wanted`` as it can be, and not taken yet."""
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", wanted)
    name = re.sub(r"[^a-z0-9_]+", "-", spaced.lower()).strip("-_") or otherwise
    if name in RESERVED:
        name = f"{otherwise}-{name}"
    if name not in taken:
        return name
    number = 2
    while f"{name}-{number}" in taken:
        number += 1
    return f"{name}-{number}"


def literal(text: str) -> str:
    """A text as the value of a setting: ``${`` is no variable there."""
    return text.replace("${", "$${")


def percent_encoded(text: str) -> str:
    """A piece of a path with its spaces, and what is not ASCII, as a request line has them (RFC 3986 2.1, in UTF-8)."""
    return re.sub(r"[^!-~]+", lambda match: quote(match[0], safe="", errors="surrogatepass"), text)


def plain_template(text: str) -> str:
    """A text as a template that says just it: braces are no parameters."""
    return literal(re.sub(r"\{[^{}]*\}", lambda match: f"{{{match[0]}}}", text))


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items()]


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }" if value else "{}"
    return f"[{', '.join(map(_value, value))}]"
