"""What ``gatewayctl option`` knows: every setting, found however somebody may write it."""

import pytest

from gatewayctl.config.json_schema import schema
from gatewayctl.config.settings import Setting, below, find, nearest, settings


@pytest.fixture(scope="module")
def known() -> list[Setting]:
    return settings()


def test_every_field_of_every_table_is_there(known: list[Setting]) -> None:
    made = schema()
    fields = [name for table in (made, *made["$defs"].values()) for name in table["properties"]]

    assert set(fields) == {one.path[-1] for one in known} - {"*"}
    assert [one.key for one in known if not one.meaning] == []


@pytest.mark.parametrize(
    ("key", "found"),
    [
        ("routes.*.timeout", ["routes.*.timeout"]),
        ("routes.orders.timeout", ["routes.*.timeout"]),
        ("[routes.orders]", ["routes.*"]),
        ("services.users.health.interval", ["services.*.health.interval"]),
        ("health.interval", ["services.*.health.interval"]),
        ("services.a.instances.weight", ["services.*.instances.*.weight"]),
        ("services.a.instances[2].weight", ["services.*.instances.*.weight"]),
        ("instances.weight", ["services.*.instances.*.weight"]),
        ("server.tls.certificates.main.cert", ["server.tls.certificates.*.cert"]),
        ("routes.timeout", ["routes.*.timeout"]),
        ("rewrite", ["routes.*.rewrite"]),
        ("nothing", []),
        ("routes.orders.nothing", []),
        ("routes.orders.timeout.more", []),
    ],
)
def test_a_key_is_found_as_people_write_it(key: str, found: list[str], known: list[Setting]) -> None:
    assert [one.key for one in find(key, known)] == found


@pytest.mark.parametrize(
    ("key", "meant"),
    [
        ("server.lisen", "server.listen"),
        ("rotes.orders.timeout", "routes.orders.timeout"),
        ("routes.orders.tmeout", "routes.orders.timeout"),
        ("load-balancr", "load_balancer"),
        ("zzzzzzzz", ""),
    ],
)
def test_a_slip_is_seen_where_it_is(key: str, meant: str, known: list[Setting]) -> None:
    assert nearest(key, known) == meant


def test_a_table_of_several_kinds_tells_them_apart(known: list[Setting]) -> None:
    inside = below(find("auth", known), known)

    assert {one.kind for one in inside if one.path[-1] == "realm"} == {"jwt", "api_key", "basic"}


def test_where_it_stands_is_a_header(known: list[Setting]) -> None:
    places = {one.key: one.place for one in known}

    assert places["version"] == "the top of the file"
    assert places["services.*.instances.*.weight"] == "[[services.NAME.instances]]"
    assert places["routes.*.respond.headers"] == "[routes.NAME.respond]"
    assert places["server.tls.certificates.*.cert"] == "[server.tls.certificates.NAME]"


def test_a_reference_is_refused_with_what_it_refers_to(known: list[Setting]) -> None:
    missing = {one.key: one.missing for one in known}

    assert missing["routes.*.path"] == ""
    assert missing["tracing.endpoint"] == "sending traces"
