"""``find``: a request that is in every one of some boxes and in none of others, or None, which is a proof.

The slots are independent, so a request escapes an avoiding box by escaping it in one slot. Method, host, headers and
query are decided first: one cell a slot, depth first, with a memo of what failed. What avoiders are then left must be
escaped in the path: segment by segment for patterns, over the whole path where a ``path_regex`` takes part.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from gatewayctl.routing.exact.box import Box
from gatewayctl.routing.exact.cells import Cells, Slot
from gatewayctl.routing.exact.choice import Fixed, pick
from gatewayctl.routing.exact.domain import Domains
from gatewayctl.routing.exact.hints import VALUES, samples
from gatewayctl.routing.exact.hosts import host_cells
from gatewayctl.routing.exact.language import Form, Language
from gatewayctl.routing.exact.methods import method_cells
from gatewayctl.routing.exact.paths import PathSearch
from gatewayctl.routing.exact.work import BoundError, Work
from gatewayctl.routing.witness import Witness, query_text

_TIED: Final = frozenset((b"host",))
"""Headers whose value is no free choice: the host is a slot of its own."""


class Found(NamedTuple):
    """The words of a request, before they are put together."""

    method: bytes
    host: bytes
    headers: tuple[tuple[bytes, bytes], ...]
    query: tuple[tuple[bytes, bytes], ...]
    path: bytes

    def witness(self) -> Witness:
        """The request."""
        return Witness(self.method, self.host, self.path, query_text(self.query), self.headers)


def find(musts: Sequence[Box], avoids: Sequence[Box], domains: Domains, work: Work) -> Found | None:
    """See above: requests that no server can read in another way first. Raises BoundError."""
    hit: BoundError | None = None
    for plain in (True, False):
        try:
            found = _Search(musts, avoids, domains, work, plain=plain).run()
        except BoundError as error:
            hit = error
            continue
        if found is not None:
            return found
    if hit is not None:
        raise hit
    return None


class _Search:
    """One search. Bit i of every mask stands for ``avoids[i]``."""

    def __init__(
        self, musts: Sequence[Box], avoids: Sequence[Box], domains: Domains, work: Work, *, plain: bool
    ) -> None:
        self.musts, self.domains, self.work = musts, domains, work
        self.headers = _names(box.headers for box in musts)
        self.query = _names(box.query for box in musts)
        if any(_TIED & box.headers.keys() for box in (*musts, *avoids)):
            raise BoundError("a condition on the header host is not compared with the hosts of routes")
        # A header or parameter that nothing asks for is left out, so boxes that ask for another one are escaped.
        self.avoids = [
            box for box in avoids if box.headers.keys() <= set(self.headers) and box.query.keys() <= set(self.query)
        ]
        self.paths = PathSearch(musts, self.avoids, domains, work, plain=plain)

    def run(self) -> Found | None:
        """The request; None: there is none."""
        if not self.paths.possible():
            return None
        methods = method_cells(self.musts, self.avoids)
        hosts = host_cells(self.musts, self.avoids) if methods else ()
        if not methods or not hosts:
            return None
        slots: list[Fixed | Cells] = [Fixed(methods), Fixed(hosts)]
        slots += [self._values(name, header=True) for name in self.headers]
        slots += [self._values(name, header=False) for name in self.query]
        alive = (1 << len(self.avoids)) - 1
        picked = pick(slots, alive, self.paths.outside, self.work)
        if picked is None:
            return None
        words, path = picked
        split = 2 + len(self.headers)
        return Found(
            words[0],
            words[1],
            tuple(zip(self.headers, words[2:split], strict=True)),
            tuple(zip(self.query, words[split:], strict=True)),
            path,
        )

    def _values(self, name: bytes, *, header: bool) -> Cells:
        """The cells of a header or query parameter that some of the boxes ask for."""
        by_language: dict[Language | None, int] = {}
        for number, box in enumerate(self.avoids):
            language = (box.headers if header else box.query).get(name)
            by_language[language] = by_language.get(language, 0) | 1 << number
        free = by_language.pop(None, 0)
        avoiding = [(bits, language) for language, bits in by_language.items() if language is not None]
        asked = [conditions[name] for box in self.musts if name in (conditions := box.headers if header else box.query)]
        cells = Cells(Slot(partial(self.domains.values, header=header), asked, partial(_value_words, asked)), avoiding)
        cells.let_through(free)
        return cells


def _names(conditions: Iterable[Mapping[bytes, Language]]) -> list[bytes]:
    return sorted({name for known in conditions for name in known})


def _value_words(asked: Sequence[Language]) -> Iterable[bytes]:
    """Values that people would write."""
    yield from VALUES
    for language in asked:
        if language.form is Form.EXPRESSION:
            yield from samples(language.node)
