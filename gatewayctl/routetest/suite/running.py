"""Runs the cases of a suite under a configuration."""

from collections.abc import Callable
from typing import NamedTuple

from gatewayctl.routetest.report import Report
from gatewayctl.routetest.suite.expectations import Difference, differences
from gatewayctl.routetest.suite.reading import Case, Suite
from gatewayctl.routetest.walk import Examiner


class Result(NamedTuple):
    """What came of a case. ``report`` is the whole of it where it failed; the other routes are left out where not."""

    case: Case
    report: Report
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.differences


def run_suite(suite: Suite, examiner: Examiner, wanted: Callable[[Case], bool]) -> list[Result]:
    """The results of the cases that are wanted, in their order."""
    return [_run(case, examiner) for case in suite.cases if wanted(case)]


def _run(case: Case, examiner: Examiner) -> Result:
    report = examiner.examine(case.request, others=False)
    found = tuple(differences(case.config.expect, report))
    return Result(case, examiner.examine(case.request) if found else report, found)
