"""``/metrics``: negotiated, compressed, once for all who ask together, and never in the way of traffic."""

import asyncio
import gzip
from typing import Any

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from gatewayctl.routing import RouteSpec
from tests.unit.admin.stage import LiveInstance, Stage, reason
from tests.unit.telemetry.counting import FACTS, Route

OPENMETRICS = "application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3"


def served() -> Stage:
    stage = Stage().serve([(RouteSpec("users", path="/users"), "users")], {"users": [LiveInstance("users-1")]})
    stage.gateway.bound.routes[0].series.count(b"GET", 200, 0.05, 0, 10, "")
    return stage


def test_the_text_format_is_what_is_given_unasked() -> None:
    response = served().get("/metrics")
    assert response.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    names = {family.name for family in parse_text(response.text)}
    assert {"gatewayctl_requests", "gatewayctl_upstream_responses", "process_open_fds"} <= names


def test_prometheus_gets_openmetrics() -> None:
    response = served().get("/metrics", {"Accept": OPENMETRICS})
    assert response.headers["content-type"] == "application/openmetrics-text; version=1.0.0; charset=utf-8"
    assert response.text.endswith("# EOF\n")
    assert "gatewayctl_requests" in {family.name for family in parse_openmetrics(response.text)}


@pytest.mark.parametrize("coding", ["gzip", "deflate, gzip;q=1.0, *;q=0.5", "GZIP"])
def test_it_is_compressed_for_whoever_takes_that(coding: str) -> None:
    response = served().get("/metrics", {"Accept-Encoding": coding})
    assert response.headers["content-encoding"] == "gzip"
    assert "accept-encoding" in response.headers["vary"].lower()
    assert "gatewayctl_requests_total{" in response.text


@pytest.mark.parametrize("coding", ["identity", "gzip;q=0", "gzip; q=0.000", "br", ""])
def test_it_is_not_compressed_for_others(coding: str) -> None:
    response = served().get("/metrics", {"Accept-Encoding": coding})
    assert "content-encoding" not in response.headers
    assert "gatewayctl_requests_total{" in response.text


def test_metrics_that_are_switched_off_are_not_there() -> None:
    stage = Stage().serve(metrics=False)
    assert reason(stage.get("/metrics")) == (404, "metrics_off")


def test_there_are_metrics_before_the_first_configuration() -> None:
    assert "gatewayctl_config_generation 0.0" in Stage().get("/metrics").text


class Counting(Stage):
    """Counts how often a scrape was begun."""

    scrapes = 0

    def facts(self) -> Any:
        self.scrapes += 1
        return FACTS


def large() -> Counting:
    stage = Counting().serve()
    assert isinstance(stage, Counting)
    stage.gateway.bound.routes = [Route(f"route-{number}") for number in range(10_000)]
    for route in stage.gateway.bound.routes[:1000]:
        route.series.count(b"GET", 200, 0.05, 0, 10, "")
        route.series.count(b"POST", 404, 0.05, 0, 10, "no_route")
    return stage


async def scrapes(stage: Stage, count: int, headers: dict[str, str]) -> list[httpx.Response]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(stage.app), base_url="http://127.0.0.1:9080") as http:
        return await asyncio.gather(*(http.get("/metrics", headers=headers) for _ in range(count)))


def test_scrapers_that_ask_together_share_one_rendering() -> None:
    stage = large()
    responses = asyncio.run(scrapes(stage, 5, {}))
    assert stage.scrapes == 1
    assert {response.status_code for response in responses} == {200}
    assert len({response.text for response in responses}) == 1


def test_scrapers_that_ask_one_after_the_other_get_fresh_numbers() -> None:
    stage = served()
    assert (
        'gatewayctl_requests_total{method="GET",route="users",service="",status_class="2xx"} 1.0'
        in stage.get("/metrics").text
    )
    stage.gateway.bound.routes[0].series.count(b"GET", 200, 0.05, 0, 10, "")
    assert (
        'gatewayctl_requests_total{method="GET",route="users",service="",status_class="2xx"} 2.0'
        in stage.get("/metrics").text
    )


def test_a_scraper_that_leaves_takes_nothing_from_the_others() -> None:
    stage = large()

    async def run() -> httpx.Response:
        leaving = asyncio.create_task(scrapes(stage, 1, {}))
        staying = asyncio.create_task(scrapes(stage, 1, {}))
        while not stage.scrapes:
            await asyncio.sleep(0)
        leaving.cancel()
        [response] = await staying
        return response

    assert asyncio.run(run()).text.count("gatewayctl_request_duration_seconds_count{") == 1000
    assert stage.scrapes == 1


@pytest.mark.parametrize(
    "headers", [{}, {"Accept": OPENMETRICS, "Accept-Encoding": "gzip"}], ids=["text", "openmetrics"]
)
def test_ten_thousand_routes_leave_the_event_loop_free(headers: dict[str, str]) -> None:
    stage = large()

    async def run() -> tuple[httpx.Response, int]:
        turns, done = 0, False

        async def traffic() -> None:
            nonlocal turns
            while not done:
                turns += 1
                await asyncio.sleep(0)

        scraping = asyncio.create_task(scrapes(stage, 1, headers))
        other = asyncio.create_task(traffic())
        while not stage.scrapes:
            await asyncio.sleep(0)
        before = turns
        [response] = await scraping
        during = turns - before
        done = True
        await other
        return response, during

    response, turns = asyncio.run(run())
    assert response.text.count("gatewayctl_request_duration_seconds_count{") == 1000
    assert turns >= 20  # at a millisecond each; it takes more than a hundred


def test_a_compressed_answer_is_one_gzip_stream() -> None:
    async def run() -> bytes:
        async with (
            httpx.AsyncClient(transport=httpx.ASGITransport(large().app), base_url="http://127.0.0.1:9080") as http,
            http.stream("GET", "/metrics", headers={"Accept-Encoding": "gzip"}) as response,
        ):
            return b"".join([piece async for piece in response.aiter_raw()])

    packed = asyncio.run(run())
    assert gzip.decompress(packed).count(b"gatewayctl_request_duration_seconds_count{") == 1000
