"""What cannot be compared or walked: a diagnostic with its place and a way out, exit code 2, and nothing is written."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.replay.entry import as_sent
from tests.offline.cli.conftest import Ran
from tests.offline.diff.conftest import Shop

Cli = Callable[..., Ran]


def _refused(cli: Cli, shop: Shop, *words: str) -> str:
    """What is said to standard error; nothing is said to standard output, nothing is written, in any format."""
    before = sorted(path for path in shop.folder.rglob("*") if ".git" not in path.parts)
    ran = cli(*words)
    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[")
    assert "help: " in ran.err
    written = cli(*words, "-o", "result.txt")
    assert (written.code, written.out) == (2, "")
    assert sorted(path for path in shop.folder.rglob("*") if ".git" not in path.parts) == before
    assert "Traceback" not in ran.err + written.err
    return ran.err


@pytest.mark.parametrize("side", ["old", "new"])
@pytest.mark.parametrize("kind", ["revision", "file"])
def test_a_side_that_does_not_parse(side: str, kind: str, shop: Shop, cli: Cli) -> None:
    if kind == "revision":
        shop.edit("gateway.toml", "limit = 500", "limit = = 500")
        shop.commit("Break it")
        shop.edit("gateway.toml", "limit = = 500", "limit = 500")
        broken, place = "HEAD", "--> HEAD:gateway.toml:16:"
    else:
        shop.write("broken.toml", "version = 1\n[routes.a\n")
        broken, place = "broken.toml", "--> broken.toml:2:"

    said = _refused(cli, shop, "diff", *((broken, "HEAD~1") if side == "old" else ("HEAD~1", broken)))

    assert said.startswith("error[E003]")
    assert place in said


def test_what_both_sides_have_wrong_is_told_of_the_first(shop: Shop, cli: Cli) -> None:
    shop.write("one.toml", "a = = 1\n")
    shop.write("two.toml", "b = = 1\n")

    assert "--> one.toml:1:" in _refused(cli, shop, "diff", "one.toml", "two.toml")


def test_a_side_that_is_no_text_or_is_not_valid(shop: Shop, cli: Cli) -> None:
    (shop.folder / "bytes.toml").write_bytes(b"\xff\xfe\x00")
    shop.write("wrong.toml", 'version = 1\n[routes.a]\npath = "/a"\nservice = "nobody"\n')

    assert "bytes.toml" in _refused(cli, shop, "diff", "bytes.toml", "gateway.toml")
    assert "wrong.toml:4:" in _refused(cli, shop, "diff", "gateway.toml", "wrong.toml")


def test_a_revision_that_does_not_exist(shop: Shop, cli: Cli) -> None:
    for words in (("nowhere",), ("HEAD", "nowhere"), ("HEAD~99",), ("nowhere:gateway.toml",)):
        assert _refused(cli, shop, "diff", *words).startswith("error[E532]: there is no revision")


def test_a_word_that_git_would_take_for_an_option_is_no_revision(shop: Shop, cli: Cli) -> None:
    ran = cli("diff", "--", "--output=result.txt")

    assert (ran.code, ran.out) == (2, "")
    assert ran.err.startswith("error[E532]: there is no revision")
    assert not (shop.folder / "result.txt").exists()


def test_a_file_that_the_revision_does_not_have(shop: Shop, cli: Cli) -> None:
    assert "HEAD:nowhere.toml" in _refused(cli, shop, "diff", "HEAD:nowhere.toml")


@pytest.mark.parametrize("words", [("diff",), ("diff", "HEAD"), ("diff", "HEAD~1", "HEAD"), ("blame", "/users/42")])
def test_a_repository_without_commits(words: tuple[str, ...], empty: Shop, cli: Cli) -> None:
    said = _refused(cli, empty, *words)

    assert said.startswith("error[E533]: this repository has no commits yet")
    assert "commit the configuration first" in said


@pytest.mark.parametrize("words", [("diff",), ("blame", "/users/42")])
def test_a_folder_that_is_in_no_repository(words: tuple[str, ...], place: Path, cli: Cli) -> None:
    (place / "gateway.toml").write_text("version = 1\n")

    said = _refused(cli, Shop(place), *words)

    assert said.startswith("error[E531]")
    assert "git init" in said


@pytest.mark.parametrize("words", [("diff",), ("diff", "HEAD~1", "HEAD"), ("diff", "HEAD:gateway.toml", "HEAD~1")])
def test_a_loop_of_includes_at_a_revision(words: tuple[str, ...], shop: Shop, cli: Cli) -> None:
    text = (shop.folder / "conf.d/users.toml").read_text()
    shop.write("conf.d/users.toml", f'include = ["../gateway.toml"]\n{text}')
    shop.commit("Go round in circles")
    shop.write("conf.d/users.toml", text)

    said = _refused(cli, shop, *words)

    assert said.startswith("error[E0")
    assert "--> HEAD:conf.d/users.toml:1:" in said


def test_blame_where_the_configuration_of_head_is_not_valid(shop: Shop, cli: Cli) -> None:
    shop.write("conf.d/more.toml", 'include = ["../gateway.toml"]\n')
    shop.commit("Go round in circles")

    said = _refused(cli, shop, "blame", "/users/42")

    assert "--> HEAD:conf.d/more.toml:1:" in said


def test_blame_passes_over_a_loop_of_includes_further_back(shop: Shop, cli: Cli) -> None:
    shop.write("conf.d/more.toml", 'include = ["../gateway.toml"]\n')
    shop.commit("Go round in circles")
    (shop.folder / "conf.d/more.toml").unlink()
    shop.edit("conf.d/users.toml", 'timeout = "5s"', 'timeout = "4s"')
    shop.commit("Come back")

    ran = cli("blame", "/users/42")

    assert ran.code == 0
    assert "Come back" in ran.out
    assert "passed over" in ran.out


def test_blame_of_a_configuration_that_was_never_committed(shop: Shop, cli: Cli) -> None:
    shop.write("other.toml", "version = 1\n")

    said = _refused(cli, shop, "blame", "/users/42", "-c", "other.toml")

    assert "HEAD:other.toml" in said


def test_a_side_that_has_lost_all_its_routes(shop: Shop, cli: Cli) -> None:
    shop.write("gateway.toml", "version = 1\n")

    ran = cli("diff", "--format", "json")

    assert (ran.code, ran.err) == (0, "")
    assert "not-found" in {change["name"] for change in json.loads(ran.out)["changes"]}


def test_blame_in_a_submodule_is_that_of_the_submodule(shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    around = Shop(shop.folder / "around")
    around.folder.mkdir()
    around.git("init", "-q", "-b", "main")
    around.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(shop.folder), "sub")
    around.write("sub/secrets/jwt", "x" * 40)
    around.commit("Take the shop in")
    inside = cli("blame", "/users/42").out
    monkeypatch.chdir(around.folder)

    ran = cli("blame", "/users/42", "-c", "sub/gateway.toml")

    assert ran.code == 0, ran.err
    assert [line for line in inside.splitlines() if "commit" in line] == [
        line for line in ran.out.splitlines() if "commit" in line
    ]
    assert "Take the shop in" not in ran.out


@pytest.mark.parametrize("words", [("diff", "HEAD~1", "HEAD"), ("blame", "/users/42")])
def test_a_bare_repository_is_told_as_one(
    words: tuple[str, ...], shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.git("clone", "-q", "--bare", ".", "bare.git")
    monkeypatch.chdir(shop.folder / "bare.git")

    assert "is a bare repository" in _refused(cli, shop, *words)


def test_what_a_log_has_behind_an_equals_sign_is_not_echoed(shop: Shop, cli: Cli) -> None:
    shop.write("access.log", '"GET /x?token=hunter2 HTTP/1.1\n')

    said = _refused(cli, shop, "replay", "access.log", "--old", "HEAD", "--new", "gateway.toml")

    assert "token=*" in said and "hunter2" not in said


def test_half_a_pair_in_a_log_is_bytes_like_others() -> None:
    assert as_sent("/\ud800\udcff") and as_sent("/\udcff") == b"/\xff"
