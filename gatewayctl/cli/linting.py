"""Lints the configurations that a command line means, and fixes them: files in, findings by configuration out."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration
from gatewayctl.cli.errors import CommandError, failed, problem_of
from gatewayctl.core.diagnostics import Diagnostic, Severity, in_order
from gatewayctl.core.frozen import frozen

if TYPE_CHECKING:
    from gatewayctl.config import Loaded
    from gatewayctl.lint import Findings, LintRule

UNKNOWN_RULE: Final = "E026"


@frozen
class Linted:
    """One configuration: its layers, what was found, and the texts to point into. ``fixed`` counts what ``--fix`` did."""

    names: tuple[str, ...]
    loaded: "Loaded"
    findings: "Findings"
    routes: int
    services: int
    fixed: int = 0


def rules_of(select: Sequence[str], ignore: Sequence[str]) -> "tuple[LintRule, ...]":
    """The rules to run; the words may be lists with commas. Raises CommandError for one that is no rule."""
    from gatewayctl.lint import UnknownRuleError, choose

    try:
        return choose(_words(select), _words(ignore))
    except UnknownRuleError as error:
        raise unknown_rule(error.word, error.nearest) from None


def unknown_rule(word: str, nearest: str | None) -> CommandError:
    """There is no such rule."""
    help = f'did you mean "{nearest}"?' if nearest else "gatewayctl rule lists the rules"
    return failed(UNKNOWN_RULE, f'there is no rule "{word}"', help)


def _words(given: Sequence[str]) -> list[str]:
    return [word.strip() for words in given for word in words.split(",") if word.strip()]


def lint_sets(
    configuration: Configuration, sets: Sequence[Sequence[str]], rules: "Sequence[LintRule]", watched: set[Path]
) -> list[Linted]:
    """Lints each set of layers. Raises CommandError with all errors of all that are not valid; ``watched`` gets the files
    that were read, in either case."""
    from gatewayctl.lint import run
    from gatewayctl.plan import compile_plan

    linted: list[Linted] = []
    wrong: list[Diagnostic] = []
    sources: dict[str, str] = {}
    for names in sets:
        loaded = configuration.load(names, check_capabilities=False)
        watched.update(loaded.files)
        plan, found = compile_plan(loaded)
        if plan is None:
            wrong += [*loaded.diagnostics, *found]
            sources |= loaded.sources
            continue
        linted.append(Linted(tuple(names), loaded, run(loaded, plan, rules), len(plan.routes), len(plan.services)))
    if wrong:
        raise CommandError(in_order(d for d in wrong if d.severity is Severity.ERROR), sources=sources)
    return linted


def fix_set(configuration: Configuration, names: Sequence[str], rules: "Sequence[LintRule]", *, unsafe: bool) -> int:
    """Fixes one configuration in its files; gives how many findings are gone. Raises CommandError where it is not valid
    (nothing is then written), or where a file cannot be written."""
    from gatewayctl.lint.fixing import Overlay, fix

    files, reader = configuration.read_by(list(names))

    def load(texts: Mapping[Path, str]) -> "Loaded":
        return configuration.load(files, reader=Overlay(reader, texts), check_capabilities=False)

    fixed = fix(load, rules, unsafe=unsafe)
    for path, text in fixed.texts.items():
        _write(path, text)
    return len(fixed.findings)


def _write(path: Path, text: str) -> None:
    """Replaces a file at once, with the permissions that it has; a link stays one."""
    target = path.resolve()
    beside = target.with_name(f".{target.name}.gatewayctl")
    try:
        marked = target.read_bytes().startswith(b"\xef\xbb\xbf")
        beside.write_bytes((b"\xef\xbb\xbf" if marked else b"") + text.encode())
        beside.chmod(target.stat().st_mode & 0o7777)
        beside.replace(target)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise failed(
            "E022", f"{path} cannot be written: {problem_of(error)}", "make it writable, or leave --fix out"
        ) from None


def at_least(one: Linted, severity: Severity) -> Linted:
    """Without the findings that are less bad."""
    return replace(one, findings=one.findings.at_least(severity))


def title_of(one: Linted, stdin_filename: str | None) -> str:
    """What a configuration is called."""
    return " + ".join(stdin_filename or "standard input" if n == STANDARD_INPUT else n for n in one.names)
