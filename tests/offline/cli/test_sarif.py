"""What commands write as SARIF is valid against the schema of SARIF 2.1.0."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from gatewayctl.cli.reports import report
from tests.offline.cli.conftest import Ran
from tests.offline.cli.test_reports import CHECKED

SCHEMA = Path(__file__).parents[2] / "data" / "sarif-2.1.0.schema.json"


@pytest.fixture(scope="module")
def validator() -> Any:
    schema = json.loads(SCHEMA.read_text())
    made = jsonschema.validators.validator_for(schema)
    made.check_schema(schema)
    return made(schema, format_checker=made.FORMAT_CHECKER)


def test_the_schema_refuses_what_is_no_sarif(validator: Any) -> None:
    log = json.loads(report("sarif")(CHECKED))
    log["runs"][0]["results"][0]["level"] = "fatal"

    assert [list(error.path)[-1] for error in validator.iter_errors(log)] == ["level"]


def test_a_log_of_anything_is_valid(validator: Any) -> None:
    validator.validate(json.loads(report("sarif")(CHECKED)))
    validator.validate(json.loads(report("sarif")([])))


@pytest.mark.parametrize("file", ["broken.toml", "shop.toml", "unset.toml", "nowhere.toml"])
def test_what_validate_writes_is_valid(file: str, validator: Any, cli: Callable[..., Ran]) -> None:
    validator.validate(json.loads(cli("validate", file, "--format", "sarif").out))


def test_what_diff_writes_is_valid(validator: Any, cli: Callable[..., Ran], directory: Path) -> None:
    changed = (directory / "guarded.toml").read_text().replace("/partners/", "/p/")
    (directory / "changed.toml").write_text(changed)
    log = json.loads(cli("diff", "guarded.toml", "changed.toml", "--format", "sarif").out)

    assert log["runs"][0]["results"]
    validator.validate(log)
    validator.validate(json.loads(cli("diff", "guarded.toml", "guarded.toml", "--format", "sarif").out))
