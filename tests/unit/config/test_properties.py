"""What holds for all input."""

import string
import tempfile
from pathlib import Path
from typing import Any

import tomli_w
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from gatewayctl.config import load, to_toml
from gatewayctl.config.kinds.units import LONGEST, read_duration, read_size
from gatewayctl.config.merging import merged
from gatewayctl.config.parsing import parse
from gatewayctl.config.positions import index
from gatewayctl.config.reading import DiskReader
from gatewayctl.core.codes import CODES
from gatewayctl.core.diagnostics import Severity
from gatewayctl.core.snippet import render
from gatewayctl.core.units import format_duration, format_size

WHOLE = (Path(__file__).parents[2] / "offline" / "config" / "whole-language.toml").read_bytes()
COMMON = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


class Memory(DiskReader):
    """Every file has the same content; no pattern matches and no other file is there."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, path: Path, limit: int) -> bytes:
        if path.name != "gateway.toml":
            raise FileNotFoundError(2, "No such file or directory")
        return self.content[:limit]

    def matches(self, directory: Path, pattern: str) -> list[Path]:
        return []

    def exists(self, path: Path) -> bool:
        return False


@given(st.integers(min_value=0, max_value=int(LONGEST * 1000)))
@COMMON
def test_a_duration_is_written_as_it_is_read(millis: int) -> None:
    assert round(read_duration(format_duration(millis / 1000)) * 1000) == millis


@given(st.integers(min_value=0, max_value=1 << 50))
@COMMON
def test_a_size_is_written_as_it_is_read(size: int) -> None:
    assert read_size(format_size(size)) == size


TOML = st.text(alphabet=string.printable + "äß名\u0301\ufeff", max_size=200)
EDITS = st.lists(st.tuples(st.integers(0, len(WHOLE)), st.integers(0, 12), st.binary(max_size=8)), max_size=4)


def told(content: bytes, **options: Any) -> None:
    """Loads, and draws everything that is said; nothing may raise."""
    loaded = load(["gateway.toml"], environ={"A": "x"}, reader=Memory(content), directory=Path("/nowhere"), **options)
    for diagnostic in loaded.diagnostics:
        assert diagnostic.code in CODES
        assert render(diagnostic, loaded.sources)
        assert diagnostic.severity is not Severity.ERROR or (diagnostic.span and diagnostic.help)
    if loaded.ok:
        assert to_toml(loaded)


@given(st.binary(max_size=300))
@example(b"\x00")
@example(b"[")
@example(b"a = " + b"{a=" * 200)
@COMMON
def test_no_bytes_make_the_loader_raise(content: bytes) -> None:
    told(content)


@given(TOML)
@COMMON
def test_no_text_makes_the_loader_raise(text: str) -> None:
    told(text.encode())


@given(EDITS, st.booleans())
@settings(COMMON, max_examples=150)
def test_no_edit_of_a_real_file_makes_the_loader_raise(edits: list[tuple[int, int, bytes]], serving: bool) -> None:
    content = WHOLE
    for place, removed, added in edits:
        content = content[:place] + added + content[place + removed :]
    told(content, runtime=serving, check_capabilities=False)


SCALARS = st.one_of(
    st.text(max_size=12),
    st.integers(-10, 1 << 70),
    st.floats(allow_nan=True),
    st.booleans(),
    st.dates(),
    st.sampled_from(
        ["${A}", "${B}", "${secret:B}", "${file:x}", "${", "5s", "1MiB", "http://a", "s", "none", "jwt", "dns"]
    ),
)
SECTIONS = [
    "version",
    "include",
    "server",
    "services",
    "routes",
    "auth",
    "limits",
    "defaults",
    "log",
    "metrics",
    "cors",
]
WORDS = "listen tls path service type of instances url respond split key discovery certificates headers methods"
MORE_WORDS = "request set buckets origins aggregate builtin s r"
KEYS = st.sampled_from([*SECTIONS, *WORDS.split(), *MORE_WORDS.split()])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)


@given(st.dictionaries(st.sampled_from(SECTIONS), st.dictionaries(KEYS | st.just("x"), VALUES, max_size=4) | VALUES))
@settings(COMMON, max_examples=150)
def test_no_data_makes_the_loader_raise(data: dict[str, Any]) -> None:
    told(tomli_w.dumps(data).encode(), check_capabilities=True)


@given(st.dictionaries(KEYS, VALUES, max_size=6))
@settings(COMMON, max_examples=150)
def test_every_value_of_a_file_has_its_place(data: dict[str, Any]) -> None:
    text = tomli_w.dumps(data)
    parsed, _ = parse(text, "f")
    places = index(text, "f")
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), parsed)]
    while waiting:
        path, value = waiting.pop()
        if path:
            assert places.value(path) is not None, (path, text)
            assert places.key(path) is not None
        if isinstance(value, dict):
            waiting += [((*path, key), item) for key, item in value.items()]
        elif isinstance(value, list):
            waiting += [((*path, number), item) for number, item in enumerate(value)]
    assert places.twice() == []


PLAIN = st.recursive(
    st.integers(0, 3) | st.lists(st.integers(0, 3), max_size=2),
    lambda inner: st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=8,
)
TABLES = st.dictionaries(st.sampled_from("abc"), st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)), max_size=3)


@given(TABLES, TABLES, TABLES)
@COMMON
def test_layers_of_equal_form_may_be_merged_in_any_grouping(a: Any, b: Any, c: Any) -> None:
    assert merged(merged(a, b), c) == merged(a, merged(b, c))


@given(st.dictionaries(st.sampled_from("abc"), PLAIN, max_size=3))
@COMMON
def test_a_layer_over_itself_or_over_nothing_is_itself(layer: dict[str, Any]) -> None:
    assert merged(layer, layer) == merged({}, layer) == merged(layer, {}) == layer


@given(
    st.lists(st.sampled_from(["service", "split", "respond", "redirect", "aggregate", "rewrite", "path"]), max_size=5)
)
@COMMON
def test_of_layers_with_one_alternative_each_one_is_left(keys: list[str]) -> None:
    data: dict[str, Any] = {}
    for key in keys:
        data = merged(data, {"routes": {"r": {key: "x"}}})
    actions = {"service", "split", "respond", "redirect", "aggregate"} & data.get("routes", {}).get("r", {}).keys()
    assert len(actions) <= 1


@given(st.permutations(["a", "b", "c", "d"]))
@settings(COMMON, max_examples=10)
def test_the_order_of_tables_changes_nothing(order: list[str]) -> None:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "gateway.toml"
        routes = "".join(f'[routes.{name}]\npath = "/{name}"\nrespond = {{}}\n' for name in order)
        path.write_text(f"version = 1\n{routes}")
        assert "[routes.a]" in to_toml(load([path], environ={}))
        assert to_toml(load([path], environ={})).index("[routes.a]") < to_toml(load([path], environ={})).index(
            "[routes.d]"
        )
