"""A file of cases is read as strictly as a configuration: every mistake with its place and a way out."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from gatewayctl.config.reading import DiskReader
from gatewayctl.routetest.suite.reading import check_names, read_suite
from gatewayctl.routetest.suite.schema import schema_text
from tests.unit.routetest.suite.stage import compiled, complaints, suite

SCHEMA = Path(__file__).parents[4] / "schemas" / "route-tests.schema.json"
CASE = '[[case]]\nrequest = "GET /"\n'


@pytest.mark.parametrize(
    ("text", "title", "place", "way_out"),
    [
        ("", 'error[E103]: the file needs "case"', "", "add case"),
        ("case = []\n", "error[E105]: case must not be empty", ":1:8", "such as"),
        ('[[case]]\nrequest = "GET /"\n', 'error[E103]: case[0] needs "expect"', ":1:1", "add expect ="),
        ('[[cases]]\nrequest = "/"\n', 'error[E101]: unknown key "cases" in the file', ":1:3", 'did you mean "case"?'),
        (f'{CASE}expect = {{ rout = "a" }}\n', 'unknown key "rout"', ":3:12", 'did you mean "route"?'),
        (f"{CASE}expect = {{ status = 2000 }}\n", "error[E105]: status is out of range", ":3:21", "such as 405"),
        (f"{CASE}expect = {{ timeout = 5 }}\n", "error[E106]: a duration needs a unit", ":3:22", '"5s" or "5ms"'),
        (f'{CASE}expect = {{ reason = "no_rout" }}\n', 'unknown reason "no_rout"', ":3:21", 'did you mean "no_route"?'),
        (f'{CASE}expect = {{ upstream_path = "a" }}\n', 'not a path: "a"', ":3:28", 'such as "/a"'),
        (f'{CASE}expect = {{ upstream_path = "/a?b=1" }}\n', "on its own", ":3:28", 'upstream_query = "b=1"'),
        (f'{CASE}client_ip = "1.2"\nexpect = {{}}\n', 'not an IP address: "1.2"', ":3:13", "192.0.2.7"),
        (f'{CASE}expect = {{ headers = {{ Via = "b" }} }}\n', "the gateway writes Via itself", ":3:24", "docs/wire.md"),
        ('[[case]]\nrequest = "GET users"\nexpect = {}\n', '"users" is no path', ":2:11", "begins with /: /users"),
        ('[[case]]\nrequest = "GET / HTTP/1.1"\nexpect = {}\n', "is no path", ":2:11", '"METHOD /path"'),
        ("[[case]]\nrequest = GET\n", "error[E003]: not valid TOML", ":2:11", "a string stands in quotes"),
    ],
)  # fmt: skip
def test_a_mistake_is_said_at_its_place(text: str, title: str, place: str, way_out: str, tmp_path: Path) -> None:
    made = suite(tmp_path, text)

    assert not made.ok
    assert title in complaints(made)
    assert f"gateway.test.toml{place}" in complaints(made)
    assert way_out in complaints(made)


def test_all_mistakes_come_in_one_run(tmp_path: Path) -> None:
    made = suite(tmp_path, f'{CASE}expect = {{ status = "a", rout = 1 }}\n[[case]]\nrequest = 5\nexpect = {{}}\n')

    assert [diagnostic.code for diagnostic in made.diagnostics] == ["E102", "E101", "E102"]


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    made = read_suite(tmp_path / "nowhere.test.toml", reader=DiskReader(), directory=tmp_path)

    assert complaints(made).startswith("error[E001]: nowhere.test.toml cannot be read: no such file or directory")


def test_names_are_those_of_the_configuration(tmp_path: Path) -> None:
    _, plan = compiled(tmp_path)
    cases = ("usr", "off", "none", "user")
    text = "".join(f'[[case]]\nrequest = "/"\nexpect = {{ route = "{name}", service = "none" }}\n' for name in cases)
    made = suite(tmp_path, text)

    (found,) = check_names(made, plan, {"user": True, "off": False})

    assert (found.code, found.message, str(found.span)) == ("E201", 'there is no route "usr"', "gateway.test.toml:3:20")
    assert found.help == 'did you mean "user"?'


def test_the_configuration_is_beside_the_file_unless_it_names_others(tmp_path: Path) -> None:
    plain = suite(tmp_path, f"{CASE}expect = {{}}\n")
    one = suite(tmp_path, f'config = "../a.toml"\n{CASE}expect = {{}}\n')
    two = suite(tmp_path, f'config = ["a.toml", "b/c.toml"]\n{CASE}expect = {{}}\n')

    assert plain.config == (tmp_path / "gateway.toml",)
    assert one.config == (tmp_path.parent / "a.toml",)
    assert two.config == (tmp_path / "a.toml", tmp_path / "b" / "c.toml")


def test_the_schema_is_current_and_takes_what_is_valid() -> None:
    """Made anew by: python -c "from gatewayctl.routetest.suite.schema import schema_text; print(schema_text(), end='')"."""
    assert SCHEMA.read_text(encoding="utf-8") == schema_text()
    validator = Draft202012Validator(json.loads(schema_text()))
    Draft202012Validator.check_schema(validator.schema)
    expect = {"route": "a", "headers": {"x-a": False, "x-b": "1"}, "timeout": "none", "limits": ["a"]}

    assert validator.is_valid({"case": [{"request": "/", "token": {"a": [1]}, "expect": expect}]})
    assert validator.is_valid({"config": "a.toml", "case": [{"request": "/", "expect": {}}]})
    for wrong in ({"case": []}, {"case": [{"request": "/"}]}, {"case": [{"request": "/", "expect": {"rout": "a"}}]}):
        assert not validator.is_valid(wrong)
