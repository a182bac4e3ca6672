"""GitLab's Code Quality report: a JSON list that a merge request shows beside the lines."""

import json
from collections import Counter
from collections.abc import Sequence
from hashlib import sha256
from typing import Any

from gatewayctl.cli.reports.base import Checked, all_found, by_severity, whole


def report(checked: Sequence[Checked]) -> str:
    """One issue a diagnostic. A fingerprint depends on what is wrong, not on the line, so that it outlives edits."""
    seen: Counter[str] = Counter()
    issues: list[dict[str, Any]] = []
    for found in all_found(checked):
        file = found.span.file if found.span else checked[0].name
        same = f"{found.code}\0{file}\0{found.message}"
        issues.append(
            {
                "description": whole(found),
                "check_name": found.code,
                "fingerprint": sha256(f"{same}\0{seen[same]}".encode()).hexdigest(),
                "severity": by_severity(found, "critical", "minor", "info"),
                "location": {"path": file, "lines": {"begin": (found.span.line if found.span else 0) or 1}},
            }
        )
        seen[same] += 1
    return json.dumps(issues, indent=2)
