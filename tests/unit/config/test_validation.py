"""What is valid, what is not, and that one mistake hides no other."""

import pytest

from gatewayctl.config.models import GatewayConfig
from gatewayctl.config.models.base import Table
from gatewayctl.config.shape import ROOT, Shape, at_path, fields
from tests.unit.config.conftest import ROUTE, Config, codes, only


def every_model() -> list[type[Table]]:
    found: list[type[Table]] = []
    waiting: list[type[Table]] = [GatewayConfig]
    while waiting:
        model = waiting.pop()
        if model not in found:
            found.append(model)
            waiting.extend(inner for shape in fields(model).values() for inner in _inner(shape))
    return found


def _inner(shape: Shape) -> list[type[Table]]:
    return [*shape.models, *(_inner(shape.item) if shape.item else [])]


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_every_model_is_frozen_and_closed_and_described(model: type[Table]) -> None:
    assert model.model_config["frozen"]
    assert model.model_config["extra"] == "forbid"
    assert model.__doc__
    for name, info in model.model_fields.items():
        assert info.description, f"{model.__name__}.{name} has no description"
        assert info.description.endswith((".", "…")), f"{model.__name__}.{name}: {info.description}"


@pytest.mark.parametrize("model", every_model(), ids=lambda model: model.__name__)
def test_every_value_has_an_example(model: type[Table]) -> None:
    for name, shape in fields(model).items():
        if not shape.models and not (shape.item and shape.item.models):
            assert shape.examples, f"{model.__name__}.{name} has no example"


def test_the_built_in_defaults_are_those_of_the_design(config: Config) -> None:
    loaded = config("")
    assert loaded.config is not None
    server, admin = loaded.config.server, loaded.config.admin
    assert [str(address) for address in server.listen] == ["127.0.0.1:8080"]
    assert str(admin.listen) == "127.0.0.1:9080"
    assert (server.max_header_size, server.max_body_size, server.min_body_rate) == (16 << 10, 1 << 20, 1 << 10)
    assert (server.header_timeout, server.body_timeout, server.keepalive_timeout) == (10.0, 30.0, 65.0)
    assert (server.shutdown_delay, server.shutdown_grace, server.max_connections) == (0.0, 25.0, 10_000)
    assert loaded.config.defaults.timeout == 30.0
    assert loaded.config.tracing.endpoint is None


def test_an_unset_value_differs_from_one_that_says_none(config: Config) -> None:
    never = 'timeout = "none"\nmax_body_size = "unlimited"\ntransform = "none"\nlimits = []'
    loaded = config(f'{ROUTE}[routes.never]\npath = "/never"\nservice = "s"\n{never}')
    assert loaded.config is not None
    unset, out = loaded.config.routes["r"], loaded.config.routes["never"]
    assert (unset.timeout, unset.max_body_size, unset.transform, unset.limits) == (None, None, None, None)
    assert (out.timeout, out.max_body_size, out.transform, out.limits) == ("none", "unlimited", "none", ())


def test_a_default_that_says_none_is_none(config: Config) -> None:
    loaded = config('[defaults]\ntimeout = "none"\n[server]\nmax_body_size = "unlimited"\n[admin]\nlisten = "off"')
    assert loaded.config is not None
    assert loaded.config.defaults.timeout is None
    assert loaded.config.server.max_body_size is None
    assert loaded.config.admin.listen is None


def test_an_instance_is_called_by_its_id_or_its_address(config: Config) -> None:
    loaded = config("[services.s]\ninstances = [{ id = 'a', url = 'http://x' }, { url = 'http://[::1]:81' }]")
    assert loaded.config is not None
    assert [instance.name for instance in loaded.config.services["s"].instances or ()] == ["a", "[::1]:81"]


def test_one_wrong_object_hides_nothing_of_the_others(config: Config) -> None:
    loaded = config(
        '[services.bad]\nbuiltin = "ecco"\n'
        '[services.also]\ninstances = [{ id = "a", url = "http://a" }, { id = "a", url = "http://b" }]\n'
        '[routes.r]\npath = "/"\nservice = "bad"\n[routes.q]\npath = "/q"\nservice = "nowhere"'
    )
    assert codes(loaded) == ["E104", "E118", "E201"]


def test_a_reference_to_a_wrong_object_is_no_second_error(config: Config) -> None:
    assert codes(config('[services.s]\nx = 1\nbuiltin = "echo"\n[routes.r]\npath = "/"\nservice = "s"')) == ["E101"]


def test_a_wrong_section_does_not_stop_the_check_of_others(config: Config) -> None:
    loaded = config('services = 1\nserver = "x"\n[routes.r]\npath = 1\n[log]\nlevel = 2')
    assert codes(loaded) == ["E102"] * 4


def test_a_wrong_item_does_not_make_its_list_empty(config: Config) -> None:
    assert codes(config('[routes.r]\npath = "/"\nmethods = ["get"]\nrespond = {}')) == ["E113"]


@pytest.mark.parametrize(
    "text",
    [
        '[routes.r]\npath = "/"\nrespond = { status = true }',
        '[routes.r]\npath = "/"\nrespond = { status = 200.0 }',
        "[server]\nmax_headers = true",
        "[metrics]\nenabled = 0",
        "[log]\nsample = true",
        '[log]\nsample = "1"',
        "[tracing]\nservice_name = 1",
    ],
)
def test_nothing_is_converted_that_the_file_does_not_say(config: Config, text: str) -> None:
    assert only(config(text)).code == "E102"


def test_an_infinite_number_is_refused(config: Config) -> None:
    assert only(config("[log]\nsample = inf")).code == "E105"
    assert only(config("[log]\nsample = nan")).code == "E105"


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ('[auth.a]\nissuer = "any"', 'add type = "jwt"'),
        ('[auth.a]\ntype = "api_key"\nheadr = "x"', 'did you mean "header"?'),
        ('[auth.a]\ntype = "mtls"\nheader = "x"', "known here: type, identity"),
        ('[services.s]\ndiscovery = { type = "consul", nmae = "x" }', 'did you mean "name"?'),
    ],
)
def test_a_table_with_a_type_is_checked_as_that_type(config: Config, text: str, help: str) -> None:
    loaded = config(text, check_capabilities=False)
    assert help in [diagnostic.help for diagnostic in loaded.diagnostics]


def test_a_key_that_exists_elsewhere_is_still_unknown_here(config: Config) -> None:
    assert only(config('[server]\nbuiltin = "echo"')).code == "E101"


@pytest.mark.parametrize(
    ("path", "types"),
    [
        (("server", "listen"), {"string", "array"}),
        (("server", "workers"), {"integer", "string"}),
        (("server", "max_body_size"), {"string"}),
        (("routes", "x", "strip_prefix"), {"string", "boolean"}),
        (("routes", "x", "deprecated", "since"), {"date"}),
        (("routes", "x", "require", "claims", "role"), {"string", "array"}),
        (("services", "x", "instances", 0, "weight"), {"integer"}),
        (("auth", "x", "algorithms"), {"array"}),
        (("log", "sample"), {"number"}),
    ],
)
def test_the_shape_of_a_place_is_read_from_the_models(path: tuple[str | int, ...], types: set[str]) -> None:
    shape = at_path(path)
    assert shape is not None
    assert shape.types == types


@pytest.mark.parametrize("path", [("nowhere",), ("server", "listen", "x"), ("server", 0), ("log", "level", "x")])
def test_what_the_language_does_not_have_has_no_shape(path: tuple[str | int, ...]) -> None:
    assert at_path(path) is None


def test_the_root_is_the_configuration() -> None:
    assert at_path(()) is ROOT
