"""A configuration in the making: named tables in the order in which they were found, written as formatted TOML."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gatewayctl.config.kinds.names import RESERVED
from gatewayctl.core.diagnostics import Diagnostic


@dataclass(slots=True)
class Draft:
    """``sections`` are tables of tables by section name; ``single`` are sections that are one table each."""

    title: str
    """Lines about where it comes from, for the head of the file."""
    single: dict[str, dict[str, Any]] = field(default_factory=dict)
    sections: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    notes: list[Diagnostic] = field(default_factory=list)
    """What is not carried over."""

    def add(self, section: str, wanted: str, table: dict[str, Any]) -> str:
        """Adds a table under a name like ``wanted``, and gives the name that it got."""
        tables = self.sections.setdefault(section, {})
        name = free_name(wanted, tables, section.rstrip("s"))
        tables[name] = table
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
