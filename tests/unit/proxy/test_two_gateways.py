"""Two gateways in one process know nothing of each other."""

from dataclasses import replace

from tests.unit.proxy.scene import SERVICE, instance, plan, scene


def test_they_have_routes_pools_logs_and_counters_of_their_own() -> None:
    with scene(plan(via=b"one")) as one, scene(plan(via=b"two")) as two:
        for s in (one, two):
            client = s.client()
            for _ in range(2):
                client.ask()
                s.upstream().answer()
        client = one.client()
        client.ask(b"GET", b"/", b"x_y: z")
        one.upstream().answer()

        assert (len(one.log), len(two.log)) == (3, 2)
        assert (len(one.ups), len(two.ups)) == (1, 1)
        assert (one.instance().answers[2], two.instance().answers[2]) == (3, 2)
        assert (one.gateway.underscores.dropped, two.gateway.underscores.dropped) == (1, 0)
        assert one.instance() is not two.instance()


def test_they_have_rules_of_their_own_for_the_same_bytes() -> None:
    strict = plan(trusted_proxies=(), request_id_header=b"X-One", max_headers=5)
    lax = plan(
        trusted_proxies=("203.0.113.0/24",),
        request_id_header=b"X-Two",
        allowed_underscores=frozenset({b"x_y"}),
        max_headers=50,
    )
    fields = [b"X-One: 1", b"X-Two: 2", b"x_y: z", b"X-Forwarded-For: 1.1.1.1"]
    with scene(strict) as one, scene(lax) as two:
        for _ in range(3):  # what one has learnt is nothing to the other
            one.client().ask(b"GET", b"/", *fields)
            two.client().ask(b"GET", b"/", *fields)
            first, second = one.upstream().request(), two.upstream().request()
            one.upstream().answer()
            two.upstream().answer()

            assert (first.values(b"x_y"), second.values(b"x_y")) == ([], [b"z"])
            assert (first.values(b"x-two"), second.values(b"x-one")) == ([b"2"], [b"1"])
            assert (len(first.values(b"x-one")), second.values(b"x-two")) == (1, [b"2"])
            assert first.values(b"x-forwarded-for") == [b"203.0.113.9"]
            assert second.values(b"x-forwarded-for") == [b"1.1.1.1, 203.0.113.9"]


def test_they_have_timers_of_their_own() -> None:
    with scene() as one, scene() as two:
        first, second = one.client(), two.client()
        first.send(b"GET / HT")
        second.send(b"GET / HT")
        one.advance(11)

        assert first.ended
        assert not second.ended
        one.gateway.wheel.stop()
        two.advance(11)
        assert second.ended


def test_they_balance_each_for_itself() -> None:
    service = replace(SERVICE, instances=(instance("a"), instance("b")))
    with scene(plan(services=[service])) as one, scene(plan(services=[service])) as two:
        for s in (one, two):
            client = s.client()
            client.ask()
            s.upstream().answer()
            assert s.log[-1]["instance"] == "a"


def test_the_end_of_one_is_not_the_end_of_the_other() -> None:
    with scene() as one, scene() as two:
        client = two.client()
        client.ask()
        one.gateway.draining = one.gateway.leaving = True
        one.instance().abort_all()
        two.upstream().answer()
        assert client.response().values(b"connection") == []
        client.ask(target=b"/health")
        assert client.response().status == 200
