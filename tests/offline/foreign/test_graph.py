"""``graph``: what is drawn, names that mean something to Mermaid and DOT, and pictures of a thousand routes."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gatewayctl.foreign.graph import Graph, dot, mermaid
from tests.offline.cli.conftest import Ran

NASTY = 'a"]; --> <b>#quot;\\ |{x}[y](z)\n%% é'
THOUSAND = 'version = 1\n[services.a]\nbuiltin = "echo"\n' + "".join(
    f'[routes.r{n}]\npath = "/r{n}/{{id}}"\nservice = "a"\nhosts = ["h{n % 3}.example.com"]\n' for n in range(1000)
)


def _drawn(text: str) -> str:
    binary = shutil.which("dot")
    if binary is None:
        pytest.skip("graphviz is not installed")
    return subprocess.run([binary, "-Tplain"], input=text, capture_output=True, text=True, check=True).stdout


def test_a_request_can_be_followed_from_host_to_instance(cli: Callable[..., Ran]) -> None:
    text = cli("graph", "-c", "guarded.toml", "--format", "dot").out

    for piece in ("any host", "orders", "auth: ", "access: office", "shape=cylinder"):
        assert piece in text
    assert "hidden" not in text


def test_names_mean_nothing_to_either_language() -> None:
    graph = Graph()
    graph.edge(graph.node("host", NASTY), graph.node("route", "r", NASTY))
    lines = mermaid(graph).splitlines()

    assert len(lines) == 4
    assert all(line.count('"') == 2 for line in lines[1:3])
    assert not set("<>[]{}()|\\;%") & set(lines[1].split('"')[1].replace(";", ""))
    assert len(dot(graph).splitlines()) == 7


def test_graphviz_reads_it(cli: Callable[..., Ran]) -> None:
    graph = Graph()
    graph.edge(graph.node("host", NASTY), graph.node("route", "r", NASTY))

    assert _drawn(dot(graph)).count("\nnode ") == 2
    assert "\nedge " in _drawn(cli("graph", "-c", "shop.toml", "--format", "dot", "--env-file", "secrets.env").out)


def test_a_thousand_routes_are_a_handful_of_nodes(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "many.toml").write_text(THOUSAND)

    bundled = cli("graph", "-c", "many.toml")
    assert bundled.out.count("<br/>and 331 more") == 1
    assert len(bundled.out.splitlines()) < 30
    assert "1000 routes, those that go the same way as one" in bundled.err
    every = cli("graph", "-c", "many.toml", "--every-route")
    assert len(every.out.splitlines()) > 2000
    assert "Mermaid draws 500 at most" in every.err


def test_it_goes_to_a_file(cli: Callable[..., Ran], directory: Path) -> None:
    assert cli("graph", "-c", "minimal.toml", "-o", "graph.mmd").out == ""
    assert (directory / "graph.mmd").read_text().startswith("flowchart LR\n  n0")


def test_it_can_be_narrowed(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "many.toml").write_text(THOUSAND)

    one = cli("graph", "-c", "many.toml", "--route", "r7", "--layer", "route", "--layer", "service").out
    assert one.splitlines()[1:] == [
        '  n0["r7<br/>* /r7/#123;id#125;"]',
        '  n1[["a"]]',
        "  n0 --> n1",
    ]
    assert "h1.example.com" not in cli("graph", "-c", "many.toml", "--host", "h2.example.com").out
    assert cli("graph", "-c", "many.toml", "--route", "r77777").code == 2
