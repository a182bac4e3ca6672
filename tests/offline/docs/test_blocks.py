"""What stands in blocks of code is so: TOML that validates, commands and options that there are."""

import re
import shlex
from pathlib import Path

import pytest

from gatewayctl.cli.app import command
from gatewayctl.cli.commands import COMMANDS
from gatewayctl.config import load
from gatewayctl.core.snippet import render
from gatewayctl.plan import compile_plan
from tests.offline.docs.pages import PAGES, Block, blocks

TOML = [block for page in PAGES for block in blocks(page, "toml")]
SHELL = [block for page in PAGES for block in blocks(page, "sh", "console")]
_COMMAND = re.compile(r"(?:^|\s)gatewayctl ([a-z].*)$")


@pytest.mark.parametrize("block", TOML, ids=str)
def test_a_configuration_validates(block: Block, tmp_path: Path) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(block.text, encoding="utf-8")
    loaded = load([str(file)], environ={})
    _, found = compile_plan(loaded) if loaded.ok else (None, ())

    told = [d for d in (*loaded.diagnostics, *found) if d.code != "W204"]  # files that a page names are not there
    assert [render(d, loaded.sources) for d in told] == []


@pytest.mark.parametrize("block", SHELL, ids=str)
def test_the_commands_and_their_options_are_there(block: Block) -> None:
    for line in block.text.splitlines():
        if block.language == "console" and not line.startswith("$ "):
            continue
        found = _COMMAND.search(line)
        if found is None:
            continue
        words = shlex.split(found[1].partition(" > ")[0].partition("&&")[0])
        assert words[0] in COMMANDS, line
        made = command(words[0])
        known = {option for parameter in made.params for option in parameter.opts}
        options = [word.partition("=")[0] for word in words[1:] if word.startswith("-") and word != "-"]
        assert [option for option in options if option not in known] == [], line
