"""The rules of the house that can be checked by reading: rings, docstrings, sizes, nothing of one machine, no hidden state."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from importlinter.cli import lint_imports

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "gatewayctl"
MODULES = sorted(PACKAGE.rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("*.py"))
SKIPPED = {
    ".git",
    ".venv",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "build",
    "dist",
}
LONGEST = 400

MUTABLE_DISPLAYS = (ast.Dict, ast.List, ast.Set, ast.DictComp, ast.ListComp, ast.SetComp)
MUTABLE_MAKERS = {
    "dict", "list", "set", "bytearray", "defaultdict", "deque", "Counter", "OrderedDict", "ChainMap", "SimpleQueue",
    "Queue", "WeakKeyDictionary", "WeakSet", "WeakValueDictionary", "LRUCache", "TTLCache", "count", "cycle", "Lock",
    "RLock", "Event", "Condition", "local", "ContextVar",
}  # fmt: skip
MUTATORS = {
    "append", "add", "clear", "discard", "extend", "insert", "pop", "popitem", "remove", "reverse", "setdefault", "sort",
    "update", "appendleft", "popleft", "__setitem__", "difference_update", "intersection_update",
}  # fmt: skip


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def repository_files() -> Iterator[Path]:
    """The files that belong to the repository: what git lists, or (in an archive) whatever is not made by a tool."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"], cwd=ROOT, capture_output=True
    )
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not SKIPPED.intersection(path.relative_to(ROOT).parts)]
    yield from (path for path in found if path.is_file())


# ── rings ─────────────────────────────────────────────────────────────


def test_a_module_imports_only_from_rings_below_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    broken = lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True, no_logo=True)

    assert broken == 0, capsys.readouterr().out


def test_every_folder_of_the_package_is_in_a_ring() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    (rings,) = (contract for contract in contracts if contract["type"] == "layers")
    named = {name for layer in rings["layers"] for name in re.findall(r"\w+", layer)}
    folders = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}

    assert folders <= named


# ── files ─────────────────────────────────────────────────────────────


def test_a_module_opens_with_its_contract() -> None:
    silent = [
        name_of(path)
        for path in [*MODULES, *TESTS]
        if not ast.get_docstring(tree_of(path)) and not (path.name == "__init__.py" and not path.read_text().strip())
    ]

    assert silent == [], "what is in here, in a few lines?"


def test_a_module_has_one_subject_and_fits_it() -> None:
    sizes = {name_of(path): len(path.read_text().splitlines()) for path in MODULES}

    assert {name: size for name, size in sizes.items() if size > LONGEST} == {}


def test_modules_are_small_as_a_rule() -> None:
    sizes = sorted(len(path.read_text().splitlines()) for path in MODULES)

    assert sizes[len(sizes) // 2] <= 100


def test_nothing_is_of_one_machine_only() -> None:
    """Paths of a home or a scratch directory, and addresses of package registries."""
    machine = re.compile(
        rb"(?<![\w.~}/-])/(?:%b)(?=/)" % b"|".join([b"work", b"root", b"tmp", rb"home/(?!you\b)\w+", b"Users"])
    )
    registry = re.compile(rb"https?://[\w.-]*(?:%b)" % b"|".join([b"pypi", b"pythonhosted", b"npmjs", b"artifactory"]))
    option = re.compile(rb"--(?:extra-)?%b" % b"index-url")
    found = [
        f"{name_of(path)}: {match[0].decode()}"
        for path in repository_files()
        if path != Path(__file__).resolve() and path.suffix != ".tsv"
        for pattern in (machine, registry, option)
        for match in pattern.finditer(path.read_bytes())
    ]

    assert found == []


def test_nothing_is_left_for_later() -> None:
    words = re.compile("|".join([r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b", r"\bHA" + r"CK\b"]))
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in [*MODULES, *TESTS]
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]

    assert found == []


# ── state ─────────────────────────────────────────────────────────────


def bindings(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr, bool, int]]:
    """Names bound in a module or class body: name, value, whether it is said to be final, line."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            for target in statement.targets:
                if isinstance(target, ast.Name):
                    yield target.id, statement.value, False, statement.lineno
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            if isinstance(statement.target, ast.Name):
                yield (
                    statement.target.id,
                    statement.value,
                    "Final" in ast.unparse(statement.annotation),
                    statement.lineno,
                )
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            yield from bindings(statement.body)


def mutable(value: ast.expr) -> bool:
    """Whether an expression makes something that can change."""
    if isinstance(value, MUTABLE_DISPLAYS):
        return True
    if isinstance(value, ast.Call):
        called = value.func
        name = called.id if isinstance(called, ast.Name) else called.attr if isinstance(called, ast.Attribute) else ""
        return name in MUTABLE_MAKERS
    return False


def constant(name: str) -> bool:
    """Whether a name says that its value does not change: a CONSTANT, a _CONSTANT or a __dunder__."""
    return name.strip("_").isupper() or (name.startswith("__") and name.endswith("__"))


def test_modules_have_no_mutable_state() -> None:
    """Two gateways in one process share no more than constants, and constants are not changed."""
    found = []
    for path in MODULES:
        tree = tree_of(path)
        found += [
            f"{name_of(path)}:{line}: {name}"
            for name, value, final, line in bindings(tree.body)
            if mutable(value) and not final and not constant(name)
        ]
        found += [
            f"{name_of(path)}:{node.lineno}: global {', '.join(node.names)}"
            for node in ast.walk(tree)
            if isinstance(node, ast.Global)
        ]
        constants = {name for name, value, _, _ in bindings(tree.body) if mutable(value)}
        found += [f"{name_of(path)}:{line}: {name} is changed" for name, line in changes(tree) if name in constants]

    assert found == []


def test_classes_have_no_mutable_state() -> None:
    found = [
        f"{name_of(path)}:{line}: {node.name}.{name}"
        for path in MODULES
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.ClassDef)
        for name, value, final, line in bindings(node.body)
        if mutable(value) and not final and not constant(name)
    ]

    assert found == []


def changes(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Names of which something is set, deleted or called that changes it, inside functions."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        local = {arg.arg for arg in ast.walk(function) if isinstance(arg, ast.arg)}
        local |= {n.id for n in ast.walk(function) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        for node in ast.walk(function):
            target = None
            if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                target = node.value
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                target = node.func.value
            if isinstance(target, ast.Name) and target.id not in local:
                yield target.id, node.lineno


def test_what_is_remembered_for_ever_does_not_depend_on_traffic() -> None:
    """A cached function is state too: fine for what is computed once a load or from nothing, not once a request."""
    found = [
        f"{name_of(path)}:{node.lineno}: {node.name}"
        for path in MODULES
        if path.relative_to(PACKAGE).parts[0] not in {"config", "cli"}
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.FunctionDef) and node.args.args
        for decorator in node.decorator_list
        if re.match(r"(functools\.)?(lru_)?cache\b", ast.unparse(decorator))
    ]

    assert found == []


# ── the rules themselves ──────────────────────────────────────────────


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("cache = {}", True),
        ("cache: dict[str, int] = {}", True),
        ("seen = set()", True),
        ("pending = collections.deque()", True),
        ("names = [n for n in range(3)]", True),
        ("try:\n    cache = {}\nexcept ImportError:\n    pass", True),
        ("TABLE = {1: 2}", False),
        ("_TABLE = {1: 2}", False),
        ("table: Final = {1: 2}", False),
        ("__all__ = []", False),
        ("names = (1, 2)", False),
        ("pattern = re.compile('x')", False),
    ],
)
def test_the_rule_about_state_sees_what_it_should(code: str, found: bool) -> None:
    names = [name for name, value, final, _ in bindings(ast.parse(code).body) if mutable(value)]
    finals = [final for _, _, final, _ in bindings(ast.parse(code).body)]

    assert bool([name for name, final in zip(names, finals, strict=False) if not final and not constant(name)]) is found


@pytest.mark.parametrize(
    ("code", "changed"),
    [
        ("T = {}\ndef f():\n    T[1] = 2", True),
        ("T = {}\ndef f():\n    del T[1]", True),
        ("T = {}\ndef f():\n    T.update(a=1)", True),
        ("T = []\ndef f():\n    T.append(1)", True),
        ("T = {}\ndef f():\n    return T[1]", False),
        ("T = {}\ndef f(T):\n    T[1] = 2", False),
    ],
)
def test_the_rule_about_constants_sees_what_it_should(code: str, changed: bool) -> None:
    assert any(name == "T" for name, _ in changes(ast.parse(code))) is changed


# ── tests ─────────────────────────────────────────────────────────────


def test_tests_use_real_objects_and_do_not_sleep() -> None:
    """A moment within a loop that waits for a condition is no sleep."""
    words = re.compile("mock" + r"\.patch|Magic" + r"Mock|\b(?:time|asyncio)\.sleep\((?!0(?:\.0\d*)?\))")
    found = [
        f"{name_of(path)}:{number}: {line.strip()}"
        for path in TESTS
        if path != Path(__file__).resolve() and not {"support", "bench"}.intersection(path.parts)
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if words.search(line)
    ]

    assert found == []
