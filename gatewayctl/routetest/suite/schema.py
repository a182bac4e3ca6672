"""The JSON Schema of route tests, for editors: ``#:schema ./schemas/route-tests.schema.json`` in the first line."""

import json
from typing import Final

from gatewayctl.config.json_schema import schema_of
from gatewayctl.routetest.suite.models import SuiteConfig

ID: Final = "urn:gatewayctl:schema:route-tests"


def schema_text() -> str:
    """The schema as it stands in ``schemas/route-tests.schema.json``."""
    made = schema_of(SuiteConfig, ID, "gatewayctl route tests", lambda form: form)
    return json.dumps(made, indent=2, ensure_ascii=False) + "\n"
