"""When colours are used, and that they are only added around a text."""

import pytest

from gatewayctl.cli.console import Console
from gatewayctl.cli.styles import Style, coloured
from gatewayctl.core.diagnostics import Severity
from tests.unit.cli.streams import Stream


@pytest.mark.parametrize(
    ("choice", "terminal", "environ", "expected"),
    [
        ("auto", True, {}, True),
        ("auto", False, {}, False),
        ("auto", True, {"TERM": "dumb"}, False),
        ("auto", True, {"NO_COLOR": "1"}, False),
        ("auto", True, {"NO_COLOR": ""}, True),
        ("auto", False, {"FORCE_COLOR": "1"}, True),
        ("auto", False, {"FORCE_COLOR": "0"}, False),
        ("auto", False, {"FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
        ("always", False, {"NO_COLOR": "1"}, True),
        ("never", True, {"FORCE_COLOR": "1"}, False),
    ],
)
def test_colours_follow_the_option_then_the_environment_then_the_terminal(
    choice: str, terminal: bool, environ: dict[str, str], expected: bool
) -> None:
    assert coloured(choice, Stream(terminal=terminal), environ) is expected


def test_without_colours_every_text_stays_as_it_is() -> None:
    style = Style(on=False)

    texts = {
        style.strong("x"),
        style.frame("x"),
        style.faint("x"),
        style.name("x"),
        style.severity(Severity.ERROR, "x"),
    }

    assert texts == {"x"}


def test_a_colour_ends_where_its_text_ends() -> None:
    assert Style(on=True).bad("no") == "\x1b[31;1mno\x1b[0m"


def test_nothing_is_coloured_where_there_is_nothing() -> None:
    assert Style(on=True).strong("") == ""


def test_results_in_a_file_have_no_colours_even_from_a_terminal() -> None:
    console = Console(out=Stream(terminal=True), err=Stream(terminal=True), environ={}, output="result.txt")

    assert not console.style.on
    assert console.hint_style.on
