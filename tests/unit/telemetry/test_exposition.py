"""The metrics as Prometheus reads them: every document goes through the parser of its format."""

from collections.abc import Iterator

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from gatewayctl.telemetry.exposition import OPENMETRICS, PIECE, TEXT, Exposition, Form, negotiated
from tests.unit.telemetry.counting import FACTS, Gateway, Generation, Instance, Route, Service

FORMS = pytest.mark.parametrize("form", [TEXT, OPENMETRICS], ids=lambda form: form.name)


def document(gateway: Gateway, form: Form = TEXT) -> str:
    return b"".join(Exposition(gateway, lambda: FACTS).render(form)).decode()


def samples(gateway: Gateway, form: Form = TEXT) -> dict[str, dict[tuple[tuple[str, str], ...], float]]:
    """Values by name, then by labels. Fails where a sample comes twice, or a family is not in one piece."""
    text = document(gateway, form)
    found: dict[str, dict[tuple[tuple[str, str], ...], float]] = {}
    families = (parse_text if form is TEXT else parse_openmetrics)(text)
    names = []
    for family in families:
        names.append(family.name)
        for sample in family.samples:
            labels = tuple(sorted(sample.labels.items()))
            assert labels not in found.setdefault(sample.name, {}), sample
            found[sample.name][labels] = sample.value
    assert len(names) == len(set(names)), names
    return found


def labels(**values: str) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(values.items()))


def busy(count: int = 1, *, idle: int = 0) -> Generation:
    """A generation in which ``count`` routes have served requests, and ``idle`` have not."""
    routes = [Route(f"route-{number}") for number in range(count)]
    for route in routes:
        route.series.count(b"GET", 200, 0.05, 0, 100, "")
        route.series.count(b"GET", 503, 0.5, 0, 10, "no_healthy_instance")
        route.series.count(b"POST", 201, 5.0, 7, 0, "")
    return Generation([*routes, *(Route(f"idle-{number}") for number in range(idle))])


@FORMS
def test_requests_are_shown_by_route_method_and_status_class(form: Form) -> None:
    assert samples(Gateway(busy()), form)["gatewayctl_requests_total"] == {
        labels(route="route-0", service="", method="GET", status_class="2xx"): 1,
        labels(route="route-0", service="", method="GET", status_class="5xx"): 1,
        labels(route="route-0", service="", method="POST", status_class="2xx"): 1,
    }


@FORMS
def test_durations_are_a_cumulative_histogram(form: Form) -> None:
    found = samples(Gateway(busy()), form)
    assert found["gatewayctl_request_duration_seconds_bucket"] == {
        labels(route="route-0", le="0.01"): 0,
        labels(route="route-0", le="0.1"): 1,
        labels(route="route-0", le="1.0"): 2,
        labels(route="route-0", le="+Inf"): 3,
    }
    assert found["gatewayctl_request_duration_seconds_count"] == {labels(route="route-0"): 3}
    assert found["gatewayctl_request_duration_seconds_sum"] == {labels(route="route-0"): pytest.approx(5.55)}


@FORMS
def test_bodies_and_refusals_are_shown_by_route(form: Form) -> None:
    found = samples(Gateway(busy()), form)
    assert found["gatewayctl_request_body_bytes_total"] == {labels(route="route-0"): 7}
    assert found["gatewayctl_response_body_bytes_total"] == {labels(route="route-0"): 110}
    assert found["gatewayctl_refused_total"] == {labels(route="route-0", reason="no_healthy_instance"): 1}


def test_requests_that_no_route_took_have_an_empty_route() -> None:
    generation = busy()
    generation.unmatched.count(b"BREW", 404, 0.001, 0, 20, "no_route")
    found = samples(Gateway(generation))
    assert found["gatewayctl_requests_total"][labels(route="", service="", method="_OTHER", status_class="4xx")] == 1
    assert found["gatewayctl_refused_total"][labels(route="", reason="no_route")] == 1


def test_routes_that_have_counted_nothing_are_not_shown() -> None:
    assert "idle-" not in document(Gateway(busy(2, idle=5)))


@FORMS
def test_instances_are_shown_with_their_responses_failures_and_connections(form: Form) -> None:
    instance = Instance("users-1", (4, 0, 30, 0, 2, 1), connect_failures=3, connections=5, idle=2, opened=7, reused=26)
    instance.durations.observe(0.05)
    found = samples(Gateway(Generation(services={"users": Service([instance])})), form)
    one = {"service": "users", "instance": "users-1"}
    assert found["gatewayctl_upstream_responses_total"] == {
        labels(**one, status_class="2xx"): 30,
        labels(**one, status_class="3xx"): 0,
        labels(**one, status_class="4xx"): 2,
        labels(**one, status_class="5xx"): 1,
    }
    assert found["gatewayctl_upstream_failures_total"] == {labels(**one): 4}
    assert found["gatewayctl_upstream_connect_failures_total"] == {labels(**one): 3}
    assert found["gatewayctl_upstream_connections_opened_total"] == {labels(**one): 7}
    assert found["gatewayctl_upstream_connections_reused_total"] == {labels(**one): 26}
    assert found["gatewayctl_upstream_duration_seconds_bucket"][labels(**one, le="0.1")] == 1
    assert found["gatewayctl_upstream_connections"] == {
        labels(**one, state="idle"): 2,
        labels(**one, state="active"): 3,
    }


def test_switched_protocols_are_shown_once_there_are_any() -> None:
    instance = Instance("users-1", answers=(0, 2, 0, 0, 0, 0))
    found = samples(Gateway(Generation(services={"users": Service([instance])})))
    assert (
        found["gatewayctl_upstream_responses_total"][labels(service="users", instance="users-1", status_class="1xx")]
        == 2
    )


@FORMS
def test_the_gateway_and_its_configuration_are_shown(form: Form) -> None:
    gateway = Gateway(busy())
    gateway.in_flight, gateway.connections, gateway.internal_errors = 4, [object(), object()], 1
    gateway.underscores.dropped = 9
    found = samples(gateway, form)
    assert {name: values[()] for name, values in found.items() if () in values} == {
        "gatewayctl_in_flight_requests": 4,
        "gatewayctl_client_connections": 2,
        "gatewayctl_access_log_dropped_total": 3,
        "gatewayctl_dropped_header_fields_total": 9,
        "gatewayctl_bad_proxy_headers_total": 2,
        "gatewayctl_internal_errors_total": 1,
        "gatewayctl_config_generation": 7,
        "gatewayctl_config_last_reload_successful": 1,
        "gatewayctl_config_last_reload_timestamp_seconds": 1_700_000_000.5,
    }
    assert found["gatewayctl_config_info"] == {labels(hash="c0ffee"): 1}
    assert found["gatewayctl_config_reloads_total"] == {labels(result="success"): 2, labels(result="failure"): 1}
    [build] = found["gatewayctl_build_info"]
    assert [name for name, _ in build] == ["python", "version"]


@FORMS
def test_a_gateway_without_a_configuration_has_metrics_already(form: Form) -> None:
    found = samples(Gateway(), form)
    assert found["gatewayctl_config_generation"] == {(): 0}
    assert "gatewayctl_requests_total" not in found


def test_the_process_is_shown_as_it_was_when_it_was_read() -> None:
    exposition = Exposition(Gateway(), lambda: FACTS)
    assert b"process_" not in b"".join(exposition.render(TEXT))
    exposition.read_process()
    text = b"".join(exposition.render(TEXT)).decode()
    assert {"process_open_fds", "process_resident_memory_bytes", "process_cpu_seconds_total"} <= {
        line.split()[0] for line in text.splitlines()
    }


def test_two_gateways_in_one_process_have_metrics_of_their_own() -> None:
    one, other = Gateway(busy(1)), Gateway(busy(2))
    assert len(samples(one)["gatewayctl_requests_total"]) == 3
    assert len(samples(other)["gatewayctl_requests_total"]) == 6


@FORMS
def test_a_document_in_many_pieces_is_one_document(form: Form) -> None:
    found = samples(Gateway(busy(5 * PIECE)), form)
    assert len(found["gatewayctl_requests_total"]) == 3 * 5 * PIECE
    assert len(found["gatewayctl_request_duration_seconds_bucket"]) == 4 * 5 * PIECE


@FORMS
@pytest.mark.parametrize("count", [PIECE - 1, PIECE, PIECE + 1, 2 * PIECE])
def test_no_number_of_samples_falls_between_two_pieces(form: Form, count: int) -> None:
    assert len(samples(Gateway(busy(count)), form)["gatewayctl_request_body_bytes_total"]) == count


def test_pieces_stay_small_however_many_routes_there_are() -> None:
    lines = [piece.count(b"\n") for piece in Exposition(Gateway(busy(500)), lambda: FACTS).render(TEXT)]
    assert len(lines) > 100
    assert max(lines) <= PIECE + len(Route("x").series.durations.counts) + 4  # one row more, and the head of a family


def test_counting_goes_on_between_two_pieces_without_harm() -> None:
    generation = busy(3 * PIECE)
    gateway = Gateway(generation)
    text = b""
    for number, piece in enumerate(Exposition(gateway, lambda: FACTS).render(TEXT)):
        text += piece
        for route in generation.routes:
            route.series.count(b"PUT", 300 + number % 300, 0.2, 0, 0, f"reason-{number}")
    for family in parse_text(text.decode()):
        if family.name == "gatewayctl_request_duration_seconds":
            assert_consistent(iter(family.samples))
            break
    else:
        raise AssertionError("no histogram")


def assert_consistent(histogram: Iterator[object]) -> None:
    """Of every route: buckets never fall, and the last one is the count."""
    last: dict[str, float] = {}
    for sample in histogram:
        route, value = sample.labels["route"], sample.value  # type: ignore[attr-defined]
        if sample.name.endswith("_bucket"):  # type: ignore[attr-defined]
            assert value >= last.get(route, 0)
            last[route] = value
        elif sample.name.endswith("_count"):  # type: ignore[attr-defined]
            assert value == last[route]


def test_a_reload_in_the_middle_of_a_scrape_changes_nothing_in_it() -> None:
    gateway = Gateway(busy(3 * PIECE))
    pieces = Exposition(gateway, lambda: FACTS).render(TEXT)
    text = next(pieces)
    gateway.bound.routes.clear()
    gateway.bound = Generation(generation=8)
    text += b"".join(pieces)
    assert text.count(b"gatewayctl_request_body_bytes_total{") == 3 * PIECE
    assert b"gatewayctl_config_generation 7.0" in text


def test_label_values_are_escaped() -> None:
    generation = Generation(services={"users": Service([Instance('a"b\\c\nd')])})
    found = samples(Gateway(generation))
    assert labels(service="users", instance='a"b\\c\nd') in found["gatewayctl_upstream_failures_total"]


_ONLY_WITH_POLICIES = {
    f"gatewayctl_{name}"
    for name in (
        *("breaker_state", "breaker_refused", "limit_requests", "limit_store_errors"),
        *("retries", "retries_denied", "outlier_ejections"),
    )
}


@FORMS
def test_every_family_is_explained_and_named_by_the_rules(form: Form) -> None:
    generation = busy()
    generation.services["users"] = Service([Instance("users-1")])
    text = document(Gateway(generation), form)
    for family in (parse_text if form is TEXT else parse_openmetrics)(text):
        assert family.documentation.endswith("."), family.name
        assert family.name.startswith("gatewayctl_")
        assert family.samples or family.name in _ONLY_WITH_POLICIES, family.name
        if family.type == "counter":
            assert all(sample.name.endswith("_total") for sample in family.samples)
        if form is OPENMETRICS and family.name.endswith(("_seconds", "_bytes")):
            assert family.unit == family.name.rpartition("_")[2]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("", TEXT),
        ("*/*", TEXT),
        ("text/plain", TEXT),
        ("text/html", TEXT),
        ("application/openmetrics-text", OPENMETRICS),
        ("application/openmetrics-text;version=1.0.0", OPENMETRICS),
        ("application/openmetrics-text; version=1.0.0abc; q=0.5", OPENMETRICS),
        ("application/openmetrics-text;q=0", TEXT),
        ("application/openmetrics-text;q=nonsense", TEXT),
        ("application/openmetrics-text;q=0.5,text/plain;q=0.9", TEXT),
        (
            "application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.6,"
            "application/openmetrics-text;version=0.0.1;q=0.5,text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4,"
            "text/plain;version=0.0.4;q=0.3,*/*;q=0.2",
            OPENMETRICS,
        ),
        (",;=;,q=1," * 2000, TEXT),
    ],
)
def test_the_format_is_negotiated(accept: str, form: Form) -> None:
    assert negotiated(accept) is form
