"""Diagnostics as data: places as text, the order in which they are shown, repetitions."""

from gatewayctl.core.diagnostics import Diagnostic, Severity, Span, has_errors, in_order


def test_a_place_reads_as_file_line_and_column() -> None:
    assert str(Span("a.toml", 3, 5, 3, 9)) == "a.toml:3:5"


def test_a_place_without_a_column_reads_as_file_and_line() -> None:
    assert str(Span("a.toml", 3)) == "a.toml:3"


def test_a_file_as_a_whole_reads_as_its_name() -> None:
    assert str(Span("a.toml")) == "a.toml"


def test_diagnostics_come_by_file_place_and_code_and_those_without_a_place_first() -> None:
    nowhere = Diagnostic("E9", Severity.ERROR, "nowhere")
    early = Diagnostic("E2", Severity.ERROR, "early", Span("a.toml", 1, 1))
    same_place = Diagnostic("E3", Severity.ERROR, "same place", Span("a.toml", 1, 1))
    late = Diagnostic("E1", Severity.WARNING, "late", Span("a.toml", 10, 1))
    other_file = Diagnostic("E0", Severity.NOTE, "other file", Span("b.toml", 1, 1))

    assert in_order([other_file, late, same_place, early, nowhere]) == [nowhere, early, same_place, late, other_file]


def test_lines_are_ordered_as_numbers_not_as_text() -> None:
    second, tenth = (Diagnostic("E1", Severity.ERROR, "x", Span("a.toml", line, 1)) for line in (2, 10))

    assert in_order([tenth, second]) == [second, tenth]


def test_an_exact_repetition_is_shown_once() -> None:
    one = Diagnostic("E1", Severity.ERROR, "x", Span("a.toml", 1, 1), help="y")

    assert in_order([one, Diagnostic("E1", Severity.ERROR, "x", Span("a.toml", 1, 1), help="y")]) == [one]


def test_only_an_error_is_an_error() -> None:
    warning = Diagnostic("W1", Severity.WARNING, "x")
    note = Diagnostic("N1", Severity.NOTE, "x")

    assert not has_errors([])
    assert not has_errors([warning, note])
    assert has_errors([warning, Diagnostic("E1", Severity.ERROR, "x")])
