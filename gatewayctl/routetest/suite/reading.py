"""A file of route tests to its cases, or to the diagnostics that say what is wrong with it and where."""

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from gatewayctl.config.explaining import explain
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.locating import Places
from gatewayctl.config.parsing import decode, parse
from gatewayctl.config.reading import MAX_FILE, Reader, absolute, shown
from gatewayctl.config.shape import Shape, at_path
from gatewayctl.config.sources import Source
from gatewayctl.core.diagnostics import Diagnostic, Severity, Span, has_errors, in_order
from gatewayctl.core.frozen import frozen
from gatewayctl.core.suggest import did_you_mean
from gatewayctl.plan.model import Plan
from gatewayctl.routetest.request import Asked, NotARequest, asked
from gatewayctl.routetest.suite import unavailable
from gatewayctl.routetest.suite.models import CaseConfig, ExpectConfig, SuiteConfig

DEFAULT_CONFIG = "gateway.toml"
PATTERN = "*.test.toml"
NONE = "none"

_ROOT = Shape(frozenset({"table"}), models=(SuiteConfig,))


@frozen
class Case:
    """One case that can be run: its number in the file, and the request that is meant."""

    number: int
    config: CaseConfig
    request: Asked
    span: Span | None

    @property
    def name(self) -> str:
        """What it is called: its name, else its request."""
        return self.config.name or self.config.request


@frozen
class Suite:
    """A file: its cases, the files of its configuration (absolute; none where it does not make sense as a whole), and
    what is wrong with it."""

    file: str
    path: Path
    text: str
    config: tuple[Path, ...]
    cases: tuple[Case, ...]
    diagnostics: tuple[Diagnostic, ...]
    places: Places

    @property
    def ok(self) -> bool:
        """Whether it can be run."""
        return not has_errors(self.diagnostics)


def read_suite(path: Path, *, reader: Reader, directory: Path) -> Suite:
    """The suite in that file (an absolute path). It never raises for bad input."""
    file = shown(path, directory)
    found: list[Diagnostic] = []
    data: dict[str, Any] | None = None
    text: str | None = None
    try:
        content = reader.read(path, MAX_FILE + 1)
    except OSError as problem:
        said = (problem.strerror or type(problem).__name__).lower()
        message, way_out = f"{file} cannot be read: {said}", "check the name; gatewayctl test --help says more"
        found.append(Diagnostic("E001", Severity.ERROR, message, Span(file), "", way_out))
    else:
        if len(content) > MAX_FILE:
            found.append(Diagnostic("E005", Severity.ERROR, "this file is too large", Span(file), "", "split it"))
        else:
            text, found = decode(content, file)
    if text is not None:
        data, problems = parse(text, file)
        found += problems
    source = Source(path, file, text or "", data or {})
    places = Places(source.data, (source,))
    findings = Findings()
    suite = _validated(source.data, findings) if data is not None else None
    cases: list[Case] = []
    for number, case in enumerate(suite.case if suite else ()):
        at: KeyPath = ("case", number)
        unavailable.check(case, at, findings)
        request = _request(case, at, findings)
        if request is not None:
            cases.append(Case(number, case, request, places.span(at)))
    found += [places.diagnostic(finding, source) for finding in findings.found]
    named = suite.config or (DEFAULT_CONFIG,) if suite else ()
    config = tuple(absolute(name, path.parent) for name in named)
    return Suite(file, path, text or "", config, tuple(cases), tuple(in_order(found)), places)


def check_names(suite: Suite, plan: Plan, routes: Mapping[str, bool]) -> list[Diagnostic]:
    """What the cases name and the configuration does not have. ``routes``: all of its routes, by name."""
    findings = Findings()
    for case in suite.cases:
        for noun, name, below, known in _named(case.config.expect, plan, routes):
            if name in known:
                continue
            there = ", ".join(sorted(known)[:5]) or "none"
            help = did_you_mean(name, known) or f"there are: {there}{', …' if len(known) > 5 else ''}"
            path = ("case", case.number, "expect", *below)
            on_key = below[0] == "limit_keys"
            findings.error("E201", path, f'there is no {noun} "{name}"', label="not there", help=help, on_key=on_key)
    return [suite.places.diagnostic(finding, None) for finding in findings.found]


def _named(
    expect: ExpectConfig, plan: Plan, routes: Mapping[str, bool]
) -> Iterator[tuple[str, str, KeyPath, Collection[str]]]:
    """What an expectation names: the noun, the name, where in the expectation it stands, and the names there are."""
    known: tuple[tuple[str, str, Collection[str]], ...] = (
        ("route", "route", routes),
        ("service", "service", plan.services),
        ("auth", "authentication scheme", plan.identity.schemes),
    )
    for key, noun, there in known:
        name = getattr(expect, key)
        if name not in (None, NONE):
            yield noun, name, (key,), there
    limits = plan.policies.limits
    for number, name in enumerate(expect.limits or ()):
        yield "limit", name, ("limits", number), limits
    for name in expect.limit_keys or ():
        yield "limit", name, ("limit_keys", name), limits


def _validated(data: dict[str, Any], findings: Findings) -> SuiteConfig | None:
    try:
        return _adapter().validate_python(data)
    except ValidationError as problem:
        told = problem.errors(include_url=False)
    around = {error["loc"][:length] for error in told for length in range(len(error["loc"]))}
    for error in told:
        if error["type"] == "too_short" and error["input"] and error["loc"] in around:
            continue  # a list is also called too short because its items are wrong
        path = tuple(part for part in error["loc"] if part != "[key]")
        section = data.get(str(path[0])) if path else data
        explain(path, error, section, findings, lambda path: False, lambda path: at_path(path, _ROOT))
    return None


@cache
def _adapter() -> TypeAdapter[SuiteConfig]:
    return TypeAdapter(SuiteConfig)


def _request(case: CaseConfig, at: KeyPath, findings: Findings) -> Asked | None:
    words = case.request.split()
    method, path = words if len(words) == 2 else ("GET", case.request)
    try:
        return asked(
            path,
            method,
            headers=[f"{name}: {value}" for name, value in case.headers.items()],
            client_ip=case.client_ip,
            body_size=case.body_size,
            claims=case.token or {},
            consumer=case.consumer,
        )
    except NotARequest as problem:
        help = 'write "METHOD /path" or "METHOD http://host/path"' if len(words) > 2 else problem.help
        findings.error("E601", (*at, "request"), str(problem), label="not a request", help=help)
        return None
