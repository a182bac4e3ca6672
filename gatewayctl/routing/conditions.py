"""Header and query conditions: equal, ``~regex`` or ``*`` (present); all of a route's must hold.

Repeated header fields are joined with ``, ``; of a repeated query name the first counts. Query names and values are
percent-decoded and, as servers commonly read forms, ``+`` is a space (``%2B`` is a plus). A broken escape stays as it
is. A name without ``=`` has the empty value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from urllib.parse import unquote_to_bytes

from gatewayctl.core.fields import Field
from gatewayctl.routing.compiled import Check, Condition, ConditionRank
from gatewayctl.routing.engine import check_regex, compile_regex
from gatewayctl.routing.regex import RegexError, parse_regex
from gatewayctl.routing.regex_ast import text_of
from gatewayctl.routing.spec import RouteProblem

CONDITION: Final = "E306"
REGEX: Final = "E303"
_TOKEN: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")
_CONTROL: Final = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


def parse_conditions(field: str, written: Mapping[str, str], problems: list[RouteProblem]) -> tuple[Condition, ...]:
    """The conditions of ``headers`` or ``query``, ordered by name; what is wrong is added to ``problems``."""
    made: dict[bytes, Condition] = {}
    for key, value in written.items():
        name = key.lower().encode() if field == "headers" else key.encode()
        help = (
            "a name is letters, digits and -" if field == "headers" else 'write the name, such as query = { v = "2" }'
        )
        if not key or (field == "headers" and not _TOKEN.fullmatch(key)):
            what = "header" if field == "headers" else "query parameter"
            message = f"{key!r} is no name of a {what}"
            problems.append(RouteProblem(field, message, 0, max(len(key), 1), help, key, CONDITION, of_key=True))
        elif name in made:
            message = f"two conditions look at {key.lower()!r}: names are compared without case"
            problems.append(RouteProblem(field, message, 0, len(key), "keep one of them", key, CONDITION, of_key=True))
        condition = _parse(field, key, name, value, problems)
        if condition is not None:
            made[name] = condition
    return tuple(made[name] for name in sorted(made))


def _parse(field: str, key: str, name: bytes, value: str, problems: list[RouteProblem]) -> Condition | None:
    if value == "*":
        return Condition(Check.PRESENT, name, b"", value)
    if value.startswith("~"):
        try:
            node = parse_regex(value[1:], "value")
            text = text_of(node).encode()
            check_regex(text)
        except RegexError as error:
            problems.append(RouteProblem(field, error.message, error.start + 1, error.end + 1, error.help, key, REGEX))
            return None
        return Condition(Check.REGEX, name, text, value[1:])
    if field == "headers":
        control = _CONTROL.search(value)
        if control:
            message = "a header value has no control characters"
            problems.append(
                RouteProblem(field, message, control.start(), control.end(), "leave it out", key, CONDITION)
            )
            return None
        if value != value.strip(" \t"):
            message = "a header value has no white space around it"
            help = f'write "{value.strip()}"'
            problems.append(RouteProblem(field, message, 0, len(value), help, key, CONDITION))
            return None
    return Condition(Check.EQUAL, name, value.encode(), value)


def condition_rank(headers: tuple[Condition, ...], query: tuple[Condition, ...]) -> ConditionRank:
    """More header conditions first, then more equalities, then more regular expressions; the same for the query."""
    return (*_counts(headers), *_counts(query))


def _counts(conditions: tuple[Condition, ...]) -> tuple[int, int, int]:
    equal = sum(c.check == Check.EQUAL for c in conditions)
    return -len(conditions), -equal, -sum(c.check == Check.REGEX for c in conditions)


def query_values(query: bytes) -> dict[bytes, bytes]:
    """The decoded names of a raw query (without ``?``), each with its first value."""
    values: dict[bytes, bytes] = {}
    for part in query.split(b"&"):
        if part:
            name, _, value = part.partition(b"=")
            values.setdefault(decoded(name), decoded(value))
    return values


def decoded(text: bytes) -> bytes:
    """A name or value of a raw query as it is meant."""
    text = text.replace(b"+", b" ")
    return unquote_to_bytes(text) if b"%" in text else text


def header_value(fields: Sequence[Field], name: bytes) -> bytes | None:
    """All values of that (lower-case) name joined with ``, ``; None if there is none."""
    found = [field[2] for field in fields if field[1] == name]
    if not found:
        return None
    return found[0] if len(found) == 1 else b", ".join(found)


class LiveConditions:
    """The conditions of one route, ready to be asked."""

    __slots__ = ("_headers", "_query")

    def __init__(self, headers: tuple[Condition, ...], query: tuple[Condition, ...]) -> None:
        self._headers = tuple((c.name, value_test(c)) for c in headers)
        self._query = tuple((c.name, value_test(c)) for c in query)

    def hold(self, query: bytes, fields: Sequence[Field] | None) -> bool:
        """Whether all hold; with ``fields`` None (a preflight) header conditions are not asked."""
        if fields is not None:
            for name, test in self._headers:
                value = header_value(fields, name)
                if value is None or (test is not None and not test(value)):
                    return False
        if self._query:
            values = query_values(query)
            for name, test in self._query:
                value = values.get(name)
                if value is None or (test is not None and not test(value)):
                    return False
        return True


def value_test(condition: Condition) -> Callable[[bytes], object] | None:
    """The look at a value; None where being present is enough."""
    if condition.check == Check.EQUAL:
        return condition.value.__eq__
    return compile_regex(condition.value).fullmatch if condition.check == Check.REGEX else None
