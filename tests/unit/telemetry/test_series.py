"""What is counted for a route."""

from hypothesis import given
from hypothesis import strategies as st

from gatewayctl.telemetry.series import Histogram, RouteSeries


def counted(*requests: tuple[bytes, int]) -> dict[tuple[bytes, int], int]:
    series = RouteSeries([1.0])
    for method, status in requests:
        series.count(method, status, 0.5, 0, 0, "")
    return series.requests


def test_requests_are_counted_by_method_and_status_class() -> None:
    assert counted((b"GET", 200), (b"GET", 204), (b"GET", 404), (b"POST", 200)) == {
        (b"GET", 2): 2,
        (b"GET", 4): 1,
        (b"POST", 2): 1,
    }


def test_methods_that_nobody_knows_share_one_series() -> None:
    assert counted((b"BREW", 200), (b"X" * 1000, 200), (b"get", 200)) == {(b"_OTHER", 2): 3}


def test_body_bytes_add_up() -> None:
    series = RouteSeries([1.0])
    series.count(b"PUT", 200, 0.1, 10, 3, "")
    series.count(b"PUT", 200, 0.1, 5, 4, "")
    assert (series.received, series.sent) == (15, 7)


def test_only_answers_of_our_own_have_a_reason() -> None:
    series = RouteSeries([1.0])
    for reason in ("", "no_route", "no_route", "client_closed"):
        series.count(b"GET", 404, 0.1, 0, 0, reason)
    assert series.refusals == {"no_route": 2, "client_closed": 1}


def test_a_value_equal_to_a_bound_belongs_to_it() -> None:
    histogram = Histogram([0.1, 1.0])
    for seconds in (0.0, 0.1, 0.1001, 1.0, 1.5):
        histogram.observe(seconds)
    assert histogram.counts == [2, 2, 1]


@given(st.lists(st.floats(0, 100)), st.lists(st.floats(0.001, 50), min_size=1, max_size=8, unique=True).map(sorted))
def test_a_route_and_a_bare_histogram_put_a_duration_into_the_same_bucket(
    seconds: list[float], bounds: list[float]
) -> None:
    series, histogram = RouteSeries(bounds), Histogram(bounds)
    for value in seconds:
        series.count(b"GET", 200, value, 0, 0, "")
        histogram.observe(value)
    expected = [
        sum(v <= b for v in seconds) - sum(v <= a for v in seconds)
        for a, b in zip([-1.0, *bounds], bounds, strict=False)
    ]
    assert series.durations.counts == histogram.counts == [*expected, sum(v > bounds[-1] for v in seconds)]
    assert series.durations.sum == histogram.sum
