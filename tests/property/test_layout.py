"""The canonical layout: whatever a TOML text says, it says the same afterwards, with every comment, and laying it out again
changes nothing."""

import re
import tomllib

import tomli_w
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gatewayctl.config.layout import formatted

_SPACE = st.sampled_from(["", " ", "  ", "\t"])
_NAMES = st.sampled_from(["a", "b-c", "d_1", '"x y"', "'q'", '"é"', '"a.b"', "0", "a . b", 'k."l m".n'])
_COMMENTS = st.sampled_from(["", "", "#", "# why", "#:schema x", "# [a] = {", "## é  "])
_STRINGS = st.sampled_from(
    ['"x"', "'x'", "'a\"b'", "'\\d+'", '""', "''", '"""\n two \n\n lines"""', "'''\n# none\n'''", '"\\u00e9#"', "'é'"]
)
_PLAIN = st.sampled_from(
    ["1", "-0", "1_000", "0xff", f'"{"long " * 15}"', "1.5e3", "inf", "nan", "true", "2027-01-01", "07:32:00", '"w"']
)
_GAP = st.sampled_from(
    ["", " ", "\n", "\n\n\n", " # c\n", "\n# own\n", "#\n", ' # [x] = "\n', "\n\n# one\n\t# two\n\n", "\n# '''\n"]
)
_TOKEN = re.compile(
    r'"{3}(?:[^\\]|\\.)*?"{3,5}' r"|'{3}.*?'{3,5}" r'|"(?:[^"\\\n]|\\.)*"' r"|'[^'\n]*'" r"|(#[^\n]*)", re.DOTALL
)
"""Strings, so that what looks like a comment in one is none, and comments."""


def comments(text: str) -> list[str]:
    """The comments of a TOML text in their order, without blanks at their ends."""
    return [found[1].rstrip() for found in _TOKEN.finditer(text) if found[1]]


@st.composite
def _lists(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    values = draw(st.lists(inner, max_size=5))
    text = draw(_GAP)
    for number, value in enumerate(values):
        last = number == len(values) - 1
        text += value + draw(_GAP) + ("" if last and draw(st.booleans()) else ",") + draw(_GAP)
    return f"[{text}]"


@st.composite
def _tables(draw: st.DrawFn, inner: st.SearchStrategy[str]) -> str:
    keys = draw(st.lists(st.sampled_from(["a", "b", '"c d"', "e.f"]), unique=True, max_size=4))
    pieces = [f"{key}{draw(_SPACE)}={draw(_SPACE)}{draw(inner)}" for key in keys]
    return "{" + draw(_SPACE) + f"{draw(_SPACE)},{draw(_SPACE)}".join(pieces) + draw(_SPACE) + "}"


_VALUES = st.recursive(_STRINGS | _PLAIN, lambda inner: _lists(inner) | _tables(inner), max_leaves=12)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Valid TOML as nobody would write it."""
    lines: list[str] = []
    for number in range(draw(st.integers(0, 4))):
        if number or draw(st.booleans()):
            table = f"[{draw(_SPACE)}t{number}{draw(_SPACE)}]"
            lines.append(
                f"{draw(_SPACE)}{f'[{table}]' if draw(st.booleans()) else table}{draw(_SPACE)}{draw(_COMMENTS)}"
            )
            lines[-1] = lines[-1].replace("[[ ", "[[").replace(" ]]", "]]") if "[[" in lines[-1] else lines[-1]
        for key in draw(st.lists(_NAMES, unique=True, max_size=5)):
            lines += ["" for _ in range(draw(st.integers(0, 2)))]
            lines += [comment] if (comment := draw(_COMMENTS)) else []
            lines.append(
                f"{draw(_SPACE)}{key}{draw(_SPACE)}={draw(_SPACE)}{draw(_VALUES)}{draw(_SPACE)}{draw(_COMMENTS)}"
            )
    text = "\n".join(lines) + draw(st.sampled_from(["", "\n", "\n\n\n", "\n# end"]))
    return text.replace("\n", "\r\n") if draw(st.booleans()) else text


def _valid(text: str) -> bool:
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts().filter(_valid))
def test_the_data_stays_and_a_second_time_changes_nothing(text: str) -> None:
    once = formatted(text)

    assert repr(tomllib.loads(once)) == repr(tomllib.loads(text))
    assert formatted(once) == once
    assert comments(once) == comments(text)
    assert "\r" not in once
    assert not any(line != line.rstrip() for line in once.splitlines() if '"""' not in text and "'''" not in text)


_DATA = st.recursive(
    st.integers(-(2**60), 2**60) | st.booleans() | st.text(max_size=6) | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=20,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.dictionaries(st.text(max_size=4), _DATA, max_size=5))
def test_what_another_tool_writes_keeps_its_data(data: dict[str, object]) -> None:
    text = tomli_w.dumps(data)
    once = formatted(text)

    assert repr(tomllib.loads(once)) == repr(tomllib.loads(text))
    assert formatted(once) == once
