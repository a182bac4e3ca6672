"""What nginx's words are in this language: durations, sizes, variables, server names."""

import re
from typing import Final

_VARIABLES: Final = {
    "host": "{host}",
    "http_host": "{host}",
    "request_uri": "{path}",
    "uri": "{path}",
    "document_uri": "{path}",
    "remote_addr": "{client_ip}",
    "request_id": "{request_id}",
    "request_method": "{method}",
}
_UNITS: Final = {"": "s", "ms": "ms", "s": "s", "m": "m", "h": "h"}
_SIZES: Final = {"": "B", "k": "KiB", "m": "MiB", "g": "GiB"}
QUERY: Final = ("$is_args", "$args", "$query_string")
"""What nginx puts the query into a redirect with; here it is always kept."""


def duration(word: str) -> str | None:
    """``"90"`` and ``"1m30s"`` as durations; None for what has no such form."""
    if re.fullmatch(r"(\d+h)?(\d+m)?(\d+s)?(\d+ms)?", word) and word:
        return word
    match = re.fullmatch(r"(\d+)([a-z]*)", word)
    return f"{match[1]}{_UNITS[match[2]]}" if match and match[2] in _UNITS else None


def size(word: str) -> str | None:
    """``"8m"`` as a size; 0 is unlimited."""
    match = re.fullmatch(r"(\d+)([kmg]?)", word.lower())
    if match is None:
        return None
    return "unlimited" if int(match[1]) == 0 else f"{match[1]}{_SIZES[match[2]]}"


def template(text: str) -> str | None:
    """A text with variables as a template; None where one of them has no counterpart. Braces stay braces."""
    made = re.sub(r"\{[^{}]*\}", lambda match: f"{{{match[0]}}}", text)
    unknown: list[str] = []

    def one(match: re.Match[str]) -> str:
        name = match[1] or match[2]
        if name in _VARIABLES:
            return _VARIABLES[name]
        if name.startswith("http_"):
            return f"{{header.{name.removeprefix('http_').replace('_', '-')}}}"
        if name.startswith("arg_"):
            return f"{{query.{name.removeprefix('arg_')}}}"
        unknown.append(name)
        return ""

    made = re.sub(r"\$(?:\{(\w+)\}|(\w+))", one, made.replace("{{", "\0").replace("}}", "\1"))
    return None if unknown else made.replace("\0", "{{").replace("\1", "}}")


def hosts(names: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The names of a server as host patterns, and those that cannot be said. ``_`` and ``""`` are no names."""
    kept: list[str] = []
    lost: list[str] = []
    for name in names:
        if name in ("_", '""', "", "''"):
            continue
        if name.startswith("."):
            kept += [name[1:], f"*{name}"]
        elif name.startswith("~") or name.endswith("*") or "*" in name[1:]:
            lost.append(name)
        else:
            kept.append(name.lower())
    return list(dict.fromkeys(kept)), lost


def full_expression(expression: str, *, case_matters: bool) -> str:
    """An expression that nginx looks for anywhere in the path, as one that matches it in full."""
    made = "|".join(_full(branch) for branch in _branches(expression))
    return made if case_matters else f"(?i)(?:{made})" if "|" in made else f"(?i){made}"


def _full(branch: str) -> str:
    begins, ends = branch.startswith("^"), branch.endswith("$") and not branch.endswith("\\$")
    inner = branch[begins : len(branch) - ends]
    return f"{'' if begins else '.*'}{inner}{'' if ends else '.*'}"


def _branches(expression: str) -> list[str]:
    """What stands between the ``|`` that are in no brackets."""
    branches, depth = [""], 0
    for piece in re.findall(r"\\.|\[\^?\]?[^\]]*\]|.", expression, re.DOTALL):
        depth += {"(": 1, ")": -1}.get(piece, 0)
        if piece == "|" and depth == 0:
            branches.append("")
        else:
            branches[-1] += piece
    return branches
