"""The host of a request: the exact names, a fresh label below each wildcard, and a host that no pattern names."""

from collections.abc import Iterator, Sequence
from itertools import count
from typing import Final

from gatewayctl.routing.compiled import HostPattern
from gatewayctl.routing.exact.box import Box
from gatewayctl.routing.exact.cells import Cell
from gatewayctl.routing.witness import ANY_HOST

FRESH: Final = (ANY_HOST, b"any.example", b"other.invalid")
_LABELS: Final = (b"www", b"api", b"app", b"any-host")


def host_cells(musts: Sequence[Box], avoids: Sequence[Box]) -> list[Cell]:
    """The hosts that every one of ``musts`` takes, one for each minimal set of avoiders that take it too."""
    patterns = {box.host for box in (*musts, *avoids) if box.host is not None}
    cells: list[Cell] = []
    for host in _hosts(patterns):
        if all(box.takes_host(host) for box in musts):
            mask = 0
            for number, box in enumerate(avoids):
                if box.takes_host(host):
                    mask |= 1 << number
            if not any(not other & ~mask for other, _ in cells):
                cells.append((mask, host))
                if not mask:
                    break
    return cells


def _hosts(patterns: set[HostPattern]) -> Iterator[bytes]:
    """A host for each set of patterns that can take one host. A fresh one is below no pattern but the one meant."""
    exact = {pattern.text for pattern in patterns if not pattern.wildcard}
    wild = {pattern.text for pattern in patterns if pattern.wildcard}

    def is_fresh(host: bytes, own: bytes) -> bool:
        return host not in exact and not any(
            host.endswith(text) and len(host) > len(text) and len(text) > len(own) for text in wild
        )

    many = (b"host%d.example" % number for number in count(1))
    yield next(host for names in (FRESH, many) for host in names if is_fresh(host, b""))
    for text in sorted(wild, key=lambda text: (len(text), text)):
        labels = (b"host%d" % number for number in count(1))
        yield next(b"%b%b" % (x, text) for names in (_LABELS, labels) for x in names if is_fresh(x + text, text))
    yield from sorted(exact)
