"""What holds for every command: files, variables, exit codes, where output goes, colours."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.offline.cli.conftest import Ran

SHOP = ["-c", "shop.toml", "--env-file", "secrets.env"]


def test_the_default_configuration_is_gateway_toml(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "minimal.toml").rename(directory / "gateway.toml")

    assert cli("validate").out == "gateway.toml: valid, 1 route, 0 services\n"


def test_a_variable_names_another_default(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAYCTL_CONFIG", "minimal.toml")

    assert cli("validate").out == "minimal.toml: valid, 1 route, 0 services\n"


def test_the_variable_may_name_several_layers(
    cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (directory / "over.toml").write_text('[routes.home]\nrespond = { body = "over" }\n')
    monkeypatch.setenv("GATEWAYCTL_CONFIG", "minimal.toml:over.toml")

    assert '"over"' in cli("dump").out


def test_several_c_options_are_layers_of_one_configuration(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "over.toml").write_text('[routes.more]\npath = "/more"\nrespond = { status = 204 }\n')

    ran = cli("validate", "-c", "minimal.toml", "-c", "over.toml")

    assert ran.out == "minimal.toml + over.toml: valid, 2 routes, 0 services\n"


def test_files_as_arguments_are_configurations_of_their_own(cli: Callable[..., Ran]) -> None:
    ran = cli("validate", "minimal.toml", "minimal.toml")

    assert ran.out == "minimal.toml: valid, 1 route, 0 services\n" * 2


def test_arguments_and_layers_do_not_go_together(cli: Callable[..., Ran]) -> None:
    ran = cli("validate", "minimal.toml", "-c", "minimal.toml")

    assert (ran.code, ran.out) == (2, "")
    assert "both FILE and -c are given" in ran.err


def test_standard_input_is_a_configuration(cli: Callable[..., Ran]) -> None:
    ran = cli("validate", "-", stdin='version = 1\n[routes.a]\npath = "/"\nrespond = {}\n')

    assert ran.out == "standard input: valid, 1 route, 0 services\n"


def test_standard_input_may_be_a_layer(cli: Callable[..., Ran]) -> None:
    ran = cli("routes", "-c", "minimal.toml", "-c", "-", stdin='[routes.b]\npath = "/b"\nrespond = {}\n')

    assert [line.split()[0] for line in ran.out.splitlines()] == ["ROUTE", "b", "home"]


def test_standard_input_has_a_name_in_messages(cli: Callable[..., Ran]) -> None:
    ran = cli("validate", "-", "--stdin-filename", "conf/edge.toml", stdin="version = 2\n")

    assert "--> conf/edge.toml:1:11" in ran.out
    assert "conf/edge.toml: invalid" in ran.out


def test_what_standard_input_includes_is_beside_its_name(cli: Callable[..., Ran], directory: Path) -> None:
    (directory / "conf").mkdir()
    (directory / "minimal.toml").rename(directory / "conf" / "minimal.toml")
    text = 'version = 1\ninclude = ["minimal.toml"]\n'
    (directory / "conf" / "minimal.toml").write_text('[routes.home]\npath = "/"\nrespond = {}\n')

    ran = cli("validate", "-", "--stdin-filename", "conf/edge.toml", stdin=text)

    assert ran.out == "conf/edge.toml: valid, 1 route, 0 services\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ["validate", "minimal.toml", "--stdin-filename", "x"],
            "--stdin-filename is given, but standard input (-) is not",
        ),
        (["routes", "-c", "-", "-c", "-"], "standard input (-) is given twice"),
        (["serve", "-c", "-"], "serve follows its files, and standard input cannot be followed"),
    ],
)
def test_misuse_of_standard_input_is_wrong_usage(cli: Callable[..., Ran], words: list[str], message: str) -> None:
    ran = cli(*words)

    assert (ran.code, message in ran.err) == (2, True)


def test_an_env_file_gives_values_and_goes_before_the_environment(
    cli: Callable[..., Ran], directory: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USERS_URL", "http://from.the.environment:1")
    (directory / "vars.env").write_text("USERS_URL=http://from.the.file:2\n")

    assert "http://from.the.file:2" in cli("services", "-c", "unset.toml", "--env-file", "vars.env").out
    assert "http://from.the.environment:1" in cli("services", "-c", "unset.toml").out


def test_the_environment_layer_counts_only_where_it_is_asked_for(
    cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAYCTL_LOG__LEVEL", "debug")

    assert 'level = "info"' in cli("dump", "-c", "minimal.toml").out
    assert 'level = "debug"' in cli("dump", "-c", "minimal.toml", "--env").out


def test_strict_makes_an_unset_variable_an_error(cli: Callable[..., Ran]) -> None:
    codes = [cli(*command, "-c", "unset.toml", "--strict").code for command in (["validate"], ["routes"], ["dump"])]

    assert codes == [2, 2, 2]


def test_strict_makes_warnings_findings(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("USERS_URL", "http://127.0.0.1:9001")

    assert cli("validate", "unset.toml", "--strict").code == 1
    assert cli("validate", "unset.toml").code == 0


def test_the_format_may_come_from_a_variable_and_the_option_goes_before_it(
    cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAYCTL_FORMAT", "json")

    assert cli("routes", "-c", "minimal.toml").out.startswith("{")
    assert cli("routes", "-c", "minimal.toml", "--format", "text").out.startswith("ROUTE")


def test_a_format_of_other_commands_in_the_variable_is_passed_over(
    cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAYCTL_FORMAT", "github")

    assert cli("routes", "-c", "minimal.toml").out.startswith("ROUTE")


def test_a_format_that_there_is_not_is_wrong_usage(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAYCTL_FORMAT", "xml")

    ran = cli("routes", "-c", "minimal.toml")

    assert (ran.code, 'GATEWAYCTL_FORMAT is "xml", which is no format' in ran.err) == (2, True)


def test_json_and_format_text_contradict_each_other(cli: Callable[..., Ran]) -> None:
    assert cli("route-test", "/", "--json", "--format", "text", "-c", "minimal.toml").code == 2


def test_the_result_may_go_to_a_file(cli: Callable[..., Ran], directory: Path) -> None:
    ran = cli("routes", *SHOP, "-o", "routes.txt", "--color", "always")

    assert ran.out == ""
    assert "user-beta" in (directory / "routes.txt").read_text()


def test_an_error_as_json_goes_to_the_file_too(cli: Callable[..., Ran], directory: Path) -> None:
    ran = cli("validate", "broken.toml", "--format", "json", "-o", "found.json")

    assert (ran.code, ran.out) == (2, "")
    assert not json.loads((directory / "found.json").read_text())["ok"]


def test_a_file_that_cannot_be_written_is_an_error(cli: Callable[..., Ran]) -> None:
    ran = cli("routes", "-c", "minimal.toml", "-o", "nowhere/routes.txt")

    assert (ran.code, "E022" in ran.err) == (2, True)


def test_hints_and_notes_go_to_standard_error(cli: Callable[..., Ran]) -> None:
    ran = cli("routes", *SHOP)

    assert ran.err == "not listed, since they are not enabled: off\n"
    assert "off" not in ran.out.split()


def test_colours_are_there_only_where_they_are_wanted(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["routes", "-c", "minimal.toml"]

    plain, always = cli(*words).out, cli(*words, "--color", "always").out
    monkeypatch.setenv("FORCE_COLOR", "1")
    forced, never = cli(*words).out, cli(*words, "--color", "never").out
    monkeypatch.setenv("NO_COLOR", "1")
    refused = cli(*words).out

    assert "\x1b[" not in plain + never + refused
    assert "\x1b[36mhome\x1b[0m" in always
    assert always == forced


def test_an_error_about_the_command_line_is_coloured_as_it_asks(cli: Callable[..., Ran]) -> None:
    assert "\x1b[31;1merror[E021]" in cli("routes", "--fromat", "--color", "always").err
    assert "\x1b[" not in cli("routes", "--fromat", "--color=never").err


def test_ascii_where_the_output_is_not_utf_8(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "C")

    ran = cli("validate", "broken.toml")

    assert ran.out.isascii()
    assert "weighted, random, ..." in ran.out


def test_the_dump_is_a_configuration_without_its_secrets(cli: Callable[..., Ran]) -> None:
    toml, as_json = cli("dump", *SHOP).out, cli("dump", *SHOP, "--format", "json").out

    assert json.loads(json.dumps(tomllib.loads(toml), default=str)) == json.loads(as_json)
    assert "hidden" not in toml + as_json
    assert '"***"' in toml


def test_the_schema_is_printed_as_it_stands_in_the_repository(cli: Callable[..., Ran]) -> None:
    repository = Path(__file__).parents[3]

    assert cli("schema").out == (repository / "schemas" / "gateway.schema.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("first", [["--version"], ["-V"]])
def test_the_version_is_one_line(cli: Callable[..., Ran], first: list[str]) -> None:
    ran = cli(*first)

    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("gatewayctl ")
    assert ran.out.count("\n") == 1


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_is_the_overview(cli: Callable[..., Ran], words: list[str]) -> None:
    ran = cli(*words)

    assert (ran.code, "route-test  Show which route" in ran.out) == (0, True)


@pytest.mark.parametrize("words", [["routes", "--help"], ["routes", "-h"], ["help", "routes"]])
def test_help_about_a_command_explains_it(cli: Callable[..., Ran], words: list[str]) -> None:
    ran = cli(*words)

    assert ran.code == 0
    assert "gatewayctl routes" in ran.out
    assert "Exit codes: 0" in ran.out


def test_help_about_a_command_that_there_is_not_is_wrong_usage(cli: Callable[..., Ran]) -> None:
    assert cli("help", "route").err == 'error[E021]: unknown command "route"\n   = help: did you mean "routes"?\n'


def test_a_fault_of_ours_is_one_line_and_no_traceback(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> None:
    ran = _with_a_fault(cli, monkeypatch)

    assert ran.code == 2
    assert ran.err.startswith("internal error[E999]: ZeroDivisionError in ")
    assert "GATEWAYCTL_TRACEBACK=1 shows the traceback" in ran.err
    assert "Traceback" not in ran.err
    assert "hidden-in-the-message" not in ran.err


def test_a_fault_of_ours_shows_its_traceback_where_it_is_asked_for(
    cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATEWAYCTL_TRACEBACK", "1")

    assert "Traceback (most recent call last)" in _with_a_fault(cli, monkeypatch).err


def _with_a_fault(cli: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch) -> Ran:
    from gatewayctl.cli.commands import routes

    def run() -> int:
        raise ZeroDivisionError("hidden-in-the-message")

    monkeypatch.setattr(routes, "run", run)
    return cli("routes")
