"""``--fix`` mends what it may, keeps comments, writes nothing twice, and never leaves an invalid configuration."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.config import load
from gatewayctl.config.reading import DiskReader
from gatewayctl.lint import LintRule, all_rules, choose
from gatewayctl.lint.edits import Add, Remove, Replace, edited
from gatewayctl.lint.fixing import Fixed, Overlay, fix
from gatewayctl.plan import compile_plan
from tests.offline.cli.conftest import Ran as CliRan
from tests.offline.cli.conftest import cli, directory  # noqa: F401

ERR = sorted((Path(__file__).parent / "err").glob("*.toml"))

PRIORITIES = """\
version = 1

# who uses it
[routes.users]
path     = "/users"
priority = 10    # why ten?
access   = "office"
respond  = { status = 200 }

[access.office]
allow = ["10.0.0.0/8"]
deny  = [
    "11.6.6.0/24",    # the printer
    "10.6.6.0/24",
]
"""


def _fixed(path: Path, *, unsafe: bool, select: str = "all") -> Fixed:
    return fix(
        lambda texts: load(
            [path.name],
            environ={},
            directory=path.parent,
            reader=Overlay(DiskReader(), texts),
            check_capabilities=False,
        ),
        choose([select]),
        unsafe=unsafe,
    )


@pytest.mark.parametrize("unsafe", [False, True])
@pytest.mark.parametrize("case", ERR, ids=lambda case: case.stem)
def test_fixing_is_idempotent_and_leaves_a_valid_configuration(case: Path, unsafe: bool, tmp_path: Path) -> None:
    path = Path(shutil.copy(case, tmp_path))
    first = _fixed(path, unsafe=unsafe)
    for file, text in first.texts.items():
        file.write_text(text, encoding="utf-8")

    assert compile_plan(first.loaded)[0] is not None
    assert _fixed(path, unsafe=unsafe).texts == {}


@pytest.mark.parametrize(
    "one", [one for one in all_rules() if one.manual.fix[:4] != "None"], ids=lambda one: one.rule.code
)
def test_what_a_manual_says_is_fixed(one: LintRule, tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(one.manual.example, encoding="utf-8")
    safe = one.manual.fix.startswith("Safe")

    assert bool(_fixed(path, unsafe=False, select=one.rule.code).findings) is safe
    assert _fixed(path, unsafe=True, select=one.rule.code).findings


def test_comments_stay_where_they_were(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text(PRIORITIES, encoding="utf-8")
    (text,) = _fixed(path, unsafe=True).texts.values()

    assert "priority" not in text and "11.6.6.0" not in text
    for comment in ("# who uses it", "# why ten?", "# the printer"):
        assert comment in text


def test_an_unsafe_fix_is_made_only_where_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "gateway.toml"
    path.write_text('version = 1\n[routes.user]\npath = "/users/:id"\nrespond = { status = 200 }\n', encoding="utf-8")

    assert _fixed(path, unsafe=False).texts == {}
    assert '"/users/{id}"' in "".join(_fixed(path, unsafe=True).texts.values())


@pytest.mark.parametrize(
    ("text", "edit", "after"),
    [
        ("[a]\nb = 1\nc = 2\n", Remove(("a", "b")), "[a]\nc = 2\n"),
        ("[a]\nb = [\n  1, # one\n  2,\n]\n", Remove(("a", "b", 1)), "[a]\nb = [\n  1, # one\n]\n"),
        ("a = { b = 1, c = 2 }\n", Remove(("a", "c")), "a = { b = 1 }\n"),
        ("[a]\nb = 1\n[a.c]\nd = 1\n\n# of e\n[e]\nf = 1\n", Remove(("a",)), "# of e\n[e]\nf = 1\n"),
        ("[a]\nb = 1\n", Replace(("a", "b"), "2"), "[a]\nb = 2\n"),
        ("[a]\nb = 1\n\n[c]\n", Add(("a",), "d", '"x"'), '[a]\nb = 1\nd = "x"\n\n[c]\n'),
        ("a = { b = 1 }\n", Add(("a",), "c", "2"), "a = { b = 1, c = 2 }\n"),
        ("a = 1\n", Remove(("b",)), None),
        (  # the comments of what is removed go with it, those around it stay
            "# above\n[a] # head\nb = 1 # one\n# two\nc = 2\n# below\n\n# of e\n[e]\nf = 1\n",
            Remove(("a",)),
            "# above\n# below\n\n# of e\n[e]\nf = 1\n",
        ),
    ],
)
def test_an_edit_leaves_everything_else_as_it_is(text: str, edit: Remove | Replace | Add, after: str | None) -> None:
    assert edited(text, edit) == after


def test_the_command_writes_the_file(cli: Callable[..., CliRan], directory: Path) -> None:  # noqa: F811
    (directory / "gateway.toml").write_text(PRIORITIES, encoding="utf-8")
    ran = cli("lint", "--fix", "--unsafe-fixes", "--select", "L109,L415")

    assert (ran.code, ran.out) == (0, "gateway.toml: clean, 1 route, 0 services\n")
    assert "2 findings fixed" in ran.err
    assert "priority" not in (directory / "gateway.toml").read_text(encoding="utf-8")


def test_nothing_is_written_where_a_configuration_is_not_valid(
    cli: Callable[..., CliRan],  # noqa: F811
    directory: Path,  # noqa: F811
) -> None:
    (directory / "gateway.toml").write_text(PRIORITIES, encoding="utf-8")
    ran = cli("lint", "gateway.toml", "broken.toml", "--fix")

    assert ran.code == 2
    assert (directory / "gateway.toml").read_text(encoding="utf-8") == PRIORITIES
