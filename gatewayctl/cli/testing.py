"""Runs the route tests of files: finds them, loads the configuration of each, and gathers results and coverage."""

import os
from collections.abc import Callable, Sequence
from dataclasses import field
from pathlib import Path
from typing import Final

from gatewayctl.cli.configuration import STANDARD_INPUT, Configuration, compiled
from gatewayctl.cli.errors import CommandError, failed, usage
from gatewayctl.cli.live import live_parts
from gatewayctl.config import Loaded
from gatewayctl.config.reading import absolute, shown
from gatewayctl.core.diagnostics import Diagnostic, has_errors, in_order
from gatewayctl.core.frozen import mutable
from gatewayctl.core.layers import FILES_VARIABLE
from gatewayctl.plan import Plan
from gatewayctl.routetest.suite.coverage import Coverage, coverage
from gatewayctl.routetest.suite.reading import DEFAULT_CONFIG, PATTERN, Case, Suite, check_names, read_suite
from gatewayctl.routetest.suite.running import Result, run_suite
from gatewayctl.routetest.walk import Examiner

NOTHING_THERE: Final = "E603"

Layers = tuple[str | Path, ...]


@mutable
class Ran:
    """What came of a run: the results of each file, the coverage of each configuration, and what a watcher follows."""

    files: list[tuple[str, list[Result]]] = field(default_factory=list)
    coverages: list[tuple[str, Coverage]] = field(default_factory=list)
    notes: list[Diagnostic] = field(default_factory=list)

    @property
    def results(self) -> list[Result]:
        """All results."""
        return [result for _, results in self.files for result in results]

    @property
    def failures(self) -> int:
        """How many cases failed."""
        return sum(not result.passed for result in self.results)

    @property
    def percent(self) -> float:
        """The coverage of the configuration that is covered least."""
        return min((one.percent for _, one in self.coverages), default=100.0)


def files_of_tests(configuration: Configuration, given: Sequence[str]) -> list[str]:
    """The files that are meant: those given, of a directory all below it; else those beside the configuration."""
    if not given:
        beside = Path(configuration.files[0]).parent
        found = sorted(str(path) for path in beside.glob(PATTERN))
        if not found:
            where = "here" if beside == Path() else f"in {beside}"
            way_out = "write one (docs/testing-routes.md), or: gatewayctl test --record LOG -o gateway.test.toml"
            raise failed(NOTHING_THERE, f"there is no {PATTERN} {where}", way_out)
        return found
    files: dict[str, None] = {}
    for name in given:
        inside = sorted(Path(name).rglob(PATTERN)) if Path(name).is_dir() else None
        if inside == []:
            raise failed(NOTHING_THERE, f"there is no {PATTERN} below {name}", "name a file, or another directory")
        files.update(dict.fromkeys(map(str, inside) if inside else [name]))
    return list(files)


def run_files(
    configuration: Configuration, given: Sequence[str], wanted: Callable[[Case], bool], watched: set[Path]
) -> Ran:
    """Runs all cases that are wanted. Raises CommandError where a file or a configuration is not valid; ``watched`` gets
    the files that the outcome depends on, in either case."""
    if STANDARD_INPUT in given and STANDARD_INPUT in configuration.files:
        raise usage("standard input (-) is given twice", "give it once")
    here = Path.cwd()
    suites: list[Suite] = []
    for name in files_of_tests(configuration, given):
        (file,), reader = configuration.read_by([name])
        suites.append(read_suite(absolute(file, here), reader=reader, directory=here))
        watched.add(suites[-1].path)
    found = [diagnostic for suite in suites for diagnostic in suite.diagnostics]
    sources = {suite.file: suite.text for suite in suites}
    groups: dict[Layers, list[Suite]] = {}
    for suite in (suite for suite in suites if suite.config):
        groups.setdefault(_layers(configuration, suite), []).append(suite)
    ready: list[tuple[Layers, Loaded, Plan]] = []
    for layers, members in groups.items():
        loaded = configuration.load(layers)
        watched.update(loaded.files)
        plan, diagnostics = compiled(loaded)
        found += diagnostics
        sources |= loaded.sources
        if plan is None:
            continue
        ready.append((layers, loaded, plan))
        known = {name: route.enabled for name, route in loaded.config.routes.items()} if loaded.config else {}
        found += [diagnostic for suite in members for diagnostic in check_names(suite, plan, known)]
    if has_errors(found):
        raise CommandError(in_order(found), sources=sources)
    ran = Ran(notes=in_order(found))
    for layers, loaded, plan in ready:
        examiner = Examiner(loaded, plan, live_parts())
        results = [(suite.file, run_suite(suite, examiner, wanted)) for suite in groups[layers]]
        ran.files += results
        reports = [result.report for _, many in results for result in many]
        counted = [name for report in reports for name, _ in report.limit_keys]
        name = " + ".join(shown(absolute(layer, here), here) for layer in layers)
        ran.coverages.append((name, coverage(loaded, plan, [report.route for report in reports], counted)))
    return ran


def _layers(configuration: Configuration, suite: Suite) -> Layers:
    """The configuration of a file of tests: that of -c (or of the variable) for all, else what the file says itself."""
    said_itself = suite.config != (suite.path.parent / DEFAULT_CONFIG,)
    if configuration.config or (os.environ.get(FILES_VARIABLE) and not said_itself):
        return tuple(configuration.files)
    return suite.config
