"""Variables from a file, as ``.env`` files are written."""

from pathlib import Path

import pytest

from gatewayctl.cli.env_file import read_env_file
from gatewayctl.cli.errors import CommandError


def _read(directory: Path, text: str) -> dict[str, str]:
    file = directory / "vars.env"
    file.write_text(text, encoding="utf-8")
    return read_env_file(str(file))


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=plain", "plain"),
        ("  NAME = spaced out  ", "spaced out"),
        ("export NAME=exported", "exported"),
        ("NAME=", ""),
        ("NAME=a # a comment", "a"),
        ("NAME=a#b", "a#b"),
        ("NAME= # only a comment", ""),
        ("NAME='it # is \\n as it is'", "it # is \\n as it is"),
        ('NAME="two\\nlines"', "two\nlines"),
        ('NAME="a \\"quote\\" and \\\\"', 'a "quote" and \\'),
        ('NAME="a" # a comment', "a"),
        ("NAME=${OTHER}", "${OTHER}"),
        ("NAME=a=b=c", "a=b=c"),
    ],
)
def test_a_line_is_a_variable(tmp_path: Path, line: str, value: str) -> None:
    assert _read(tmp_path, f"{line}\n") == {"NAME": value}


def test_empty_lines_comments_and_a_byte_order_mark_are_passed_over(tmp_path: Path) -> None:
    assert _read(tmp_path, "\ufeff# first\n\nA=1\n   # second\nB=2\n") == {"A": "1", "B": "2"}


def test_the_last_of_two_lines_about_one_name_counts(tmp_path: Path) -> None:
    assert _read(tmp_path, "A=1\nA=2\n") == {"A": "2"}


def test_every_line_that_makes_no_sense_is_named_and_no_value_is_shown(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        _read(tmp_path, "A=1\nnot a variable\nSECRET='hunter2\n2X=no\n")

    diagnostics = caught.value.diagnostics
    assert [diagnostic.span.line for diagnostic in diagnostics if diagnostic.span] == [2, 3, 4]
    assert {diagnostic.code for diagnostic in diagnostics} == {"E023"}
    assert "hunter2" not in str(diagnostics)


def test_a_missing_file_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    with pytest.raises(CommandError) as caught:
        read_env_file(str(tmp_path / "missing.env"))

    assert caught.value.diagnostics[0].message.endswith("missing.env cannot be read: no such file or directory")
    assert caught.value.diagnostics[0].help


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "vars.env"
    file.write_bytes(b"A=\xff\xfe\n")

    with pytest.raises(CommandError, match="is not UTF-8"):
        read_env_file(str(file))
