"""A report in words: aligned where there is room, stacked where there is not, and never able to steer a terminal."""

from gatewayctl.cli.styles import Style
from gatewayctl.routetest.places import Place
from gatewayctl.routetest.report import GATEWAY, REFUSED, Answered, Near, Report, StepLine
from gatewayctl.routetest.request import Asked
from gatewayctl.routetest.text import report_text

_PLAIN = Style(on=False)
_NEAR = Near("users", "/users", Place("gateway.toml", 7), "the path matches, but the method PUT is not in GET")


def _report(**parts: object) -> Report:
    base = Report(Asked("PUT", "/users", "h"), REFUSED, "/users", 405, "method_not_allowed", "PUT is not allowed")
    return base._replace(**parts)


def test_the_place_stands_behind_its_text() -> None:
    text = report_text(_report(near=(_NEAR,), allow=("GET", "HEAD")), width=None, style=_PLAIN)

    assert text == (
        "PUT http://h/users\n"
        "  refused with 405 method_not_allowed: PUT is not allowed\n"
        "  Allow: GET, HEAD\n"
        "\n"
        "came near\n"
        "  users  the path matches, but the method PUT is not in GET  gateway.toml:7"
    )


def test_on_a_narrow_terminal_the_place_has_a_line_of_its_own() -> None:
    text = report_text(_report(near=(_NEAR,)), width=60, style=_PLAIN)

    assert text.endswith("  users  the path matches, but the method PUT is not in GET\n           gateway.toml:7")


def test_one_long_line_does_not_push_all_places_away() -> None:
    steps = (
        StepLine("one", "admit", ("x" * 200,), "", Place("a", 1)),
        StepLine("two", "admit", ("short",), "", Place("a", 2)),
    )

    lines = report_text(_report(steps=steps, route="r"), width=None, style=_PLAIN).splitlines()

    assert lines[-2].endswith("x  a:1")
    assert lines[-1] == "   2 two  short  a:2"


def test_steps_that_are_not_reached_are_left_out() -> None:
    steps = (StepLine("forward", "forward", ("to nowhere",), "", None, reached=False),)

    assert "forward" not in report_text(_report(steps=steps, route="r"), width=None, style=_PLAIN)


def test_what_comes_from_outside_cannot_steer_the_terminal() -> None:
    answered = Answered(200, (("x", "\x1b[2J"),), "\x1b]0;title\x07")
    report = _report(outcome=GATEWAY, route="r", answered=answered, asked=Asked("GET", "/\x1b[31m", "h\x07"))

    assert "\x1b" not in report_text(report, width=None, style=_PLAIN)
    assert "\x07" not in report_text(report, width=None, style=_PLAIN)


def test_a_long_body_is_shortened() -> None:
    report = _report(outcome=GATEWAY, route="r", answered=Answered(200, (), "y" * 500))

    assert "y" * 79 + "…" in report_text(report, width=None, style=_PLAIN)


def test_colours_do_not_change_the_words() -> None:
    report = _report(near=(_NEAR,), route="r")

    coloured = report_text(report, width=None, style=Style(on=True))

    for code in ("1", "2", "31;1", "32;1", "36", "0"):
        coloured = coloured.replace(f"\x1b[{code}m", "")
    assert coloured == report_text(report, width=None, style=_PLAIN)
