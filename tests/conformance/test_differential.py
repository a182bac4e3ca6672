"""The rows of the tables through nginx and HAProxy too: where they and the gateway both forward, they forward the same.

What the gateway refuses they may well take, since it is stricter on purpose; what it forwards must never be read by
another gateway as another request: then somebody between could be fooled.
"""

import importlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewayctl.routing import PathError, canonical_path
from tests.support.cases import Forwarded, Refused, pieces
from tests.support.client import Client
from tests.support.http1 import IncompleteError, MalformedError
from tests.support.proxies import Proxy
from tests.support.upstream import RawUpstream

HERE = Path(__file__).parent
KINDS = ("nginx", "haproxy")
_ABSOLUTE = re.compile(rb"\Ahttps?://[^/?]*", re.IGNORECASE)


EXPLAINED = {
    "chunked_requests", "content_length", "expect", "header_fields", "host", "limits", "paths", "request_line",
    "target_forms", "transfer_encoding", "upgrades",
}  # fmt: skip
"""Subjects of which others take something that the gateway refuses: docs/conformance.md says why."""
_LARGEST = 8000

STRICTER = {
    "nginx": {
        "content_length: white space around it", "transfer_encoding: white space around it", "limits: a head of 15 KiB",
        "request_line: a method in lower case", "request_line: a method of digits",
        "request_line: every mark of a token",
    },
    "haproxy": {
        "target_forms: no path and a query", "target_forms: no path and a query with a slash",
        "target_forms: no path and an empty query", "upgrades: h2c beside websocket", "upgrades: websocket beside h2c",
    },
}  # fmt: skip
"""What is forwarded here and refused by another: docs/conformance.md says why it may be."""


def rows() -> list[Forwarded]:
    """Every row of every table of requests that are forwarded."""
    return [Forwarded(name, r.sent, r.method, r.target, r.body) for name, r in _all() if isinstance(r, Forwarded)]


def refused_rows() -> list[tuple[str, Refused]]:
    """Those of requests that the gateway refuses, with their subjects."""
    found = [(name.partition(":")[0], row) for name, row in _all() if isinstance(row, Refused)]
    return [(subject, row) for subject, row in found if sum(map(len, pieces(row.sent))) < _LARGEST]


def _all() -> list[tuple[str, Forwarded | Refused]]:
    found: dict[str, Forwarded | Refused] = {}
    for path in sorted(HERE.glob("test_*.py")):
        if path.stem == Path(__file__).stem:
            continue
        module = importlib.import_module(f"tests.conformance.{path.stem}")
        for function in vars(module).values():
            for mark in getattr(function, "pytestmark", ()):
                if mark.name == "parametrize" and mark.args[0] == "case":
                    for row in mark.args[1]:
                        if isinstance(row, Forwarded | Refused):
                            found[f"{path.stem.removeprefix('test_')}: {row.name}"] = row
    return list(found.items())


ROWS = rows()


@pytest.fixture(scope="module", params=KINDS)
def other(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Proxy, RawUpstream]]:
    """One of the other gateways, with an upstream of its own."""
    kind = str(request.param)
    binary = shutil.which(kind, path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin") or shutil.which(kind)
    if binary is None:
        pytest.skip(f"{kind} is not installed")
    with RawUpstream() as upstream:
        proxy = Proxy(kind, binary, tmp_path_factory.mktemp(kind), upstream.port)
        yield proxy, upstream
        proxy.stop()


def test_the_tables_have_rows_to_compare() -> None:
    assert len(ROWS) >= 100


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_another_gateway_reads_the_same_request(other: tuple[Proxy, RawUpstream], row: Forwarded) -> None:
    proxy, upstream = other
    upstream.forget()
    with Client(proxy.address, timeout=5) as client:
        try:
            status = client.send(*pieces(row.sent)).response(row.method).status
        except (IncompleteError, MalformedError, TimeoutError, OSError):
            status = 0  # it takes the bytes for no request at all: there is nothing to disagree about
    if status != 200:
        return
    (request,) = [one for one in upstream.requests if one.target != b"/probe"]
    assert request.body == row.body, f"{proxy.kind} read another body"
    assert request.method == row.method
    path, _, query = _ABSOLUTE.sub(b"", request.target).partition(b"?")  # HAProxy passes the absolute form on
    ours, _, our_query = row.target.partition(b"?")
    assert query == our_query
    try:
        theirs = canonical_path(path or b"/", encoded_slashes="keep", merge_slashes=False)
    except PathError:
        pytest.fail(f"{proxy.kind} forwards a path that the gateway would refuse: {path!r}")
    assert theirs == ours, f"{proxy.kind} forwards another path"


def test_what_another_gateway_takes_and_this_one_refuses_is_explained(other: tuple[Proxy, RawUpstream]) -> None:
    proxy, _ = other
    taken: set[str] = set()
    for subject, row in refused_rows():
        with Client(proxy.address, timeout=0.2) as client:
            try:
                if client.send(*pieces(row.sent)).response(b"GET").status == 200:
                    taken.add(subject)
            except (IncompleteError, MalformedError, TimeoutError, OSError):
                continue  # it refuses it in another way, or waits for more

    assert taken, "the others are not as strict"
    assert taken <= EXPLAINED
    page = (HERE.parent.parent / "docs" / "conformance.md").read_text()
    assert "What nginx and HAProxy take of what is refused here" in page


def test_what_this_gateway_takes_and_another_one_refuses_is_explained(other: tuple[Proxy, RawUpstream]) -> None:
    proxy, _ = other
    refused: dict[str, int] = {}
    for row in ROWS:
        with Client(proxy.address, timeout=5) as client:
            try:
                status = client.send(*pieces(row.sent)).response(row.method).status
            except (IncompleteError, MalformedError, TimeoutError, OSError):
                status = 0  # no answer at all is a refusal too
        if status != 200:
            refused[row.name] = status

    assert len(refused) < len(ROWS) / 10, "it serves at all"
    assert refused.keys() <= STRICTER[proxy.kind], refused
    page = (HERE.parent.parent / "docs" / "conformance.md").read_text()
    assert "What is taken here and refused by nginx or HAProxy" in page
