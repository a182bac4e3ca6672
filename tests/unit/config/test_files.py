"""From bytes to data: encoding, syntax, bounds, includes, layers of files."""

from pathlib import Path

import pytest

from gatewayctl.config.including import objects
from gatewayctl.config.parsing import DEEPEST, parse
from gatewayctl.config.reading import MAX_FILE, DiskReader, absolute, shown
from gatewayctl.core.diagnostics import Severity, Span
from tests.unit.config.conftest import ROUTE, Config, codes, only


def test_a_missing_file_is_an_error_that_names_it(config: Config) -> None:
    error = only(config.load("nowhere.toml"))
    assert (error.code, error.span) == ("E001", Span("nowhere.toml"))
    assert "nowhere.toml" in error.message


def test_a_directory_given_as_a_file_is_an_error(config: Config) -> None:
    (config.directory / "conf").mkdir()
    assert only(config.load("conf")).message == "conf is a directory"


def test_a_file_that_may_not_be_read_is_an_error(config: Config) -> None:
    class Closed(DiskReader):
        def read(self, path: Path, limit: int) -> bytes:
            raise PermissionError(13, "Permission denied")

    assert "permission denied" in only(config.load(reader=Closed())).message


@pytest.mark.parametrize("name", ["a\\u0000b.toml", "a\\u0000*.toml", "x" * 5000])
def test_an_impossible_name_is_a_diagnostic(config: Config, name: str) -> None:
    config.write(gateway=f'version = 1\ninclude = ["{name}"]')
    assert codes(config.load())[0] in ("E001", "W001")
    assert codes(config(f'[admin]\ntoken = "${{file:{name}}}"')) == ["W402"]


def test_a_file_that_cannot_even_be_looked_for_is_one_that_is_not_there(config: Config) -> None:
    name = "x" * 5000

    assert codes(config(f'[services.a]\ninstances = [{{ url = "https://a:1" }}]\ntls = {{ ca = "{name}" }}')) == [
        "W204"
    ]


def test_a_file_above_the_bound_is_refused_without_being_parsed(config: Config) -> None:
    config.write(gateway=b"#" * (MAX_FILE + 1))
    assert only(config.load()).code == "E005"


def test_a_file_at_the_bound_is_read(config: Config) -> None:
    config.write(gateway=b"version = 1\n#" + b"x" * (MAX_FILE - 13))
    assert config.load().ok


def test_a_byte_order_mark_does_not_shift_columns(config: Config) -> None:
    config.write(gateway="\ufeffversion = 2")
    warning, error = sorted(config.load().diagnostics, key=lambda d: d.code, reverse=True)
    assert (warning.code, warning.severity) == ("W002", Severity.WARNING)
    assert error.span == Span("gateway.toml", 1, 11, 1, 12)


def test_windows_line_ends_do_not_shift_columns(config: Config) -> None:
    config.write(gateway=b'version = 1\r\n[log]\r\nlevel = "loud"\r\n')
    assert only(config.load()).span == Span("gateway.toml", 3, 9, 3, 15)


def test_columns_count_characters_not_bytes(config: Config) -> None:
    error = only(config('[routes.r]\npath = "/"\nrespond = { body = "äöü😀", status = 1 }'))
    assert error.span == Span("gateway.toml", 4, 37, 4, 38)


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("a = ", 1, 5),
        ("a = 1\nb =\n", 2, 4),
        ('a = "x', 1, 7),
        ("a = [1,\n2", 2, 2),
        ("[a\n", 1, 3),
        ("a b = 1", 1, 3),
        ("a = 1 b = 2", 1, 7),
        ("= 1", 1, 1),
        ("a = 1\r", 1, 6),
        ("\0", 1, 1),
    ],
)
def test_a_syntax_error_has_its_line_and_column(text: str, line: int, column: int) -> None:
    data, (error,) = parse(text, "f")
    assert data is None
    assert error.code == "E003"
    assert error.span is not None
    assert (error.span.line, error.span.column) == (line, column)


@pytest.mark.parametrize(
    "text",
    [
        "a = 1\na = 2",
        "[a]\n[a]",
        "a.b = 1\na.b = 2",
        "a = 1\na.b = 2",
        "x = { a = 1, a = 2 }",
        '"a" = 1\na = 2',
        "[[a]]\nb = 1\nb = 2",
        "[a]\nb = 1\n[a.b]",
    ],
)
def test_what_is_defined_twice_shows_both_places(text: str) -> None:
    data, errors = parse(text, "f")
    assert data is None
    (error,) = errors
    assert error.code == "E004"
    assert error.related[0].span != error.span


def test_every_double_definition_is_told(config: Config) -> None:
    config.write(gateway="a = 1\na = 2\n[b]\nc = 1\nc = 2\n[b]")
    assert codes(config.load()) == ["E004"] * 3


@pytest.mark.parametrize("deep", [DEEPEST + 1, 300, 3000, 100_000])
def test_deep_nesting_is_refused_and_never_a_recursion_error(config: Config, deep: int) -> None:
    config.write(gateway=f"a = {'[' * deep}{']' * deep}\n")
    assert codes(config.load()) == ["E006"]


@pytest.mark.parametrize("deep", [DEEPEST + 1, 5000])
def test_deep_dotted_keys_are_refused(config: Config, deep: int) -> None:
    config.write(gateway=f"[{'.'.join('a' * deep)}]\n")
    assert codes(config.load()) == ["E006"]


def test_brackets_in_strings_and_comments_are_not_nesting() -> None:
    text = f"# {'[' * 9}\na = '{'[' * 9}'\nb = {'[' * 3000}"
    _, (error,) = parse(text, "f")
    assert error.span is not None
    assert error.span.line == 3


def test_an_empty_file_lacks_a_version(config: Config) -> None:
    config.write(gateway="")
    error = only(config.load())
    assert (error.code, error.span) == ("E103", Span("gateway.toml", 1, 1, 1, 2))


def test_no_files_at_all_lack_a_version(config: Config) -> None:
    config.write(gateway="")
    assert config.load("gateway.toml").config is None


def test_included_files_are_merged(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["conf.d/*.toml"]', **{"conf.d__s": ROUTE})
    loaded = config.load()
    assert loaded.config is not None
    assert loaded.config.routes["r"].service == "s"


def test_an_include_is_relative_to_the_file_that_has_it(config: Config) -> None:
    config.write(
        gateway='version = 1\ninclude = ["conf/all.toml"]', conf__all='include = ["more/*.toml"]', conf__more__s=ROUTE
    )
    loaded = config.load()
    assert loaded.origin("routes", "r", "path") == "conf/more/s.toml:4"


def test_an_include_may_use_a_variable(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["${PLACE:-none}/*.toml"]', here__s=ROUTE)
    assert config.load(environ={"PLACE": "here"}).config is not None
    assert codes(config.load()) == ["W001"]


def test_an_include_with_an_unset_variable_is_left_out_offline_and_refused_when_serving(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["${PLACE}/*.toml"]')
    assert codes(config.load()) == ["W401"]
    assert codes(config.load(runtime=True)) == ["E401"]


def test_a_pattern_leaves_hidden_files_and_the_file_itself_out(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["*.toml"]', other=ROUTE, **{".other": "not toml"})
    assert config.load().ok


def test_hidden_copies_of_editors_are_not_included(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["conf.d/*.toml"]', **{"conf.d__a": ROUTE, "conf.d__.#a": "?"})
    assert config.load().ok


@pytest.mark.parametrize("name", ["gateway.toml", "./gateway.toml", "../gateway.toml"])
def test_a_file_that_names_itself_is_a_loop(config: Config, name: str) -> None:
    config.write(gateway=f'version = 1\ninclude = ["{name}"]')
    assert codes(config.load()) == (["E007"] if not name.startswith("..") else ["E001"])


def test_an_error_in_an_included_file_shows_the_chain(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["a.toml"]', a='include = ["b.toml"]', b="[log]\nlevel = 1")
    error = only(config.load())
    assert [str(related.span) for related in error.related] == ["a.toml:1:12", "gateway.toml:2:12"]


def test_all_errors_of_all_files_come_in_one_run_in_order_of_place(config: Config) -> None:
    config.write(
        gateway='version = 1\ninclude = ["*.toml"]\nx = 1\n[log]\nlevel = "loud"',
        a="[services.s]\nbuiltin = 1",
        b="broken",
        c='[routes.r]\npath = "/"\nrespond = { status = "x" }',
    )
    places = [str(diagnostic.span) for diagnostic in config.load().diagnostics]
    assert places == ["a.toml:2:11", "b.toml:1:7", "c.toml:3:22", "gateway.toml:3:1", "gateway.toml:5:9"]


def test_a_broken_file_does_not_make_references_to_what_it_may_hold_wrong(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["s.toml"]\n[routes.r]\npath = "/"\nservice = "s"', s="[services.s")
    assert codes(config.load()) == ["E003"]


@pytest.mark.parametrize("section", ["server", "admin", "log", "metrics", "tracing", "defaults"])
def test_a_section_about_the_gateway_lives_in_one_file(config: Config, section: str) -> None:
    config.write(gateway=f'version = 1\ninclude = ["a.toml"]\n[{section}]', a=f"[{section}]")
    error = only(config.load())
    assert error.code == "E009"
    assert error.related[0].span.file == "gateway.toml"


def test_sections_of_named_tables_may_be_spread_over_files(config: Config) -> None:
    config.write(
        gateway='version = 1\ninclude = ["a.toml", "b.toml"]',
        a='version = 1\n[services.a]\nbuiltin = "echo"',
        b='version = 1\n[services.b]\nbuiltin = "echo"',
    )
    loaded = config.load()
    assert loaded.config is not None
    assert set(loaded.config.services) == {"a", "b"}


def test_objects_are_named_tables_and_single_sections() -> None:
    data = {"version": 1, "include": [], "log": {}, "routes": {"a": {}, "b": {}}, "services": 3}
    assert objects(data) == [("log",), ("routes", "a"), ("routes", "b")]


def test_the_order_of_included_files_changes_nothing(config: Config) -> None:
    config.write(a=ROUTE, b='[log]\nlevel = "debug"')
    config.write(gateway='version = 1\ninclude = ["a.toml", "b.toml"]')
    one = config.load().config
    config.write(gateway='version = 1\ninclude = ["b.toml", "a.toml"]')
    other = config.load().config
    assert one is not None
    assert other is not None
    assert one.model_copy(update={"include": ()}) == other.model_copy(update={"include": ()})


def test_everything_that_was_read_or_looked_for_is_there_to_be_watched(config: Config) -> None:
    (config.directory / "conf.d").mkdir()
    config.write(
        gateway='version = 1\ninclude = ["conf.d/*.toml", "gone.toml"]\n'
        '[admin]\ntoken = "${file:token}"\n[auth.ops]\ntype = "basic"\nusers_file = "users"'
    )
    names = {shown(path, config.directory) for path in config.load(check_capabilities=False).files}
    assert names == {"gateway.toml", "conf.d", "gone.toml", "token", "users"}


def test_the_same_file_twice_on_the_command_line_is_an_error(config: Config) -> None:
    config.write(gateway="version = 1")
    assert codes(config.load("gateway.toml", "./gateway.toml")) == ["E008"]


def test_the_digest_is_that_of_all_contents(config: Config) -> None:
    config.write(gateway='version = 1\ninclude = ["a.toml"]\n[admin]\ntoken = "${file:token.toml}"', a=ROUTE, token="a")
    first = config.load().digest
    assert config.load().digest == first
    config.write(token="b")
    second = config.load().digest
    config.write(a=ROUTE + "# a comment")
    assert len({first, second, config.load().digest}) == 3


def test_the_digest_covers_variables_that_were_put_in(config: Config) -> None:
    config.write(gateway='version = 1\n[log]\nlevel = "${LEVEL}"')
    assert config.load(environ={"LEVEL": "info"}).digest != config.load(environ={"LEVEL": "debug"}).digest


def test_a_reader_stands_in_for_the_disk(config: Config) -> None:
    class Memory(DiskReader):
        def read(self, path: Path, limit: int) -> bytes:
            return f"version = 1\n{ROUTE}".encode()[:limit]

    assert config.load("not-on-disk.toml", reader=Memory()).ok


def test_a_reader_that_ends_in_an_odd_error_is_a_diagnostic(config: Config) -> None:
    class Broken(DiskReader):
        def read(self, path: Path, limit: int) -> bytes:
            raise OSError(5, "Input/output error")

    assert "Input/output error" in only(config.load(reader=Broken())).message


def test_names_are_shown_relative_where_they_are_near() -> None:
    assert shown(Path("/a/b/c.toml"), Path("/a")) == "b/c.toml"
    assert shown(Path("/a/x.toml"), Path("/a/b")) == "../x.toml"
    assert shown(Path("/x/y.toml"), Path("/a/b/c/d")) == "/x/y.toml"


def test_a_name_is_made_absolute_without_following_links() -> None:
    assert absolute("../x/./y", Path("/a/b")) == Path("/a/x/y")
    assert absolute("/x", Path("/a")) == Path("/x")
