"""The walk through a history for one request, and what it finds as text and as data."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gatewayctl.cli.errors import CommandError
from gatewayctl.cli.git import Commit
from gatewayctl.cli.sides import Sides
from gatewayctl.cli.styles import Style
from gatewayctl.core.frozen import frozen
from gatewayctl.diff.classes import CLASSES
from gatewayctl.diff.single import Handled, handled, request_differences
from gatewayctl.routetest.request import Asked, head_parser, read_head
from gatewayctl.routing import Witness
from gatewayctl.routing.exact import Exact
from gatewayctl.routing.exact import Side as Table

if TYPE_CHECKING:
    from gatewayctl.diff import Side
    from gatewayctl.diff.difference import Difference

_CONFIGURATIONS = "**/*.toml"


@frozen
class Found:
    """The commit that last changed how the request is handled. ``before`` None: the configuration begins there.

    ``uncommitted``: the working tree handles it otherwise than HEAD. ``passed_over``: later commits whose configuration
    is not valid, so that the change may be theirs. ``shallow``: the clone has no history before it, where the change may be.
    """

    request: Asked
    commit: Commit
    before: Handled | None
    now: Handled
    differences: "tuple[Difference, ...]"
    uncommitted: "tuple[Difference, ...] | None"
    passed_over: tuple[Commit, ...]
    shallow: bool = False


class Blame:
    """One walk. The configuration of each commit is loaded once, newest first, until one differs from the one before."""

    def __init__(self, sides: Sides, request: Asked) -> None:
        self.sides, self.request = sides, request
        self.files = sides.configuration.files

    def run(self) -> Found:
        """Walks. Raises CommandError where there is no history, or HEAD's configuration is not valid."""
        sides = self.sides
        repository = sides.repository_of(self.files)
        repository.commit("HEAD")
        head = sides.revision("HEAD", "")
        witness = self._witness(head)
        history = repository.history([_CONFIGURATIONS, *self._others(head, repository.root)])
        later, commit = head, history[0]
        passed_over: list[Commit] = []
        shallow = not repository.boundary().isdisjoint(one.id for one in history)
        for earlier in history[1:]:
            try:
                side = sides.commit(repository, earlier.id, earlier.short, self.files)
            except CommandError as error:
                if all(d.code == "E001" for d in error.diagnostics):
                    shallow = False  # the configuration was not there yet
                    break
                passed_over.append(earlier)
                continue
            before, now, differences = request_differences(side, later, witness)
            if differences or before.words != now.words:
                return self._found(commit, before, now, differences, head, witness, passed_over)
            later, commit, passed_over = side, earlier, []
        first = handled(later, Table(later.routes, Exact(), later.options), witness)
        return replace(self._found(commit, None, first, [], head, witness, passed_over), shallow=shallow)

    def _found(
        self,
        commit: Commit,
        before: Handled | None,
        now: Handled,
        differences: "list[Difference]",
        head: "Side",
        witness: Witness,
        passed_over: list[Commit],
    ) -> Found:
        uncommitted = None
        first, second, changed = request_differences(head, self.sides.working_tree(), witness)
        if changed or first.words != second.words:
            uncommitted = tuple(changed)
        return Found(self.request, commit, before, now, tuple(differences), uncommitted, tuple(passed_over))

    def _witness(self, head: "Side") -> Witness:
        """The request as the gateway reads it."""
        from gatewayctl.core.framing import BadMessage
        from gatewayctl.plan.sections import server_plan

        config = head.loaded.config
        if config is None:
            raise AssertionError("a side has a configuration")
        server = server_plan(config)
        try:
            read = read_head(self.request.raw(), head_parser(server), server)
        except BadMessage as error:
            from gatewayctl.cli.errors import usage

            raise usage(
                f"no client can send this request: {error.detail}", "percent-encode what is special in it"
            ) from None
        fields = tuple((f.name, f.value) for f in read.fields if f.name != b"host")
        return Witness(read.method, read.host, read.path, read.query or b"", fields)

    def _others(self, head: "Side", root: Path) -> list[str]:
        """Files of HEAD's configuration that are called otherwise, from the root of the repository."""
        inside = [path for path in head.loaded.files if path.is_relative_to(root) and path.suffix != ".toml"]
        return [path.relative_to(root).as_posix() for path in inside]


def blame_text(found: Found, style: Style) -> str:
    """What was found, in words."""
    return "\n".join(_lines(found, style))


def _lines(found: Found, style: Style) -> Iterator[str]:
    yield style.strong(f"{found.request.method} {found.request.url}")
    if found.uncommitted is not None:
        yield f"  {style.warn('handled otherwise in the working tree')}: gatewayctl diff shows how"
    commit = found.commit
    yield f"  last changed by {style.name(commit.short)} {commit.day} {commit.author}: {commit.subject}"
    if found.shallow:
        yield f"    {style.warn('the history of this shallow clone ends there')}, so the change may be an earlier one:"
        yield "    git fetch --unshallow gets the rest"
        yield f"    {style.faint('now   ')}  {found.now.words}"
    elif found.before is None:
        yield f"    since the configuration is there  {found.now.words}"
    else:
        yield f"    {style.faint('before')}  {found.before.words}"
        yield f"    {style.faint('since ')}  {found.now.words}"
    for difference in found.differences:
        kind = CLASSES[difference.code]
        yield f"    {kind.severity}[{kind.code}] {kind.title}"
        yield f"      {difference.detail}: {difference.before} → {difference.now}"
    if found.passed_over:
        ids = ", ".join(commit.short for commit in found.passed_over)
        yield f"  passed over, since the configuration is not valid there: {ids} (it may have been one of them)"


def blame_data(found: Found) -> dict[str, Any]:
    """What ``schemas/blame.schema.json`` describes, but for ``format_version``."""
    return {
        "request": {"method": found.request.method, "url": found.request.url},
        "commit": found.commit._asdict(),
        "before": None if found.before is None else found.before.words,
        "now": found.now.words,
        "changes": [_change(difference) for difference in found.differences],
        "uncommitted": None if found.uncommitted is None else [_change(d) for d in found.uncommitted],
        "passed_over": [commit.id for commit in found.passed_over],
        "shallow": found.shallow,
    }


def _change(difference: "Difference") -> dict[str, Any]:
    kind = CLASSES[difference.code]
    return {
        "code": kind.code,
        "name": kind.name,
        "severity": kind.severity.value,
        "cause": ".".join(map(str, difference.cause)),
        "detail": difference.detail,
        "before": difference.before,
        "now": difference.now,
    }
