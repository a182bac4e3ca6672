"""A diff as Markdown: a comment on a pull request. The worst stands open, what is safe is folded."""

from collections.abc import Iterator
from typing import Final

from gatewayctl.diff.change import Change, Diff
from gatewayctl.diff.classes import Severity
from gatewayctl.diff.text import REQUESTS, notes, summary

_MARKS: Final = {Severity.SECURITY: "🔓", Severity.BREAKING: "⚠️", Severity.SAFE: "✅"}
MOST: Final = 60
"""Changes that are shown in full; a comment has a largest size."""


def diff_markdown(diff: Diff) -> str:
    """The whole comment."""
    lines = [f"### Gateway: {summary(diff)}", "", f"`{diff.old}` → `{diff.new}`", ""]
    left = MOST
    for severity in Severity:
        changes = [change for change in diff.changes if change.kind.severity is severity]
        if not changes:
            continue
        folded = severity is Severity.SAFE
        title = f"{_MARKS[severity]} {severity} ({len(changes)})"
        lines += [f"<details><summary>{title}</summary>", ""] if folded else [f"#### {title}", ""]
        for change in changes[:left]:
            lines += _change(change)
        if len(changes) > left:
            lines.append(f"- … and {len(changes) - left} more")
        left = max(0, left - len(changes))
        lines += ["", "</details>", ""] if folded else [""]
    lines += [f"> {note}" for note in notes(diff)]
    return "\n".join(lines).rstrip("\n")


def _change(change: Change) -> Iterator[str]:
    place = f" ({_code(str(change.place))})" if change.place is not None else ""
    yield f"- **{change.code} {change.kind.title}**{place}  "
    yield f"  {_text(change.detail)}: {_code(change.before)} → {_code(change.now)}"
    for request in change.requests[:REQUESTS]:
        if request.witness is None:
            yield f"  - {_code(request.route)}: undecided"
        elif request.before == request.now:
            yield f"  - {_code(request.shown)}: {_text(request.now)}"
        else:
            yield f"  - {_code(request.shown)}: {_text(request.before)} → {_text(request.now)}"
    more = len(change.requests) - REQUESTS
    if more > 0:
        yield f"  - … and {more} more route{'' if more == 1 else 's'}"


def _code(text: str) -> str:
    """Text as code, with a fence longer than any run of backticks in it."""
    longest = max((len(run) for run in "".join(c if c == "`" else " " for c in text).split()), default=0)
    fence = "`" * (longest + 1)
    space = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{space}{text}{space}{fence}"


def _text(text: str) -> str:
    """Text in which nothing is markup."""
    return "".join(f"\\{char}" if char in "\\`*_{}[]<>()#+!|~" else char for char in text)
