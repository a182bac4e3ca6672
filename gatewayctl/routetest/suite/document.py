"""Results as JSON-able data, as ``schemas/test.schema.json`` describes it (but for ``format_version``)."""

from collections.abc import Sequence
from typing import Any

from gatewayctl.routetest.document import explanation_data
from gatewayctl.routetest.suite.coverage import Coverage
from gatewayctl.routetest.suite.running import Result


def results_data(file: str, results: Sequence[Result]) -> list[dict[str, Any]]:
    """The results of a file. What becomes of a request is said in full where a case failed."""
    return [
        {
            "file": file,
            "line": result.case.span.line if result.case.span else None,
            "name": result.case.name,
            "request": result.case.config.request,
            "passed": result.passed,
            "differences": [difference._asdict() for difference in result.differences],
            "explanation": None if result.passed else explanation_data(result.report),
        }
        for result in results
    ]


def coverage_data(configuration: str, coverage: Coverage) -> dict[str, Any]:
    """The coverage of a configuration."""
    return {
        "configuration": configuration,
        "percent": round(coverage.percent, 1),
        "items": [
            {"section": item.section, "name": item.name, "met": item.met, "at": item.at.data()}
            for item in coverage.items
        ],
    }
