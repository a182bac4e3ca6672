"""``gatewayctl init``: a first configuration that is valid, and never over one that is there."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.offline.cli.conftest import Ran


def test_the_starter_is_valid_and_routes_a_request(cli: Callable[..., Ran], directory: Path) -> None:
    cli("init")

    assert cli("validate").out == "gateway.toml: valid, 2 routes, 1 service\n"
    assert cli("validate").err == ""
    assert "GET /hello" in cli("route-test", "/api/hello").out


def test_its_schema_is_beside_it_where_its_first_line_says(cli: Callable[..., Ran], directory: Path) -> None:
    cli("init", "new")

    first = (directory / "new" / "gateway.toml").read_text().splitlines()[0]
    assert first == "#:schema ./schemas/gateway.schema.json"
    assert (directory / "new" / "schemas" / "gateway.schema.json").read_text() == cli("schema").out


def test_it_says_what_it_wrote_and_what_to_do_next(cli: Callable[..., Ran]) -> None:
    ran = cli("init", "new")

    assert ran.out == "wrote new/gateway.toml and new/schemas/gateway.schema.json\n"
    assert "gatewayctl serve -c new/gateway.toml" in ran.err
    assert "gatewayctl route-test /api/hello GET -c new/gateway.toml" in ran.err


def test_what_it_tells_to_try_works(cli: Callable[..., Ran]) -> None:
    err = cli("init", "new").err

    (line,) = [line.strip() for line in err.splitlines() if "route-test" in line]
    assert cli(*line.split()[1:]).code == 0


def test_a_configuration_that_is_there_is_left_as_it_is(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "gateway.toml").write_text("mine\n")

    ran = cli("init")

    assert ran.code == 2
    assert "gateway.toml is there already, and is not overwritten" in ran.err
    assert "name another directory" in ran.err
    assert (directory / "gateway.toml").read_text() == "mine\n"


def test_a_schema_that_is_there_is_left_as_it_is(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "schemas").mkdir()
    (directory / "schemas" / "gateway.schema.json").write_text(json.dumps({"mine": True}))

    assert cli("init").code == 0
    assert json.loads((directory / "schemas" / "gateway.schema.json").read_text()) == {"mine": True}


@pytest.mark.parametrize("target", ["minimal.toml", "minimal.toml/below"])
def test_a_place_where_nothing_can_be_written_is_an_error(cli: Callable[..., Ran], target: str) -> None:
    ran = cli("init", target)

    assert ran.code == 2
    assert "error[E022]" in ran.err
