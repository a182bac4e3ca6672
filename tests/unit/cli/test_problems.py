"""Diagnostics on one line, counted, and as JSON."""

from gatewayctl.cli.problems import as_data, counted, drawn, on_one_line
from gatewayctl.cli.styles import Style
from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span

_PLAIN = Style(on=False)
_ERROR = Diagnostic("E104", Severity.ERROR, "unknown word", Span("a.toml", 2, 5, 2, 8), "here", "write another")
_NOTE = Diagnostic("W401", Severity.NOTE, "PORT is not set", Span("a.toml", 3, 1, 3, 4))


def test_one_line_names_severity_code_place_and_message() -> None:
    assert on_one_line(_NOTE, _PLAIN) == "note[W401] a.toml:3:1: PORT is not set"


def test_what_has_no_place_is_named_without_one() -> None:
    assert on_one_line(Diagnostic("E021", Severity.ERROR, "no"), _PLAIN) == "error[E021]: no"


def test_they_are_counted_by_severity_the_worst_first() -> None:
    assert counted([_NOTE, _ERROR, _ERROR]) == "2 errors, 1 note"
    assert counted([]) == ""


def test_an_empty_line_stands_between_two_drawings() -> None:
    text = drawn([_ERROR, _NOTE], {"a.toml": "one\nkey = bad\nport"}, _PLAIN)

    assert text.count("\n\n") == 1
    assert "    ^^^ here" in text


def test_json_holds_every_part_and_null_for_no_place() -> None:
    related = Related(Span("b.toml", 1, 1, 1, 2), "the first one")

    data = as_data(Diagnostic("E008", Severity.ERROR, "twice", None, "", "keep one", (related,)))

    assert data == {
        "code": "E008",
        "severity": "error",
        "message": "twice",
        "file": None,
        "line": None,
        "column": None,
        "end_line": None,
        "end_column": None,
        "label": "",
        "help": "keep one",
        "related": [
            {
                "message": "the first one",
                "file": "b.toml",
                "line": 1,
                "column": 1,
                "end_line": 1,
                "end_column": 2,
            }
        ],
    }


def test_a_place_that_is_a_whole_file_has_no_line_in_json() -> None:
    data = as_data(Diagnostic("E001", Severity.ERROR, "no file", Span("a.toml")))

    assert (data["file"], data["line"], data["column"]) == ("a.toml", None, None)
