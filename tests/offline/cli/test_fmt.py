"""``fmt``: what it writes, what it leaves alone, and what its exit code says."""

import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.cli.starter import STARTER
from gatewayctl.config.layout import formatted
from tests.offline.cli.conftest import Ran

ROOT = Path(__file__).parents[3]
OURS = [ROOT / "gateway.toml", ROOT / "gateway.test.toml", *sorted((ROOT / "examples").rglob("*.toml"))]

UNTIDY = """\


version=1
[ server ]   # where

listen='127.0.0.1:8080'# here
workers =  1  # alone
# about the route
[routes . home]
path="/"   #  all
methods = ["GET",   'HEAD'
  , # and
  "POST",

  # not these

]
respond = {status=200,body = 'it''s'}
""".replace("'it''s'", '"it\'s"')

TIDY = """\
version = 1

[server]  # where
listen  = "127.0.0.1:8080"  # here
workers = 1                 # alone

# about the route
[routes.home]
path    = "/"  #  all
methods = [
  "GET",
  "HEAD",  # and
  "POST",

  # not these
]
respond = { status = 200, body = "it's" }
"""


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_the_files_of_this_repository_are_formatted(path: Path) -> None:
    assert formatted(path.read_text()) == path.read_text()


def test_the_starter_is_formatted() -> None:
    assert formatted(STARTER) == STARTER


def test_a_file_is_laid_out_anew(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "new.toml").write_text(UNTIDY)
    (directory / "new.toml").chmod(0o640)
    (directory / "link.toml").symlink_to("new.toml")

    ran = cli("fmt", "link.toml")

    assert (ran.code, ran.out) == (0, "formatted link.toml\n")
    assert (directory / "new.toml").read_text() == TIDY
    assert (directory / "new.toml").stat().st_mode & 0o777 == 0o640
    assert (directory / "link.toml").is_symlink()
    assert not list(directory.glob(".*new*"))
    assert cli("fmt", "new.toml").out == ""


def test_check_names_what_would_change_and_writes_nothing(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "new.toml").write_text(UNTIDY)

    assert cli("fmt", "--check", "new.toml").code == 1
    assert cli("fmt", "--check", "new.toml").out == "new.toml: not in its layout\n"
    assert (directory / "new.toml").read_text() == UNTIDY
    (directory / "new.toml").write_text(TIDY)
    assert cli("fmt", "--check", "new.toml").code == 0


def test_diff_shows_what_would_change_and_no_secret(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "new.toml").write_text('[admin]\ntoken="hidden-token-7c1"\n')

    ran = cli("fmt", "--diff", "new.toml")

    assert ran.code == 1
    assert "-token=" in ran.out and "+token = " in ran.out
    assert "hidden" not in ran.out + ran.err
    assert "hidden" in (directory / "new.toml").read_text()


def test_standard_input_goes_to_standard_output(cli: Callable[..., Ran]) -> None:
    ran = cli("fmt", "-", stdin=UNTIDY)

    assert (ran.code, ran.out, ran.err) == (0, TIDY, "")


def test_a_file_that_does_not_parse_leaves_all_files_as_they_are(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "new.toml").write_text(UNTIDY)
    (directory / "bad.toml").write_text("[admin]\ntoken = hidden-token-7c1\n")

    ran = cli("fmt", "new.toml", "bad.toml", "nowhere.toml")

    assert ran.code == 2
    assert "bad.toml:2:9" in ran.err and "E003" in ran.err and "nowhere.toml" in ran.err
    assert "hidden" not in ran.err
    assert (directory / "new.toml").read_text() == UNTIDY


def test_of_a_folder_it_takes_configurations_and_route_tests_only(cli: Callable[..., Ran], tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    (folder / ".hidden").mkdir(parents=True)
    (folder / ".hidden" / "gateway.toml").write_text("version=1")
    (folder / "pyproject.toml").write_text('[project]\nname="x"')
    (folder / "users.toml").write_text("[services.users]\nbuiltin='echo'")
    (folder / "users.test.toml").write_text("[[case]]\nrequest='GET /'")

    ran = cli("fmt", "shop")

    assert ran.out.splitlines() == ["formatted shop/users.test.toml", "formatted shop/users.toml"]


@pytest.mark.parametrize("words", [["--check"], ["--diff"], []])
def test_that_a_folder_has_nothing_to_lay_out_is_said_and_no_error(
    words: list[str], cli: Callable[..., Ran], tmp_path: Path
) -> None:
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "pyproject.toml").write_text('[project]\nname="x"')
    (tmp_path / "some").mkdir()
    (tmp_path / "some" / "a.toml").write_text("version = 1\n")
    note = "note: there is no configuration and no route test in none: nothing to lay out\n"

    assert cli("fmt", *words, "none") == Ran(0, "", note)
    ran = cli("fmt", *words, "none", "some")
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.startswith(note) and "of 1" in ran.err


def test_without_files_it_is_the_configuration_with_what_it_includes(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "gateway.toml").write_text('version=1\ninclude=["parts/*.toml"]')
    (directory / "parts").mkdir()
    (directory / "parts" / "a.toml").write_text("[services.a]\nbuiltin='echo'")

    ran = cli("fmt")

    assert ran.out.splitlines() == ["formatted gateway.toml", "formatted parts/a.toml"]
    assert tomllib.loads((directory / "parts" / "a.toml").read_text()) == {"services": {"a": {"builtin": "echo"}}}


def test_a_byte_order_mark_is_left_out(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "new.toml").write_bytes(b"\xef\xbb\xbfversion = 1\n")

    assert cli("fmt", "new.toml").code == 0
    assert (directory / "new.toml").read_bytes() == b"version = 1\n"
