"""Sides of a diff: what a revision is, what moving a file does, what a side that cannot be read is told as."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gatewayctl.cli.git import RevisionReader
from tests.offline.cli.conftest import Ran
from tests.offline.diff.conftest import SECRET, Shop

SCHEMAS = Path(__file__).parents[3] / "schemas"
SAME = "no request is handled otherwise"


def test_formatting_comments_order_and_moved_files_are_no_difference(shop: Shop, cli: Callable[..., Ran]) -> None:
    text = (shop.folder / "conf.d/users.toml").read_text()
    (shop.folder / "conf.d/users.toml").unlink()
    blocks = sorted(text.split("\n\n"), reverse=True)
    shop.write("conf.d/zz/all.toml", "# moved\n" + "\n\n\n".join(block.replace(" = ", "=") for block in blocks))
    shop.edit("gateway.toml", "conf.d/*.toml", "conf.d/**/*.toml")

    assert SAME in cli("diff").out


def test_a_configuration_in_another_folder_is_the_same(shop: Shop, cli: Callable[..., Ran], tmp_path: Path) -> None:
    for name in ("gateway.toml", "conf.d/users.toml", "secrets/jwt"):
        shop.write(f"copy/{name}", (shop.folder / name).read_text())

    assert SAME in cli("diff", "gateway.toml", "copy").out


def test_a_revision_is_read_without_a_checkout_and_with_its_own_includes(shop: Shop, cli: Callable[..., Ran]) -> None:
    shop.write("conf.d/more.toml", '[routes.more]\npath = "/more"\nservice = "users"\n')
    before = shop.git("status", "--porcelain")

    ran = cli("diff", "--format", "json")

    assert [change["name"] for change in json.loads(ran.out)["changes"]] == ["newly-served"]
    assert shop.git("status", "--porcelain") == before


def test_a_secret_file_that_git_tracks_is_read_from_the_revision(shop: Shop, cli: Callable[..., Ran]) -> None:
    (shop.folder / ".gitignore").unlink()
    shop.commit("Track the secret")
    shop.write("secrets/jwt", SECRET.upper())

    ran = cli("diff")

    assert "other credentials are accepted" in ran.out
    assert "(another value)" in ran.out
    assert SECRET not in ran.out.lower() + ran.err.lower()


def test_an_ignored_secret_file_is_no_difference(shop: Shop, cli: Callable[..., Ran]) -> None:
    assert SAME in cli("diff", "HEAD", "HEAD").out
    assert cli("diff", "HEAD", "HEAD").err == ""


def test_a_file_wins_over_a_revision_and_a_colon_says_otherwise(shop: Shop, cli: Callable[..., Ran]) -> None:
    shop.git("tag", "gateway.toml", "HEAD~3")

    assert SAME in cli("diff", "gateway.toml").out
    assert "changes" in cli("diff", "gateway.toml:").out


def test_a_repository_without_commits_is_told_as_one(empty: Shop, cli: Callable[..., Ran]) -> None:
    for words in (("diff",), ("blame", "/")):
        ran = cli(*words)
        assert (ran.code, ran.out) == (2, "")
        assert "E533" in ran.err


def test_a_folder_that_is_no_repository_is_told_as_none(place: Path, cli: Callable[..., Ran]) -> None:
    (place / "gateway.toml").write_text("version = 1\n")

    ran = cli("diff")

    assert ran.code == 2
    assert "E531" in ran.err


@pytest.mark.parametrize("committed", [True, False])
def test_a_side_that_does_not_parse_is_told_with_its_place(
    shop: Shop, cli: Callable[..., Ran], committed: bool
) -> None:
    shop.edit("gateway.toml", "limit = 500", "limit = many")
    if committed:
        shop.commit("Break it")
        shop.edit("gateway.toml", "limit = many", "limit = 500")

    ran = cli("diff")

    assert (ran.code, ran.out) == (2, "")
    assert f"--> {'HEAD:' if committed else ''}gateway.toml:16:" in ran.err


def test_blame_passes_over_commits_that_are_not_valid(shop: Shop, cli: Callable[..., Ran]) -> None:
    shop.edit("conf.d/users.toml", 'timeout = "5s"', "timeout = 5")
    shop.commit("Break it")
    shop.edit("conf.d/users.toml", "timeout = 5", 'timeout = "4s"')
    shop.commit("Mend it")

    ran = cli("blame", "/users/42")

    assert "Mend it" in ran.out
    assert "passed over" in ran.out


def test_blame_tells_what_is_not_committed(shop: Shop, cli: Callable[..., Ran]) -> None:
    shop.edit("conf.d/users.toml", 'timeout = "5s"', 'timeout = "4s"')

    assert "handled otherwise in the working tree" in cli("blame", "/users/42").out
    assert "handled otherwise" not in cli("blame", "/nothing").out


def test_json_is_what_its_schema_says(shop: Shop, cli: Callable[..., Ran]) -> None:
    for name, words in [
        ("diff", ("diff", "HEAD~3")),
        ("diff", ("diff",)),
        ("blame", ("blame", "/users/42")),
        ("blame", ("blame", "/nothing")),
    ]:
        ran = cli(*words, "--format", "json")
        schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text(encoding="utf-8"))
        Draft202012Validator.check_schema(schema)
        Draft202012Validator(schema).validate(json.loads(ran.out))


def test_a_reader_of_a_revision_finds_files_by_pattern_and_follows_links(shop: Shop) -> None:
    from gatewayctl.cli.git import Repository

    shop.write("conf.d/.hidden.toml", "")
    shop.write("conf.d/deep/er/x.toml", "x = 1\n")
    (shop.folder / "link.toml").symlink_to("conf.d/deep/er/x.toml")
    shop.commit("More files")
    root = shop.folder

    with Repository(root) as repository:
        reader = RevisionReader(repository, repository.commit("HEAD"))
        assert reader.matches(root, "conf.d/*.toml") == [root / "conf.d/users.toml"]
        assert reader.matches(root, "conf.d/**/*.toml") == [root / "conf.d/deep/er/x.toml", root / "conf.d/users.toml"]
        assert reader.read(root / "link.toml", 100) == b"x = 1\n"
        assert reader.read(root / "link.toml", 3) == b"x ="
        assert reader.exists(root / "link.toml")
        with pytest.raises(FileNotFoundError):
            reader.read(root / "nowhere", 1)
        with pytest.raises(IsADirectoryError):
            reader.read(root / "conf.d", 1)
