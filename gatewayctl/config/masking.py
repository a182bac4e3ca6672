"""The texts of a configuration for showing pieces of them: what is secret in them is masked, by its position.

A text that is valid TOML is masked where the schema says that a value is secret, and where a ``${secret:}`` has a
default. In a broken text positions cannot be relied on, so there a secret key's line is masked to its end as well.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Final

from gatewayctl.config.finding import KeyPath
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.kinds.urls import USERINFO
from gatewayctl.config.selecting import Tree, select, tree
from gatewayctl.config.shape import at_path
from gatewayctl.config.sources import Source

MASK: Final = "***"
"""What stands in place of a secret."""

_REFERENCE: Final = re.compile(r"""["']+\$\{[^}]*\}["']+""")
_DEFAULT: Final = re.compile(r"(?<=:-)[^}]+")


class Masked(Mapping[str, str]):
    """Texts by the name of their file. A text is masked when it is first asked for."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = {source.file: source for source in sources}
        self._masked: dict[str, str] = {}

    def __getitem__(self, file: str) -> str:
        if file not in self._masked:
            self._masked[file] = _masked(self._sources[file])
        return self._masked[file]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __len__(self) -> int:
        return len(self._sources)


def mask_userinfo(url: str) -> str:
    """A URL without its user and password."""
    return USERINFO.sub(MASK, url)


def _masked(source: Source) -> str:
    if source.variables:
        return source.text  # the environment's text was made without secrets
    hidden = _hidden(source)
    if not hidden and source.data:
        return source.text
    index = source.index()
    text = bytearray(source.text.encode())
    for path, blot in hidden.items():
        node = index.node(path)
        if node is not None:
            literal = text[node.start_byte : node.end_byte].decode(errors="replace")
            text[node.start_byte : node.end_byte] = blot(literal).encode()  # as many bytes as before
    masked = text.decode(errors="replace")
    return masked if source.data else _broken().sub(lambda match: match[1] + re.sub(r"[^\r\n]", "*", match[2]), masked)


def _hidden(source: Source) -> dict[KeyPath, Callable[[str], str]]:
    """Where a text holds what must not be shown, and how it is made unreadable."""
    if not source.data:
        shapes = ((path, at_path(path)) for path in source.index().everything())
        kinds = {path: shape.kind for path, shape in shapes if shape is not None and shape.kind is not None}
    else:
        kinds = {hit.path: hit.mark for hit in select(_secrets(), source.data)}
    hidden: dict[KeyPath, Callable[[str], str]] = dict.fromkeys(source.secrets, _without_defaults)
    hidden |= {path: _without_userinfo for path, kind in kinds.items() if kind.url and path not in hidden}
    return hidden | {path: _unreadable for path, kind in kinds.items() if kind.secret}


def _unreadable(literal: str) -> str:
    """A value's text without the value; a mere variable stays, since it says where the value is."""
    if _REFERENCE.fullmatch(literal):
        return _without_defaults(literal)
    return "".join(char if char in "\"'\r\n" else _stars(char) for char in literal)


def _without_defaults(literal: str) -> str:
    return _DEFAULT.sub(lambda match: _stars(match[0]), literal)


def _without_userinfo(literal: str) -> str:
    return USERINFO.sub(lambda match: _stars(match[0]), literal)


def _stars(text: str) -> str:
    return "*" * len(text.encode())


@cache
def _secrets() -> Tree[Kind]:
    return tree(lambda kind: kind.secret or kind.url)


@cache
def _broken() -> re.Pattern[str]:
    """A key whose values are secret somewhere in the language, and what follows it: a string or list that may go on
    over further lines, or the rest of its line."""
    names: set[str] = set()
    waiting: list[Tree[Kind]] = [tree(lambda kind: kind.secret)]
    while waiting:
        where = waiting.pop()
        waiting += (where.by_type or {}).values()
        for key, below in where.items():
            inner = below.get("*", below) if isinstance(below, Tree) else below
            if isinstance(inner, Tree):
                waiting.append(inner)
            else:
                names.add(key)
    key = rf"""(?:^|[\s{{,.])["']?(?:{"|".join(sorted(names))})["']?\s*=\s*"""
    values = (r'"""[\s\S]*?(?:"""|\Z)', r"'''[\s\S]*?(?:'''|\Z)", r"\[[\s\S]*?(?:\]|\Z)", r"\S.*")
    return re.compile(rf"({key})({'|'.join(values)})", re.MULTILINE)
