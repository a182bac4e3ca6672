"""What ``validate`` writes for other tools: each in the form that the tool reads, whatever a file holds."""

import json
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest

from gatewayctl.cli.output import ReportFormat
from gatewayctl.cli.reports import REPORTS, Checked, report
from gatewayctl.core.diagnostics import Diagnostic, Related, Severity, Span
from tests.offline.cli.conftest import Ran

NASTY = Diagnostic(
    "E101",
    Severity.ERROR,
    'a "name", 100%: <b>|`x`\x1b[31m\nnext',
    Span("a,b:c d.toml", 3, 2, 3, 9),
    "label & more",
    "write *this*",
    (Related(Span("other.toml", 1, 1, 1, 4), "the first"),),
)
WARNING = Diagnostic("W204", Severity.WARNING, "a file is not there", Span("a.toml"), help="make it")
NOTE = Diagnostic("W401", Severity.NOTE, "not set")
CHECKED = [
    Checked("a.toml", (NASTY, NASTY, WARNING)),
    Checked("b.toml", (NASTY, NOTE)),
    Checked("c.toml", (), "1 route"),
]


def test_every_format_of_the_option_has_its_writer() -> None:
    assert {choice.value for choice in ReportFormat} == REPORTS.keys() | {"text", "json"}


def test_an_annotation_is_one_line_that_nothing_can_break() -> None:
    lines = report("github")(CHECKED).split("\n")

    assert lines[0] == (
        "::error file=a%2Cb%3Ac d.toml,line=3,endLine=3,col=2,endColumn=9,title=E101::"
        'a "name", 100%25: <b>|`x`\x1b[31m%0Anext (label & more); write *this*'
    )
    assert lines[1].startswith("::warning file=a.toml,title=W204::")
    assert lines[2].startswith("::notice title=W401::")
    assert lines[3:] == ["3 checked, 2 invalid"]


def test_each_issue_of_gitlab_has_a_fingerprint_of_its_own_that_does_not_know_the_line() -> None:
    moved = Diagnostic(NASTY.code, NASTY.severity, NASTY.message, Span("a,b:c d.toml", 9, 1, 9, 2))
    both = json.loads(report("gitlab")([Checked("a.toml", (NASTY, moved, WARNING))]))
    alone = json.loads(report("gitlab")([Checked("a.toml", (moved,))]))

    assert len({issue["fingerprint"] for issue in both}) == 3
    assert alone[0]["fingerprint"] == both[0]["fingerprint"]
    assert [issue["severity"] for issue in both] == ["critical", "critical", "minor"]
    assert both[0]["location"] == {"path": "a,b:c d.toml", "lines": {"begin": 3}}


def test_a_sarif_log_names_its_rules_and_places() -> None:
    log = json.loads(report("sarif")(CHECKED))
    (run,) = log["runs"]
    first, *others = run["results"]

    assert log["version"] == "2.1.0"
    assert [rule["id"] for rule in run["tool"]["driver"]["rules"]] == ["E101", "W204", "W401"]
    assert [run["tool"]["driver"]["rules"][result["ruleIndex"]]["id"] for result in run["results"]] == [
        result["ruleId"] for result in run["results"]
    ]
    assert first["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "a%2Cb%3Ac%20d.toml"},
        "region": {"startLine": 3, "startColumn": 2, "endLine": 3, "endColumn": 9},
    }
    assert first["relatedLocations"][0]["message"] == {"text": "the first"}
    assert [result["level"] for result in others] == ["warning", "note"]


def test_junit_is_xml_whatever_a_file_holds() -> None:
    root = ElementTree.fromstring(report("junit")(CHECKED))

    assert root.attrib == {"tests": "3", "failures": "2", "errors": "0"}
    failures = [case.find("failure") for case in root.iter("testcase")]
    assert [failure is not None for failure in failures] == [True, True, False]
    assert failures[0] is not None
    assert "100%: <b>" in (failures[0].text or "")


def test_markdown_shows_markup_as_it_is_written() -> None:
    text = report("markdown")(CHECKED)

    assert text.startswith("### Configuration: invalid\n\n- `a.toml`: **invalid**, 2 errors, 1 warning\n")
    assert r"100%: \<b\>\|\`x\`" in text
    assert "- `c.toml`: valid, 1 route\n" in text
    assert len({line.replace(r"\|", "").count("|") for line in text.splitlines() if line.startswith("|")}) == 1


@pytest.mark.parametrize("form", sorted(REPORTS))
def test_the_variable_and_the_file_work_for_every_format(
    form: str, cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = cli("validate", "broken.toml", "--format", form)
    monkeypatch.setenv("GATEWAYCTL_FORMAT", form)
    ran = cli("validate", "broken.toml", "-o", "report")

    assert (ran.code, ran.out) == (said.code, "")
    assert (directory / "report").read_text() == said.out


def test_a_file_that_another_one_includes_is_checked_as_a_part_of_it(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "conf.d").mkdir()
    (directory / "gateway.toml").write_text('version = 1\ninclude = ["${PARTS:-conf.d}/*.toml"]\n')
    for name in ("a", "b"):
        (directory / "conf.d" / f"{name}.toml").write_text(f'[routes.{name}]\npath = "/{name}"\nrespond = {{}}\n')

    ran = cli("validate", "conf.d/a.toml", "conf.d/b.toml", "minimal.toml")

    assert ran.out == "gateway.toml: valid, 2 routes, 0 services\nminimal.toml: valid, 1 route, 0 services\n"
    assert ran.err == "conf.d/a.toml is part of gateway.toml\nconf.d/b.toml is part of gateway.toml\n"


def test_a_part_on_standard_input_is_checked_with_the_rest_on_disk(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "gateway.toml").write_text('version = 1\ninclude = ["conf.d/*.toml"]\n')
    (directory / "conf.d").mkdir()
    (directory / "conf.d" / "a.toml").write_text("")

    ran = cli("validate", "-", "--stdin-filename", "conf.d/a.toml", stdin='[routes.a]\npath = "nope"\n')

    assert ran.code == 2
    assert "--> conf.d/a.toml:2:" in ran.out
    assert "gateway.toml: invalid" in ran.out


def test_a_part_of_two_configurations_is_checked_in_both(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "part.toml").write_text('[routes.a]\npath = "/a"\nrespond = {}\n')
    for name in ("one", "two"):
        (directory / f"{name}.toml").write_text('version = 1\ninclude = ["part.toml"]\n')

    assert (
        cli("validate", "part.toml").out
        == "one.toml: valid, 1 route, 0 services\ntwo.toml: valid, 1 route, 0 services\n"
    )


def test_files_that_include_each_other_are_named_themselves(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "x.toml").write_text('version = 1\ninclude = ["y.toml"]\n')
    (directory / "y.toml").write_text('include = ["x.toml"]\n')

    ran = cli("validate", "x.toml")

    assert ran.code == 2
    assert "error[E007]" in ran.out
