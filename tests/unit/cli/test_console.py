"""Results to standard output or a file, hints to standard error; ASCII where it has to be."""

from pathlib import Path

import pytest

from gatewayctl.cli.console import Console, ascii_only, to_ascii
from gatewayctl.cli.errors import CommandError
from tests.unit.cli.streams import Stream


def test_results_and_hints_go_to_different_streams() -> None:
    out, err = Stream(), Stream()
    console = Console(out=out, err=err, environ={})

    console.print("a result")
    console.hint("a hint")

    assert (out.text, err.text) == ("a result\n", "a hint\n")


def test_a_file_gets_the_results_only_when_all_are_there(tmp_path: Path) -> None:
    target = tmp_path / "result.txt"
    console = Console(out=Stream(), err=Stream(), environ={}, output=str(target))

    console.print("one")
    before = target.exists()
    console.print("two")
    console.finish()

    assert not before
    assert target.read_text() == "one\ntwo\n"
    assert [path.name for path in tmp_path.iterdir()] == ["result.txt"]


def test_a_file_in_a_missing_directory_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    console = Console(out=Stream(), err=Stream(), environ={}, output=str(tmp_path / "nowhere" / "result.txt"))
    console.print("one")

    with pytest.raises(CommandError) as caught:
        console.finish()

    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "E022"
    assert diagnostic.help == "name a directory that is there"


def test_a_dash_as_the_file_is_standard_output() -> None:
    out = Stream()
    console = Console(out=out, err=Stream(), environ={}, output="-")

    console.print("a result")
    console.finish()

    assert out.text == "a result\n"


def test_an_output_that_is_not_utf_8_gets_ascii() -> None:
    out = Stream(encoding="latin-1")

    Console(out=out, err=Stream(), environ={}).print("a → b … “c” é")

    assert out.text == 'a -> b ... "c" \\xe9\n'


@pytest.mark.parametrize(
    ("encoding", "environ", "expected"),
    [
        ("utf-8", {}, False),
        ("UTF8", {"LANG": "en_US.UTF-8"}, False),
        ("ascii", {}, True),
        ("latin-1", {"PYTHONIOENCODING": "latin-1"}, True),
        ("utf-8", {"LC_ALL": "C"}, True),
        ("utf-8", {"LANG": "POSIX"}, True),
        ("utf-8", {"LC_ALL": "en_US.UTF-8", "LANG": "C"}, False),
        ("utf-8", {"LC_ALL": "C", "PYTHONIOENCODING": "utf-8"}, False),
        ("utf-8", {"LC_ALL": "C", "PYTHONUTF8": "1"}, False),
    ],
)
def test_ascii_follows_the_encoding_and_a_locale_that_says_c(
    encoding: str, environ: dict[str, str], expected: bool
) -> None:
    assert ascii_only(Stream(encoding=encoding), environ) is expected


def test_ascii_keeps_the_sense_of_typographic_characters() -> None:
    assert to_ascii("“no” — a → b, 2 × 3…") == '"no" - a -> b, 2 x 3...'


def test_the_width_is_asked_for_only_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "72")

    widths = [Console(out=Stream(terminal=terminal), err=Stream(), environ={}).width for terminal in (True, False)]

    assert widths == [72, None]


def test_a_width_that_makes_no_sense_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "3")

    assert Console(out=Stream(terminal=True), err=Stream(), environ={}).width is None
