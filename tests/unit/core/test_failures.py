"""The table of failures: its words and statuses are the ones that are documented, and they fit one another."""

import re

import pytest

from gatewayctl.core.failures import FAILURES, Fault, failure

DOCUMENTED = {
    "no_route": 404,
    "method_not_allowed": 405,
    "no_healthy_instance": 503,
    "connect_failed": 502,
    "upstream_timeout": 504,
    "upstream_reset": 502,
    "bad_response": 502,
    "body_too_large": 413,
    "bad_request": 400,
    "client_closed": 499,
}

RFC_9209 = {
    "dns_timeout", "dns_error", "destination_not_found", "destination_unavailable", "destination_ip_prohibited",
    "destination_ip_unroutable", "connection_refused", "connection_terminated", "connection_timeout",
    "connection_read_timeout", "connection_write_timeout", "connection_limit_reached", "tls_protocol_error",
    "tls_certificate_error", "tls_alert_received", "http_request_error", "http_request_denied",
    "http_response_incomplete", "http_response_header_section_size", "http_response_header_size",
    "http_response_body_size", "http_response_trailer_section_size", "http_response_trailer_size",
    "http_response_transfer_coding", "http_response_content_coding", "http_response_timeout", "http_upgrade_failed",
    "http_protocol_error", "proxy_internal_response", "proxy_internal_error", "proxy_configuration_error",
    "proxy_loop_detected",
}  # fmt: skip


@pytest.mark.parametrize(("reason", "status"), DOCUMENTED.items())
def test_a_documented_reason_has_its_status(reason: str, status: int) -> None:
    assert FAILURES[reason].status == status


@pytest.mark.parametrize("kind", FAILURES.values(), ids=FAILURES.keys())
def test_a_kind_says_everything_about_itself(kind: object) -> None:
    assert re.fullmatch("[a-z]+(_[a-z]+)*", kind.reason)  # type: ignore[attr-defined]
    assert kind.title  # type: ignore[attr-defined]
    assert kind.proxy_error in RFC_9209  # type: ignore[attr-defined]


@pytest.mark.parametrize("kind", FAILURES.values(), ids=FAILURES.keys())
def test_a_clients_fault_is_a_4xx_and_everybody_elses_a_5xx(kind: object) -> None:
    assert (kind.status // 100 == 4) is (kind.fault is Fault.CLIENT)  # type: ignore[attr-defined]


def test_a_failure_is_found_by_its_reason() -> None:
    made = failure("no_route", "nothing here")

    assert (made.kind.status, made.detail) == (404, "nothing here")


def test_an_unknown_reason_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(KeyError):
        failure("surprise", "x")
