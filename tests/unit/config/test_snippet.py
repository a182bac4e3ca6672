"""How a diagnostic is drawn."""

import pytest

from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span
from gatewayctl.core.snippet import WIDTH, cells, render


def diagnostic(span: Span | None, label: str = "here", help: str = "", related: tuple[Related, ...] = ()) -> Diagnostic:
    return Diagnostic("E104", Severity.ERROR, "no good", span, label, help, related)


def test_the_form_is_that_of_the_design() -> None:
    text = "\n" * 6 + 'load_balancer = "round-robin"\n'
    drawn = render(
        Diagnostic(
            "E104",
            Severity.ERROR,
            'unknown load balancer "round-robin"',
            Span("conf.d/users.toml", 7, 17, 7, 30),
            "expected one of: round_robin, weighted, random, …",
            'did you mean "round_robin"?',
        ),
        {"conf.d/users.toml": text},
    )
    assert drawn == (
        'error[E104]: unknown load balancer "round-robin"\n'
        "  --> conf.d/users.toml:7:17\n"
        "   |\n"
        ' 7 | load_balancer = "round-robin"\n'
        "   |                 ^^^^^^^^^^^^^ expected one of: round_robin, weighted, random, …\n"
        '   = help: did you mean "round_robin"?'
    )


def test_the_gutter_is_as_wide_as_the_longest_line_number() -> None:
    text = "\n".join(f"line {number}" for number in range(1, 200))
    drawn = render(
        diagnostic(Span("f", 7, 1, 7, 5), help="h", related=(Related(Span("f", 123, 1, 123, 5), "first"),)), {"f": text}
    )
    assert drawn == (
        "error[E104]: no good\n"
        "    --> f:7:1\n"
        "     |\n"
        "   7 | line 7\n"
        "     | ^^^^ here\n"
        "    ::: f:123:1\n"
        "     |\n"
        " 123 | line 123\n"
        "     | ---- first\n"
        "     = help: h"
    )


def test_a_diagnostic_without_a_place_is_one_line_and_its_help() -> None:
    assert render(diagnostic(None, help="h"), {}) == "error[E104]: no good\n   = help: h"


def test_a_whole_file_is_only_named() -> None:
    assert render(diagnostic(Span("f")), {"f": "text"}) == "error[E104]: no good\n  --> f"


def test_a_file_whose_text_is_not_known_is_only_named() -> None:
    assert render(diagnostic(Span("g", 3, 4, 3, 5)), {"f": "text"}) == "error[E104]: no good\n  --> g:3:4"


def test_a_related_place_without_a_text_keeps_its_words() -> None:
    drawn = render(diagnostic(None, related=(Related(Span("g", 3, 4, 3, 5), "the first"),)), {})
    assert drawn.endswith("  ::: g:3:4: the first")


def test_a_place_behind_the_end_still_has_a_caret() -> None:
    assert render(diagnostic(Span("f", 9, 3, 9, 4)), {"f": "one"}).split("\n")[-2:] == [" 9 |", "   | ^ here"]
    assert render(diagnostic(Span("f", 1, 9, 1, 12)), {"f": "one"}).split("\n")[-2:] == [" 1 | one", "   |    ^ here"]


def test_a_span_over_several_lines_marks_its_first_to_the_end() -> None:
    assert render(diagnostic(Span("f", 1, 3, 2, 2)), {"f": "abcdef\nx"}).split("\n")[-1] == "   |   ^^^^ here"


def test_tabs_are_four_spaces() -> None:
    lines = render(diagnostic(Span("f", 1, 2, 1, 3)), {"f": "\tx = 1"}).split("\n")
    assert lines[-2:] == [" 1 |     x = 1", "   |     ^ here"]


@pytest.mark.parametrize(("text", "caret"), [("名前 = 1", 7), ("e\u0301x = 1", 5), ("äb = 1", 5)])
def test_wide_and_combining_characters_do_not_shift_the_caret(text: str, caret: int) -> None:
    lines = render(diagnostic(Span("f", 1, len(text), 1, len(text) + 1)), {"f": text}).split("\n")
    assert lines[-1] == f"   | {' ' * caret}^ here"


def test_a_wide_value_has_as_many_carets_as_cells() -> None:
    lines = render(diagnostic(Span("f", 1, 5, 1, 9)), {"f": 'a = "名前"'}).split("\n")
    assert lines[-1] == "   |     ^^^^^^ here"


def test_control_characters_cannot_steer_a_terminal() -> None:
    drawn = render(
        Diagnostic("E104", Severity.ERROR, "bad \x1b[31m", Span("f\x07", 1, 1, 1, 2), "l\x1b", "h\x1b"),
        {"f\x07": "\x1b[2J\u202e"},
    )
    assert drawn.replace("\n", "").isprintable()
    assert "\\x1b[2J" in drawn


@pytest.mark.parametrize(
    ("before", "inside", "after"),
    [(500, 10, 0), (0, 10, 500), (500, 10, 500), (0, 500, 0), (300, 300, 300), (0, 119, 0)],
)
def test_a_long_line_is_cut_around_the_caret(before: int, inside: int, after: int) -> None:
    text = "b" * before + "i" * inside + "a" * after
    lines = render(diagnostic(Span("f", 1, before + 1, 1, before + inside + 1)), {"f": text}).split("\n")
    shown, carets = lines[-2][5:], lines[-1][5:]
    assert cells(shown) <= WIDTH
    start = carets.index("^")
    marked = shown[start : carets.rindex("^") + 1]
    assert set(marked) <= {"i", "…"}
    assert marked.startswith("i")
    assert (before == 0) == (not shown.startswith(("…", "b")))


def test_a_line_of_megabytes_is_drawn_at_once() -> None:
    text = "b" * 4_000_000 + "i" + "a" * 4_000_000
    assert len(render(diagnostic(Span("f", 1, 4_000_001, 1, 4_000_002)), {"f": text})) < 1000


def test_ascii_only_is_ascii_only() -> None:
    drawn = render(diagnostic(Span("f", 1, 1, 1, 2), "one, two, …", "“a” → ü"), {"f": "ü"}, ascii_only=True)
    assert drawn.isascii()
    assert "one, two, ..." in drawn
    assert '"a" -> \\xfc' in drawn


def test_a_style_sets_parts_off() -> None:
    class Marks:
        def severity(self, severity: Severity, text: str) -> str:
            return f"<{severity.value}:{text}>"

        def strong(self, text: str) -> str:
            return f"*{text}*"

        def frame(self, text: str) -> str:
            return text.replace("|", "¦")

    drawn = render(diagnostic(Span("f", 1, 1, 1, 2)), {"f": "x"}, style=Marks())
    assert drawn == ("<error:error[E104]>*: no good*\n  --> f:1:1\n   ¦\n 1 ¦ x\n   ¦ <error:^ here>")


def test_windows_line_ends_are_not_shown() -> None:
    assert " 1 | one\n" in render(diagnostic(Span("f", 1, 1, 1, 2)), {"f": "one\r\ntwo"})
