"""Each file (or folder with a gateway.toml) in ``err/`` is a wrong configuration; beside it stands what is said of it.

Comments at the top of a file choose how it is loaded: ``#: runtime``, ``#: without capabilities``,
``#: environ NAME=value``. After a change of words: ``GATEWAYCTL_WRITE_GOLDEN=1 pytest tests/offline/config`` writes
what is said now, to be read in the diff.
"""

import os
from pathlib import Path

import pytest

from gatewayctl.config import Loaded, load
from gatewayctl.core.codes import CODES
from gatewayctl.core.diagnostics import Severity
from gatewayctl.core.snippet import render

HERE = Path(__file__).parent
CASES = sorted(path for path in (HERE / "err").iterdir() if path.suffix != ".txt")
ELSEWHERE = {
    "E005": "needs a file of 16 MiB: tests/unit/config/test_files.py",
    "E205": "what a file holds is looked at when the plan is made: tests/unit/plan/test_schemes.py",
    "E405": "needs bytes in the environment: tests/unit/config/test_environment.py",
}


def _load(case: Path) -> Loaded:
    directory, name = (case, "gateway.toml") if case.is_dir() else (case.parent, case.name)
    words = [
        line[2:].strip()
        for line in (directory / name).read_text(encoding="utf-8", errors="replace").splitlines()
        if line.startswith("#:")
    ]
    environ = dict(word.removeprefix("environ ").split("=", 1) for word in words if word.startswith("environ "))
    return load(
        [name],
        environ=environ,
        runtime="runtime" in words,
        check_capabilities="without capabilities" not in words,
        directory=directory,
    )


def _codes(loaded: Loaded) -> set[str]:
    return {diagnostic.code for diagnostic in loaded.diagnostics}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_wrong_configuration_is_told_in_these_words(case: Path) -> None:
    loaded = _load(case)
    said = "\n\n".join(render(diagnostic, loaded.sources) for diagnostic in loaded.diagnostics) + "\n"
    golden = case.with_name(f"{case.name.removesuffix('.toml')}.txt")
    if os.environ.get("GATEWAYCTL_WRITE_GOLDEN"):
        golden.write_text(said, encoding="utf-8")
    assert said == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_golden_file_shows_the_code_it_is_named_after(case: Path) -> None:
    code = case.name.partition("-")[0]
    assert code in _codes(_load(case))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_every_error_has_a_place_a_caret_and_a_way_out(case: Path) -> None:
    loaded = _load(case)
    for error in loaded.errors:
        assert error.code in CODES
        assert error.span is not None
        assert error.help
        if error.span.line:
            assert "^" in render(error, loaded.sources)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_only_warnings_and_notes_leave_a_configuration_usable(case: Path) -> None:
    loaded = _load(case)
    assert loaded.ok == all(diagnostic.severity is not Severity.ERROR for diagnostic in loaded.diagnostics)


def test_every_code_of_the_configuration_has_a_golden_file() -> None:
    mine = {code for code in CODES if code[:2] in ("E1", "E2", "E4", "E9", "W0", "W2", "W4") or code < "E020"}
    shown = {case.name.partition("-")[0] for case in CASES}
    assert mine - shown == ELSEWHERE.keys()


def test_no_golden_file_is_left_without_its_case() -> None:
    golden = {path.stem for path in (HERE / "err").glob("*.txt")}
    assert golden == {case.name.removesuffix(".toml") for case in CASES}
