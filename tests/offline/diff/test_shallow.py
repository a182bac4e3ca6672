"""A shallow clone has not all of the history: that it ends is said, since the change that is looked for may be earlier."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from tests.offline.cli.conftest import Ran
from tests.offline.diff.conftest import SECRET, Shop

Cli = Callable[..., Ran]
SCHEMA = Path(__file__).parents[3] / "schemas" / "blame.schema.json"
ENDS = "the history of this shallow clone ends there"


def _clone(shop: Shop, depth: int, monkeypatch: pytest.MonkeyPatch) -> Shop:
    shop.git("clone", "-q", "--depth", str(depth), shop.folder.as_uri(), "clone")
    made = Shop(shop.folder / "clone")
    made.write("secrets/jwt", SECRET)
    monkeypatch.chdir(made.folder)
    return made


def _data(cli: Cli, *words: str) -> dict[str, object]:
    ran = cli("blame", *words, "--format", "json")
    data: dict[str, object] = json.loads(ran.out)
    Draft202012Validator(json.loads(SCHEMA.read_text())).validate(data)
    return data


def test_blame_says_where_the_history_ends(shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _clone(shop, 2, monkeypatch)

    # the limit was raised two commits before those that are there
    ran = cli("blame", "/users/42/files/report.pdf")

    assert ran.code == 0
    assert ENDS in ran.out and "git fetch --unshallow" in ran.out
    assert "since the configuration is there" not in ran.out
    found = _data(cli, "/users/42/files/report.pdf")
    assert (found["shallow"], found["before"]) == (True, None)


def test_a_change_that_is_there_is_found_without_a_word(shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = cli("blame", "/users/42").out
    _clone(shop, 2, monkeypatch)

    assert cli("blame", "/users/42").out == whole
    assert _data(cli, "/users/42")["shallow"] is False


def test_the_whole_history_does_not_end(shop: Shop, cli: Cli) -> None:
    assert ENDS not in cli("blame", "/nothing").out
    assert _data(cli, "/nothing")["shallow"] is False


def test_a_configuration_that_began_within_it_did_begin(shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.write("other.toml", 'version = 1\n[routes.a]\npath = "/a"\nrespond = {}\n')
    shop.commit("Begin another one")
    _clone(shop, 2, monkeypatch)

    ran = cli("blame", "/a", "-c", "other.toml")

    assert "Begin another one" in ran.out
    assert ENDS not in ran.out


def test_a_boundary_that_is_passed_over_is_an_end_too(shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.edit("conf.d/users.toml", 'timeout = "5s"', "timeout = 5")
    shop.commit("Break it")
    shop.edit("conf.d/users.toml", "timeout = 5", 'timeout = "5s"')
    shop.commit("Mend it")
    _clone(shop, 2, monkeypatch)

    ran = cli("blame", "/users/42")

    assert "Mend it" in ran.out and ENDS in ran.out and "passed over" in ran.out


def test_a_revision_that_a_shallow_clone_lacks(shop: Shop, cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    _clone(shop, 1, monkeypatch)

    ran = cli("diff", "HEAD~1")

    assert ran.code == 2
    assert "error[E532]" in ran.err and "git fetch --unshallow" in ran.err
