"""What a rule is, what it finds, and its manual, read from its docstring."""

import inspect
import re
from typing import Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.core.diagnostics import Severity, Span
from gatewayctl.core.frozen import frozen
from gatewayctl.lint.edits import Edit


@frozen
class Rule:
    """``name`` is said where people read, ``code`` never changes. ``taste``: it is run only where it is asked for."""

    code: str
    name: str
    severity: Severity = Severity.WARNING
    taste: bool = False


@frozen
class Fix:
    """What would be done, as a request ("remove the limit"). ``safe``: requests are handled as before, for certain."""

    about: str
    edits: tuple[Edit, ...]
    safe: bool = True


@frozen
class Found:
    """One place: the value at ``path`` (``on_key``: its key or table header). ``related`` are other key paths and what
    they are."""

    path: KeyPath
    message: str
    label: str = ""
    help: str = ""
    on_key: bool = False
    related: tuple[tuple[KeyPath, str], ...] = ()
    fix: Fix | None = None
    span: Span | None = None
    """The place itself, where it is none of a key."""
    about_secret: bool = False
    """Its words hold no value, so that they may be shown where the value is secret."""


@frozen
class Manual:
    """The parts of a rule's docstring. ``example`` and ``instead`` are TOML, each a whole configuration."""

    title: str
    finds: str
    why: str
    example: str
    instead: str
    fix: str


_PARTS: Final = ("Why", "Example", "Instead", "Fix")
_HEADING: Final = re.compile(rf"^({'|'.join(_PARTS)}):[ \n]", re.MULTILINE)


def manual_of(docstring: str) -> Manual:
    """The manual that a docstring is. Raises ValueError where a part is missing or not in its place."""
    title, _, rest = inspect.cleandoc(docstring).partition("\n\n")
    pieces = _HEADING.split(rest)
    if tuple(pieces[1::2]) != _PARTS:
        raise ValueError(f"the manual {title!r} needs {', '.join(_PARTS)}, in this order")
    finds, why, example, instead, fix = (pieces[0], *pieces[2::2])
    return Manual(
        title=" ".join(title.split()).rstrip("."),
        finds=_text(finds),
        why=_text(why),
        example=_toml(example),
        instead=_toml(instead),
        fix=_text(fix),
    )


def _text(part: str) -> str:
    """Paragraphs, each on one line."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in part.strip().split("\n\n"))


def _toml(part: str) -> str:
    code = inspect.cleandoc("\n" + part).strip("\n")
    return f"version = 1\n\n{code}\n"
