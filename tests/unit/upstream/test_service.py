"""Services over reloads: which instance takes the next request, with which settings, on which generation."""

from dataclasses import replace

from gatewayctl.plan.model import InstancePlan, ServicePlan
from gatewayctl.policy.health.availability import HEALTH, OUTLIER
from tests.unit.proxy.scene import SERVICE, Scene, instance, plan, scene


def service(*instances: InstancePlan, **changes: object) -> ServicePlan:
    return replace(SERVICE, instances=instances, **changes)  # type: ignore[arg-type]


def picks(s: Scene, count: int) -> list[str]:
    return [getattr(s.bound.services["up"].pick(), "id", "none") for _ in range(count)]


def test_turns_go_on_where_they_were_after_a_reload() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"), instance("c"))])) as s:
        assert picks(s, 2) == ["a", "b"]
        s.bind(plan(services=[service(instance("a"), instance("b"), instance("c"))]))
        assert picks(s, 3) == ["c", "a", "b"]


def test_a_new_instance_takes_part_and_one_that_is_gone_does_not() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"))])) as s:
        picks(s, 1)
        s.bind(plan(services=[service(instance("b"), instance("c"))]))

        assert set(picks(s, 6)) == {"b", "c"}


def test_weights_are_those_of_the_newest_configuration() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"))])) as s:
        s.bind(plan(services=[service(instance("a", weight=3), instance("b", weight=1))]))

        assert sorted(picks(s, 8)) == ["a"] * 6 + ["b"] * 2


def test_an_instance_that_drains_gets_nothing_new() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"))])) as s:
        s.bind(plan(services=[service(instance("a"), instance("b", status="draining"))]))

        assert set(picks(s, 6)) == {"a"}


def test_a_request_of_an_older_generation_goes_to_an_instance_that_it_knows() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"))])) as s:
        older = s.bound.services["up"]
        s.bind(plan(services=[service(instance("b"), instance("c"), instance("d"))]))

        assert {getattr(older.pick(), "id", "none") for _ in range(12)} == {"b"}


def test_a_request_of_an_older_generation_may_find_nobody_left() -> None:
    with scene(plan(services=[service(instance("a"))])) as s:
        older = s.bound.services["up"]
        s.bind(plan(services=[service(instance("b"))]))

        assert older.pick() is None


def test_an_instance_of_the_same_address_is_the_same_with_its_pool() -> None:
    with scene() as s:
        client = s.client()
        client.ask()
        s.upstream().answer()
        before = s.instance()
        s.bind(plan(services=[service(*SERVICE.instances, first_byte_timeout=1.0, keepalive_max_requests=2)]))
        client.got()
        client.ask()

        assert s.instance() is before
        assert len(s.ups) == 1
        s.advance(1.2)
        assert client.response().status == 504, "with its new settings"


def test_an_instance_of_another_address_is_another() -> None:
    with scene() as s:
        before = s.instance()
        s.bind(plan(services=[service(replace(SERVICE.instances[0], port=9999))]))

        assert s.instance() is not before


def test_instances_come_in_the_order_of_the_configuration() -> None:
    with scene(plan(services=[service(instance("c"), instance("a"), instance("b"))])) as s:
        assert [one.id for one in s.bound.services["up"].instances] == ["c", "a", "b"]


def test_the_host_of_an_instance_leaves_out_the_port_that_everybody_knows() -> None:
    ipv6 = InstancePlan("six", "http", "2001:db8::1", 8080, 1, "up")
    plain = InstancePlan("plain", "http", "a.internal", 80, 1, "up")
    other = InstancePlan("other", "http", "a.internal", 443, 1, "up")

    assert [one.authority for one in (ipv6, plain, other)] == ["[2001:db8::1]:8080", "a.internal", "a.internal:443"]
    assert ipv6.url == "http://[2001:db8::1]:8080"


def test_an_instance_that_something_stands_against_is_passed_over_until_nothing_does() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"))])) as s:
        fitness = s.bound.services["up"].availability
        fitness.mark("a", OUTLIER, True)
        assert set(picks(s, 6)) == {"b"}

        s.bind(plan(services=[service(instance("a"), instance("b"), instance("c"))]))
        assert set(picks(s, 6)) == {"b", "c"}, "a reload changes nothing about it"

        fitness.mark("a", OUTLIER, False)
        assert set(picks(s, 6)) == {"a", "b", "c"}


def test_when_every_instance_is_out_all_are_taken() -> None:
    with scene(plan(services=[service(instance("a"), instance("b"))])) as s:
        for id in "ab":
            s.bound.services["up"].availability.mark(id, HEALTH, True)

        assert set(picks(s, 4)) == {"a", "b"}
