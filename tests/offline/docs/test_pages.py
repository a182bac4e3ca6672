"""What pages say in tables and numbers of their own is so: the steps, the order of routes, the log, status, the admin side."""

import json
import re
import shlex
from pathlib import Path
from types import SimpleNamespace

import pytest

from gatewayctl.cli import main
from gatewayctl.cli.commands import COMMANDS
from gatewayctl.core.failures import failure
from gatewayctl.core.head import HeadParser
from gatewayctl.routing import PathError, canonical_path
from gatewayctl.telemetry.access_log import json_formatter
from tests.offline.docs.pages import ROOT, blocks, text
from tests.unit.admin.stage import Stage

DOCS = ROOT / "docs"


def rows(page: Path, *headings: str) -> list[list[str]]:
    """The rows of the table with these headings."""
    lines = text(page).split("\n")
    first = lines.index(f"| {' | '.join(headings)} |") + 2
    found = []
    for line in lines[first:]:
        if not line.startswith("|"):
            break
        found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


# ── docs/request-journey.md ───────────────────────────────────────────────


def test_the_steps_of_the_journey_are_numbered_as_in_the_code() -> None:
    page = re.findall(r"^### (\d+)\. ", text(DOCS / "request-journey.md"), re.MULTILINE)
    code = set()
    for module in (ROOT / "gatewayctl" / "proxy").glob("*.py"):
        code |= set(re.findall(r'(?:# |""")(\d+)\. ', text(module)))

    assert page == [str(number) for number in range(1, len(page) + 1)]
    assert set(page) == code


# ── docs/matching.md ──────────────────────────────────────────────────────


ORDER = rows(DOCS / "matching.md", "request", "taken by", "because")
PATHS = rows(DOCS / "matching.md", "request", "becomes")


@pytest.mark.parametrize(("request_", "taken", "because"), ORDER, ids=[row[0] for row in ORDER])
def test_the_order_of_routes_is_as_shown(
    request_: str, taken: str, because: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "gateway.toml"
    file.write_text(blocks(DOCS / "matching.md", "toml")[0].text, encoding="utf-8")
    asked, *conditions = re.findall(r"`([^`]+)`", request_)
    method, target = shlex.split(asked)
    headers = [word for condition in conditions for word in ("-H", condition)]
    main(["route-test", target, method, *headers, "-c", str(file), "--json"])
    answer = json.loads(capsys.readouterr().out)

    assert str(answer["route"]["name"] if answer["route"] else answer["status"]) == taken.strip("`")


@pytest.mark.parametrize(("path", "becomes"), PATHS, ids=[row[0] for row in PATHS])
def test_paths_become_what_is_shown(path: str, becomes: str) -> None:
    try:
        made = canonical_path(path.strip("`").encode(), encoded_slashes="reject", merge_slashes=False).decode()
    except PathError:
        made = "400"

    assert made == becomes.strip("`")


# ── docs/operations.md ────────────────────────────────────────────────────


def _members(page: Path) -> list[str]:
    return [name for row in rows(page, "member", "meaning") for name in re.findall(r"`(\w+)`", row[0])]


def test_every_member_of_a_log_line_has_its_meaning() -> None:
    parser = HeadParser(request_id_name=b"x-request-id", max_fields=10)
    settled = SimpleNamespace(
        head=parser.request(b"GET / HTTP/1.1\r\nHost: a\r\nUser-Agent: b"),
        failure=failure("upstream_reset", "the service closed the connection"),
        instance=None,
        instance_id=b"one",
        request_id=b"1",
        trace_id=b"2",
        client_ip=b"127.0.0.1",
        log_target=b'"route":"a","service":"b"',
        status=502,
        attempts=2,
        tried=("one", "two"),
        course=SimpleNamespace(reported=("few",)),
        upstream_time=0.0,
        received=0,
        sent=0,
    )
    line = json.loads(json_formatter("full")(settled, 0.0, 0.0))

    assert sorted(_members(DOCS / "operations.md")) == sorted(line)


def test_the_log_line_that_is_shown_has_these_members() -> None:
    shown = json.loads(blocks(DOCS / "operations.md", "json")[0].text)

    assert set(shown) < set(_members(DOCS / "operations.md"))


def test_every_member_of_the_status_has_its_meaning() -> None:
    page = text(DOCS / "operations.md")
    _, _, described = page.partition("\n## Status\n")
    code = text(ROOT / "gatewayctl" / "server" / "status.py")

    assert [name for name in re.findall(r'^ +"(\w+)":', code, re.MULTILINE) if f"`{name}`" not in described] == []


def test_every_endpoint_of_the_admin_address_is_listed() -> None:
    listed = {row[0].strip("`") for row in rows(DOCS / "operations.md", "endpoint", "answers", "open to")}
    answered = Stage().ask("GET", "/", {"accept": "text/plain"}).text
    served = {" ".join(line.split()[:2]) for line in answered.splitlines()[2:]}

    assert listed == served | {"GET /"}


# ── README.md ─────────────────────────────────────────────────────────────


def test_every_command_is_named() -> None:
    _, _, said = text(ROOT / "README.md").partition("\n## What this version does\n")
    words = {word for words in re.findall(r"`([^`]+)`", said) for word in words.split()}

    assert [name for name, command in COMMANDS.items() if not command.alias_of and name not in words] == []
