"""Reading what is imported, and putting what is made of it where it was asked for: all of it, valid, or nothing."""

import sys
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatewayctl.cli.configuration import STANDARD_INPUT, UNNAMED, compiled
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, failed, problem_of
from gatewayctl.cli.placing import put
from gatewayctl.cli.problems import on_one_line
from gatewayctl.cli.words import count
from gatewayctl.core.diagnostics import has_errors
from gatewayctl.core.frozen import frozen

if TYPE_CHECKING:
    from gatewayctl.config import Loaded
    from gatewayctl.foreign.draft import Draft
    from gatewayctl.plan import Plan

LARGEST: Final = 64 << 20
"""The largest description that is read, in bytes; GitHub's has 13 MiB."""


@frozen
class Target:
    """Where the configuration goes to: a file, or standard output (empty or ``-``)."""

    name: str
    force: bool

    @property
    def path(self) -> Path | None:
        """The file; None for standard output."""
        return None if self.name in ("", STANDARD_INPUT) else Path(self.name)

    def check(self) -> None:
        """Raises CommandError where a file is there already that may not be overwritten."""
        if self.path is not None and self.path.exists() and not self.force:
            way_out = "choose another file, or add --force"
            raise failed("E024", f"{self.name} is there already, and is not overwritten", way_out)


def read_text(name: str) -> tuple[str, str]:
    """The text of a file or of standard input, and what it is called. Raises CommandError."""
    try:
        if name == STANDARD_INPUT:
            content, name = sys.stdin.buffer.read(LARGEST + 1), UNNAMED
        else:
            with Path(name).open("rb") as file:
                content = file.read(LARGEST + 1)
    except OSError as error:
        raise _unreadable(name, error) from None
    if len(content) > LARGEST:
        raise failed("E005", f"{name} is larger than {LARGEST >> 20} MiB", "import a part of it")
    try:
        return content.decode("utf-8-sig"), name
    except UnicodeDecodeError:
        raise failed("E002", f"{name} is not UTF-8", "save it as UTF-8") from None


def check_readable(name: str) -> None:
    """Raises CommandError where the file of that name cannot be read."""
    try:
        Path(name).open("rb").close()
    except OSError as error:
        raise _unreadable(name, error) from None


def _unreadable(name: str, error: OSError) -> CommandError:
    return failed("E001", f"cannot read {name}: {problem_of(error)}", "check the name")


def deliver(draft: "Draft", target: Target, console: Console) -> int:
    """Checks that the configuration is valid, writes it, and says what is not in it. Raises CommandError if it is not."""
    from gatewayctl.cli.standard_input import StandardInput
    from gatewayctl.config import load

    beside = target.path or Path("imported.toml")
    while True:
        text = draft.toml()
        reader = StandardInput(beside.absolute(), BytesIO(text.encode()))
        loaded = load([beside], environ={}, reader=reader)
        plan, diagnostics = compiled(loaded)
        if plan is None or not _needless_dropped(draft, loaded, plan):
            break
    if plan is None:
        wrong = [draft.placed(found, text) for found in diagnostics if has_errors([found])]
        raise CommandError([*draft.notes, *wrong], sources=draft.sources)
    notes = list(dict.fromkeys(draft.notes))
    for note in notes:
        console.hint(on_one_line(note, console.hint_style) + (f" ({note.help})" if note.help else ""))
    if target.path is None:
        console.print(text.removesuffix("\n"))
    else:
        put(target.path, text)
    left = f"; {count(len(notes), 'thing')} not carried over, see above" if notes else ""
    where = "" if target.path is None else f"wrote {target.name}: "
    console.hint(f"{where}{count(len(plan.routes), 'route')}, {count(len(plan.services), 'service')}{left}")
    return 0


def _needless_dropped(draft: "Draft", loaded: "Loaded", plan: "Plan") -> bool:
    """Takes out the priorities that lint would call needless (L109); whether there were any.

    All of one round may go at once: of two routes that meet, with priorities above 0, only one can be needless.
    """
    from gatewayctl.lint.registry import find_rule
    from gatewayctl.lint.running import run

    needless = [finding.path for finding in run(loaded, plan, [find_rule("L109")]).all] if draft.ranked else []
    for _, name, key in needless:
        del draft.sections["routes"][str(name)][str(key)]
    return bool(needless)
