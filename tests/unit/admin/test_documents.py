"""State and configuration as JSON."""

import json
import platform

from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl import __version__
from tests.unit.admin.stage import NAMED, Stage, bearer

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def test_the_version_is_shown() -> None:
    response = Stage().get("/version")
    assert response.headers["content-type"] == "application/json"
    assert response.json() == {"name": "gatewayctl", "version": __version__, "python": platform.python_version()}


def test_the_status_is_what_the_server_says() -> None:
    response = Stage().serve().get("/status")
    assert response.json() == {"version": "1", "generation": 7, "names": ["ä"]}
    assert "ä" in response.text


def test_the_configuration_has_one_line_an_object() -> None:
    stage = Stage()
    stage.config = {
        "version": 1,
        "server": {"listen": ["127.0.0.1:8080"], "tls": {"min_version": "1.2"}},
        "routes": {"a": {"path": "/a"}, "b": {"path": "/b"}},
        "limits": {},
    }
    assert stage.get("/config").text == (
        "{\n"
        '"version": 1,\n'
        '"server": {"listen": ["127.0.0.1:8080"], "tls": {"min_version": "1.2"}},\n'
        '"routes": {\n'
        '"a": {"path": "/a"},\n'
        '"b": {"path": "/b"}\n'
        "},\n"
        '"limits": {}\n'
        "}\n"
    )


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.text(max_size=5), VALUES, max_size=5))
def test_any_configuration_is_the_same_json_as_it_was_data(data: dict[str, object]) -> None:
    stage = Stage()
    stage.config = data
    assert stage.get("/config").json() == json.loads(json.dumps(data))


def test_fingerprints_are_told_to_who_has_the_token_only() -> None:
    stage = Stage(NAMED).serve()
    assert stage.get("/fingerprints").status_code == 401
    assert stage.get("/fingerprints", bearer()).json() == {"fingerprints": {"/admin/token": "0f" * 32}}
