"""What the gateway has counted as Prometheus text 0.0.4 or OpenMetrics 1.0, rendered by prometheus_client.

The counters are our own (``series.py``); a collector in a registry of this gateway's own reads them when somebody asks.
Everything is made in small pieces, so that a scrape of thousands of routes holds up no traffic: whoever renders lets
the event loop run between two of them. Only routes that have counted something are shown.
"""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import generate_latest
from prometheus_client.metrics_core import Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector

from gatewayctl.telemetry.counted import CountedGateway, Facts, scrape_of
from gatewayctl.telemetry.families import FAMILIES

PIECE: Final = 32
"""Samples after which a piece is closed. A sample costs 5 µs in the text format, 13 in OpenMetrics."""
_MAX_ACCEPT: Final = 4096


class Form(NamedTuple):
    """A format. ``end`` is what closes the document, and what the encoder puts after every piece."""

    name: str
    content_type: str
    encode: Callable[[Collector], bytes]
    end: bytes


TEXT: Final = Form("text", "text/plain; version=0.0.4; charset=utf-8", generate_latest, b"")
OPENMETRICS: Final = Form(
    "openmetrics", "application/openmetrics-text; version=1.0.0; charset=utf-8", openmetrics.generate_latest, b"# EOF\n"
)


def negotiated(accept: str) -> Form:
    """The format that an Accept field prefers (RFC 9110 12.5.1); text where it prefers none, or neither is named."""
    wanted = {"application/openmetrics-text": 0.0, "text/plain": 0.0}
    for part in accept[:_MAX_ACCEPT].split(","):
        media, *parameters = [piece.strip().lower() for piece in part.split(";")]
        if media in wanted:
            wanted[media] = max(wanted[media], _quality(parameters))
    openmetrics_wanted, text_wanted = wanted.values()
    return OPENMETRICS if openmetrics_wanted and openmetrics_wanted >= text_wanted else TEXT


def _quality(parameters: list[str]) -> float:
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return float(parameter[2:])
            except ValueError:
                return 0.0
    return 1.0


class Exposition:
    """The metrics of one gateway. ``facts`` is asked once a scrape."""

    def __init__(self, gateway: CountedGateway, facts: Callable[[], Facts]) -> None:
        self._process = _Process()
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(_Traffic(gateway, facts))
        self._registry.register(self._process)

    def read_process(self) -> None:
        """Reads ``/proc`` for the ``process_`` metrics of the next rendering.

        Takes milliseconds where thousands of files are open, most of them in the kernel: call it in a thread.
        """
        self._process.read()

    def render(self, form: Form) -> Iterator[bytes]:
        """The document, in pieces that take less than a millisecond each. Counters may go on counting in between."""
        last = ""
        for metric in self._registry.collect():
            piece = form.encode(_Only(metric)).removesuffix(form.end)
            yield _without_head(piece) if metric.name == last else piece
            last = metric.name
        yield form.end


def _without_head(piece: bytes) -> bytes:
    """The samples of a piece that goes on with the family of the one before it (one HELP and TYPE a family)."""
    while piece.startswith(b"# "):
        piece = piece[piece.index(b"\n") + 1 :]
    return piece


class _Traffic(Collector):
    """The gateway's own metrics. A family with many samples comes in several pieces, one after the other."""

    def __init__(self, gateway: CountedGateway, facts: Callable[[], Facts]) -> None:
        self._gateway = gateway
        self._facts = facts

    def collect(self) -> Iterator[Metric]:
        scrape = scrape_of(self._gateway, self._facts())
        for family in FAMILIES:
            piece = family.new()
            for row in family.rows(scrape):
                piece.add_metric(*row)
                if len(piece.samples) >= PIECE:
                    yield piece
                    piece = family.new()
            yield piece


class _Process(Collector):
    """The ``process_`` metrics, as they were when ``read`` was last called."""

    def __init__(self) -> None:
        self._collector = ProcessCollector(registry=None)
        self._metrics: list[Metric] = []

    def read(self) -> None:
        self._metrics = list(self._collector.collect())

    def collect(self) -> list[Metric]:
        return self._metrics


class _Only(Collector):
    """One metric, in the shape that an encoder asks for."""

    def __init__(self, metric: Metric) -> None:
        self._metric = metric

    def collect(self) -> tuple[Metric]:
        return (self._metric,)
