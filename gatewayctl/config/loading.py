"""``load``: from files to a checked configuration. It never raises for bad input; everything wrong is a diagnostic.

The steps, in order: read the files and what they include → put in variables → make paths absolute → merge layers, the
environment last → validate object by object → check across objects → check what this version can do → name the places.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import field, replace
from functools import cache
from pathlib import Path
from typing import Any

from gatewayctl.config import capabilities, checks
from gatewayctl.config.checks.view import View
from gatewayctl.config.environment import environment_source
from gatewayctl.config.finding import Finding, Findings, KeyPath
from gatewayctl.config.including import Gathering
from gatewayctl.config.kinds.base import Kind
from gatewayctl.config.loaded import Loaded
from gatewayctl.config.locating import Places
from gatewayctl.config.masking import Masked
from gatewayctl.config.merging import merged
from gatewayctl.config.models.root import GatewayConfig
from gatewayctl.config.paths import resolve
from gatewayctl.config.reading import MAX_SECRET, DiskReader, Reader
from gatewayctl.config.selecting import Tree, select, tree
from gatewayctl.config.sources import Source
from gatewayctl.config.substitution import Substitution
from gatewayctl.config.validation import validate
from gatewayctl.core.codes import CODES
from gatewayctl.core.diagnostics import has_errors, in_order
from gatewayctl.core.frozen import frozen


def load(
    files: Sequence[str | Path],
    *,
    environ: Mapping[str, str],
    runtime: bool = False,
    environment_layer: bool = False,
    strict: bool = False,
    reader: Reader | None = None,
    directory: Path | None = None,
    check_capabilities: bool = True,
) -> Loaded:
    """The configuration that ``files`` say together: each with its includes, later ones over earlier ones.

    ``environ`` gives the variables, ``directory`` (the working directory) is what relative names on the command line
    and in the environment are relative to. ``runtime`` is for serving: unset variables and missing secrets are errors,
    and the environment layer is on. Offline they are notes, or errors too with ``strict``. ``check_capabilities``
    refuses what this version cannot do yet (E901).
    """
    reader, directory = reader or DiskReader(), directory or Path.cwd()
    findings_of: dict[int, Findings] = {}
    substitution = Substitution(environ, reader, directory, runtime or strict)

    def expand(source: Source, number: int, written: str) -> str | None:
        findings = findings_of.setdefault(id(source), Findings())
        return substitution.pattern(source, ("include", number), written, findings)

    gathering = Gathering(reader, directory, expand)
    for file in files:
        gathering.layer(file)
    sources, diagnostics = gathering.sources, gathering.diagnostics
    for source in sources:
        findings = findings_of.setdefault(id(source), Findings())
        substitution.apply(source, findings)
        if findings.found:
            places = Places(source.data, (source,))
            diagnostics += [places.diagnostic(finding, source) for finding in findings.found]
        resolve(source, source.path.parent)
    extra = None
    if runtime or environment_layer:
        extra, problems = environment_source(environ, directory)
        diagnostics += problems
        if extra.text:
            resolve(extra, directory)
            sources.append(extra)

    data = _merged(sources)
    places = Places(data, sources)
    secrets = _secrets(sources, places)
    unset = {
        path: written for source in sources for path, written in source.unset.items() if places.source(path) is source
    }
    check = _Check(
        data, secrets, unset, reader, directory, runtime or strict, check_capabilities, has_errors(diagnostics)
    )
    config, found = check.run()
    root = sources[0] if sources else None
    diagnostics += [places.diagnostic(finding, root) for finding in found]
    ordered = tuple(in_order(diagnostics))
    return Loaded(
        config=None if has_errors(ordered) else config,
        valid=config,
        diagnostics=ordered,
        sources=Masked(sources),
        files=tuple(dict.fromkeys([*gathering.files, *substitution.files, *_named(data)])),
        digest=_digest([*gathering.contents, *substitution.contents, *check.contents.items()], extra),
        contents=check.contents,
        secrets=frozenset(secrets),
        unset=unset,
        places=places,
    )


@frozen
class _Check:
    """From merged data to models and findings. ``partial``: files are missing or broken, so not everything is known."""

    data: dict[str, Any]
    secrets: Set[KeyPath]
    unset: Mapping[KeyPath, str]
    reader: Reader
    directory: Path
    runtime: bool
    capabilities: bool
    partial: bool
    contents: dict[str, bytes] = field(default_factory=dict)
    """Files that a check has read, by their path."""

    def run(self) -> tuple[GatewayConfig, list[Finding]]:
        """The configuration of what is valid, and everything that is not."""
        findings, across, refused = Findings(), Findings(), Findings()
        valid = validate(self.data, findings, self._hidden)
        if self.capabilities:
            capabilities.check(self.data, refused)
        if not self.partial:
            view = View(
                valid.config, self.data, valid.names, self.reader.exists, self._read, self.directory, self.runtime
            )
            for check in checks.ALL:
                check(view, across)
        silent = {finding.path for finding in refused.found}
        told = [self._veiled(finding) for finding in across.found if not self._moot(finding, silent)]
        wrong = [finding for finding in findings.found if not (self.partial and finding.path == ())]
        invalid = {finding.path for finding in wrong}
        return valid.config, [*wrong, *told, *(finding for finding in refused.found if finding.path not in invalid)]

    def _read(self, path: Path) -> bytes:
        content = self.contents[str(path)] = self.reader.read(path, MAX_SECRET)
        return content

    def _hidden(self, path: KeyPath) -> bool:
        return any(path[:length] in self.secrets for length in range(1, len(path) + 1))

    def _veiled(self, finding: Finding) -> Finding:
        """The finding, without words that may hold a secret's value."""
        if finding.discreet or not any(
            self._hidden(path) for path in (finding.path, *(path for path, _ in finding.related))
        ):
            return finding
        return replace(finding, message=CODES[finding.code], label="", help="correct the value, or where it comes from")

    def _moot(self, finding: Finding, refused: Set[KeyPath]) -> bool:
        """Whether a finding is about what is refused anyway, or about a placeholder."""
        paths = [finding.path, *(path for path, _ in finding.related)]
        if any(path in self.unset for path in paths):
            return True
        return any(finding.path[:length] in refused for length in range(1, len(finding.path) + 1))


def _named(data: dict[str, Any]) -> Iterator[Path]:
    for hit in select(checks.files.named_files(), data):
        if isinstance(hit.value, str) and hit.value.startswith("/"):
            yield Path(hit.value)


def _merged(sources: Sequence[Source]) -> dict[str, Any]:
    """All sources over each other. An included file's own ``include`` is done with and says nothing here."""
    data: dict[str, Any] = {}
    for source in sources:
        said = {key: value for key, value in source.data.items() if key != "include"} if source.site else source.data
        data = merged(data, said)
    return data


def _secrets(sources: Sequence[Source], places: Places) -> set[KeyPath]:
    """The key paths whose effective value is secret: by the schema, or because it came from a secret."""
    found = {hit.path for hit in select(_secret_fields(), places.data)}
    for source in sources:
        found |= {path for path in source.secrets if places.source(path) is source}
    return found


@cache
def _secret_fields() -> Tree[Kind]:
    return tree(lambda kind: kind.secret)


def _digest(contents: Sequence[tuple[str, bytes]], environment: Source | None) -> str:
    total = hashlib.sha256()
    for name, content in contents:
        total.update(f"{len(name)}:{name}:{len(content)}:".encode() + content)
    if environment is not None:
        total.update(repr(sorted(environment.data.items())).encode())
    return total.hexdigest()
