"""Tables in a pipe, on a terminal, and on a terminal that is too narrow."""

from gatewayctl.cli.styles import Style
from gatewayctl.cli.tables import table

_PLAIN = Style(on=False)
_HEADINGS = ["ROUTE", "HOST", "PATH"]
_ROWS = [["users", "", "/api/users"], ["catch-all", "", "/*"]]


def test_columns_are_aligned_and_no_line_ends_in_spaces() -> None:
    text = table(_HEADINGS, _ROWS, width=None, style=_PLAIN)

    assert text == "ROUTE      HOST  PATH\nusers      -     /api/users\ncatch-all  -     /*"


def test_in_a_pipe_nothing_is_left_out_however_wide_it_is() -> None:
    text = table(_HEADINGS, [["r", "", "/" + "x" * 500]], width=None, style=_PLAIN)

    assert text.splitlines()[1].endswith("x" * 500)
    assert "HOST" in text


def test_on_a_terminal_columns_without_a_word_are_left_out() -> None:
    text = table(_HEADINGS, _ROWS, width=80, style=_PLAIN)

    assert text == "ROUTE      PATH\nusers      /api/users\ncatch-all  /*"


def test_what_does_not_fit_becomes_a_block_for_each_row() -> None:
    rows = [["users", "api.example.com", "/api/users"], ["catch-all", "", "/*"]]

    text = table(_HEADINGS, rows, width=24, style=_PLAIN)

    assert text == "users\n  HOST   api.example.com\n  PATH   /api/users\n\ncatch-all\n  PATH   /*"


def test_wide_characters_count_as_two_cells() -> None:
    text = table(["A", "B"], [["日本", "1"], ["x", "2"]], width=None, style=_PLAIN)

    assert text == "A     B\n日本  1\nx     2"


def test_a_cell_cannot_steer_the_terminal() -> None:
    text = table(["A", "B"], [["a\x1b[2J", "b\nc"]], width=None, style=_PLAIN)

    assert text.splitlines()[1] == "a\\x1b[2J  b\\nc"


def test_colours_do_not_move_the_columns() -> None:
    plain = table(_HEADINGS, _ROWS, width=None, style=_PLAIN)
    coloured = table(_HEADINGS, _ROWS, width=None, style=Style(on=True))

    for code in ("\x1b[2m", "\x1b[36m", "\x1b[0m"):
        assert code in coloured
        coloured = coloured.replace(code, "")
    assert coloured == plain
