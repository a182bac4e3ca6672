"""The page at ``/``."""

import re

import pytest

from tests.unit.admin.stage import LiveInstance, Stage

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
PATHS = ("/livez", "/readyz", "/metrics", "/status", "/config", "/routes", "/services", "/version", "/reload")


@pytest.mark.parametrize(
    "accept", [{}, {"Accept": "*/*"}, {"Accept": "text/plain"}, {"Accept": "text/html;q=0.5,text/plain"}]
)
def test_a_terminal_gets_text(accept: dict[str, str]) -> None:
    response = Stage().serve().get("/", accept)
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert all(re.search(rf"^(GET|POST) +{path} +\w", response.text, re.MULTILINE) for path in PATHS)


def test_a_browser_gets_a_page_with_links_and_without_scripts() -> None:
    response = Stage().serve().get("/", BROWSER)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f'<a href="{path}">' in response.text for path in PATHS[:-1])
    assert '<a href="/reload">' not in response.text
    assert "<script" not in response.text
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/]{43}='", response.headers["content-security-policy"])


def test_the_page_says_how_the_gateway_is() -> None:
    stage = Stage().serve(services={"users": [LiveInstance("users-1")]})
    assert "ready, generation 7, 0 routes, 1 service" in stage.get("/").text
    stage.gateway.leaving = True
    assert "draining, generation 7" in stage.get("/").text
    assert "no configuration is in force yet" in Stage().get("/").text
