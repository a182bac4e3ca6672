"""The metrics of a gateway, one entry each: a new one is declared here and nowhere else.

Labels come from the configuration alone (behaviour: metrics); a request that no route took has ``route=""``. Where a
family is read in several pieces, each row is taken at once, so that a histogram never contradicts itself.
"""

import platform
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, Final, NamedTuple

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.utils import floatToGoString

from gatewayctl import __version__
from gatewayctl.telemetry.counted import CountedInstance, Scrape
from gatewayctl.telemetry.series import Histogram, RouteSeries

Row = tuple[Any, ...]
"""The arguments of one ``add_metric``: label values, then what the kind of family wants."""
Rows = Callable[[Scrape], Iterable[Row]]


class Family(NamedTuple):
    """``name`` comes without ``gatewayctl_`` and, for a counter, without ``_total``."""

    kind: Callable[..., Metric]
    name: str
    help: str
    labels: tuple[str, ...]
    rows: Rows

    def new(self) -> Any:
        """The family without samples."""
        return self.kind("gatewayctl_" + self.name, self.help, labels=self.labels)


def _seconds(kind: Callable[..., Metric]) -> Callable[..., Metric]:
    return lambda name, help, labels: kind(name, help, labels=labels, unit="seconds")


def _bytes(name: str, help: str, labels: Sequence[str]) -> Metric:
    return CounterMetricFamily(name, help, labels=labels, unit="bytes")


# ── rows ──────────────────────────────────────────────────────────────────


def _one(value: Callable[[Scrape], float]) -> Rows:
    return lambda scrape: [((), value(scrape))]


def _each_route(value: Callable[[RouteSeries], float]) -> Rows:
    return lambda scrape: (((name,), value(series)) for name, series in scrape.routes)


def _each_instance(value: Callable[[CountedInstance], float]) -> Rows:
    return lambda scrape: (((service, instance.id), value(instance)) for service, instance in scrape.instances)


def _requests(scrape: Scrape) -> Iterator[Row]:
    for name, series in scrape.routes:
        for (method, status), count in series.requests.items():
            yield (name, series.service, method.decode("latin-1"), f"{status}xx"), count


def _durations(scrape: Scrape) -> Iterator[Row]:
    return _histograms(((name,), series.durations) for name, series in scrape.routes)


def _upstream_durations(scrape: Scrape) -> Iterator[Row]:
    return _histograms(((service, instance.id), instance.durations) for service, instance in scrape.instances)


def _histograms(labelled: Iterable[tuple[tuple[str, ...], Histogram]]) -> Iterator[Row]:
    bounds: tuple[float, ...] = ()
    written: list[str] = []
    for labels, histogram in labelled:
        if histogram.bounds != bounds:
            bounds = histogram.bounds
            written = [*map(floatToGoString, bounds), "+Inf"]
        yield labels, list(zip(written, accumulate(histogram.counts), strict=True)), histogram.sum


def _certificates(scrape: Scrape) -> Iterator[Row]:
    for name, ends in scrape.facts.certificates:
        yield (name,), ends


def _refused(scrape: Scrape) -> Iterator[Row]:
    for name, series in scrape.routes:
        for reason, count in list(series.refusals.items()):
            yield (name, reason), count


_SHOWN_FROM_THE_START: Final = frozenset({2, 3, 4, 5})
"""Status classes that an instance shows before it counts any, so that a rate has something to begin with."""


def _responses(scrape: Scrape) -> Iterator[Row]:
    for service, instance in scrape.instances:
        for status, count in enumerate(instance.answers):
            if status and (count or status in _SHOWN_FROM_THE_START):
                yield (service, instance.id, f"{status}xx"), count


def _connections(scrape: Scrape) -> Iterator[Row]:
    for service, instance in scrape.instances:
        idle = instance.idle
        yield (service, instance.id, "idle"), idle
        yield (service, instance.id, "active"), max(instance.connections - idle, 0)


def _breaker_states(scrape: Scrape) -> Iterator[Row]:
    for shelf in scrape.gateway.breakers.values():
        for of, breaker in list(shelf.made.items()):
            yield (shelf.name, shelf.service, of), breaker.state.value


def _breaker_refusals(scrape: Scrape) -> Iterator[Row]:
    for shelf in scrape.gateway.breakers.values():
        for of, breaker in list(shelf.made.items()):
            yield (shelf.name, shelf.service, of), breaker.refused


def _limited(scrape: Scrape) -> Iterator[Row]:
    for limit in scrape.gateway.limits.values():
        yield (limit.name, "allowed"), limit.allowed
        yield (limit.name, "refused"), limit.refused
        yield (limit.name, "reported"), limit.reported


def _available(scrape: Scrape) -> Iterator[Row]:
    for name, service in scrape.services:
        for instance in service.instances:
            yield (name, instance.id), not service.availability.reasons(instance.id)


def _reloads(scrape: Scrape) -> Iterator[Row]:
    yield ("success",), scrape.facts.reloads
    yield ("failure",), scrape.facts.reload_failures


def _config(scrape: Scrape) -> Iterator[Row]:
    yield (), {"hash": scrape.facts.config_hash}


def _build(scrape: Scrape) -> Iterator[Row]:
    yield (), {"version": __version__, "python": platform.python_version()}


# ── the table ─────────────────────────────────────────────────────────────

_COUNTER: Final = CounterMetricFamily
_GAUGE: Final = GaugeMetricFamily
_HISTOGRAM: Final = HistogramMetricFamily
_INFO: Final = InfoMetricFamily
_ROUTE: Final = ("route",)
_INSTANCE: Final = ("service", "instance")
_BREAKER: Final = ("breaker", "service", "of")

# fmt: off
FAMILIES: Final[tuple[Family, ...]] = (
    # traffic, by route
    Family(_COUNTER, "requests", "Requests that have ended.", (*_ROUTE, "service", "method", "status_class"), _requests),
    Family(_seconds(_HISTOGRAM), "request_duration_seconds", "Time from a request's head to the end of its answer.",
           _ROUTE, _durations),
    Family(_bytes, "request_body_bytes", "Bytes of request bodies received.", _ROUTE,
           _each_route(lambda r: r.received)),
    Family(_bytes, "response_body_bytes", "Bytes of response bodies sent.", _ROUTE,
           _each_route(lambda r: r.sent)),
    Family(_COUNTER, "refused", "Requests that the gateway answered or cut itself, by reason.",
           (*_ROUTE, "reason"), _refused),
    # traffic, by instance
    Family(_COUNTER, "upstream_responses", "Responses of an instance.", (*_INSTANCE, "status_class"), _responses),
    Family(_seconds(_HISTOGRAM), "upstream_duration_seconds",
           "Time from a request's head to the head of its instance's response.", _INSTANCE, _upstream_durations),
    Family(_COUNTER, "upstream_connections_opened", "Connections to an instance that were made.", _INSTANCE,
           _each_instance(lambda i: i.opened)),
    Family(_COUNTER, "upstream_connections_reused", "Requests that went over a connection from the pool.", _INSTANCE,
           _each_instance(lambda i: i.reused)),
    Family(_COUNTER, "upstream_failures", "Attempts that got no response from an instance.", _INSTANCE,
           _each_instance(lambda i: i.answers[0])),
    Family(_COUNTER, "upstream_connect_failures", "Connections to an instance that could not be made.", _INSTANCE,
           _each_instance(lambda i: i.connect_failures)),
    Family(_GAUGE, "upstream_connections", "Open connections to an instance: idle in the pool, or active.",
           (*_INSTANCE, "state"), _connections),
    # policies
    Family(_GAUGE, "breaker_state", "0 closed, 1 open, 2 half-open; of: the instance or route that has its own.",
           _BREAKER, _breaker_states),
    Family(_COUNTER, "breaker_refused", "Attempts that a breaker did not let through.", _BREAKER, _breaker_refusals),
    Family(_COUNTER, "limit_requests", "Requests that a limit was asked about; reported: would have been refused.",
           ("limit", "outcome"), _limited),
    Family(_COUNTER, "limit_store_errors", "Requests for which the store of a limit could not be asked.", ("limit",),
           lambda s: (((limit.name,), limit.store_errors) for limit in s.gateway.limits.values())),
    Family(_COUNTER, "retries", "Requests that were sent once more.", ("retry", "service"),
           lambda s: (((b.name, b.service), b.made) for b in s.gateway.budgets.values())),
    Family(_COUNTER, "retries_denied", "Retries that the budget did not allow.", ("retry", "service"),
           lambda s: (((b.name, b.service), b.exhausted) for b in s.gateway.budgets.values())),
    Family(_COUNTER, "outlier_ejections", "Ejections of instances that kept failing.", ("service",),
           lambda s: (((d.service,), d.ejections) for d in s.gateway.detectors.values())),
    Family(_GAUGE, "upstream_available", "1 while nothing stands against an instance: checks, ejection, its name.",
           _INSTANCE, _available),
    Family(_GAUGE, "service_panic", "1 while something stands against all instances of a service: all get traffic.",
           ("service",), lambda s: (((name,), service.availability.panic) for name, service in s.services)),
    # the gateway as a whole
    Family(_GAUGE, "in_flight_requests", "Requests that have begun and not ended.", (),
           _one(lambda s: s.gateway.in_flight)),
    Family(_GAUGE, "client_connections", "Open connections from clients, idle ones too.", (),
           _one(lambda s: len(s.gateway.connections))),
    Family(_COUNTER, "access_log_dropped", "Lines of the access log that were given up: it could not be written.", (),
           _one(lambda s: s.facts.log_dropped)),
    Family(_COUNTER, "dropped_header_fields", "Request header fields dropped for an underscore in their name.", (),
           _one(lambda s: s.gateway.underscores.dropped)),
    Family(_COUNTER, "bad_proxy_headers", "Connections of trusted proxies without a right PROXY header.", (),
           _one(lambda s: s.facts.bad_proxy_headers)),
    Family(_seconds(_GAUGE), "tls_certificate_expiry_timestamp_seconds", "When a certificate of a listener expires.",
           ("certificate",), _certificates),
    Family(_COUNTER, "internal_errors", "Faults of the gateway itself; each is in its log.", (),
           _one(lambda s: s.gateway.internal_errors)),
    # its configuration
    Family(_INFO, "config", "The configuration in force, by a hash of it without its secrets.", (), _config),
    Family(_GAUGE, "config_generation", "The generation in force; every change that is put in force adds one.", (),
           _one(lambda s: s.generation)),
    Family(_GAUGE, "config_last_reload_successful", "1 if what was last loaded came into force, 0 if it was refused.",
           (), _one(lambda s: s.facts.reload_successful)),
    Family(_seconds(_GAUGE), "config_last_reload_timestamp_seconds", "When a configuration was last loaded or refused.",
           (), _one(lambda s: s.facts.reloaded_at)),
    Family(_COUNTER, "config_reloads", "Loads of the configuration: put in force (success) or refused (failure).",
           ("result",), _reloads),
    Family(_INFO, "build", "The version of the gateway and of the Python that it runs on.", (), _build),
)
# fmt: on
