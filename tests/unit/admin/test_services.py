"""``/services``: instances, with what they are doing and have done."""

from gatewayctl.plan.model import InstancePlan
from gatewayctl.upstream.discovery.base import Health
from tests.unit.admin.stage import LiveInstance, Stage


def test_an_instance_is_shown_with_its_counters() -> None:
    plan = InstancePlan("users-1", "http", "127.0.0.1", 9001, 2, "draining")
    instance = LiveInstance("users-1", (3, 0, 10, 0, 2, 0), 1, 5, 2, plan=plan, in_flight=4)
    stage = Stage().serve(services={"users": [instance]})
    stage.config["services"] = {"users": {"instances": [{"url": "http://127.0.0.1:9001"}]}}
    assert stage.get("/services").json() == {
        "generation": 7,
        "services": [
            {
                "service": "users",
                "load_balancer": "round_robin",
                "discovery": None,
                "trouble": None,
                "panic": False,
                "instances": [
                    {
                        "id": "users-1",
                        "url": "http://127.0.0.1:9001",
                        "builtin": False,
                        "status": "draining",
                        "weight": 2,
                        "available": True,
                        "against": [],
                        "health": None,
                        "in_flight": 4,
                        "connections": {"active": 3, "idle": 2},
                        "responses": {"2xx": 10, "4xx": 2},
                        "failures": 3,
                        "connect_failures": 1,
                    }
                ],
            }
        ],
    }


def test_an_address_is_shown_as_the_masked_configuration_has_it() -> None:
    plan = InstancePlan("users-1", "http", "hunter2.internal", 9001, 1, "up")
    stage = Stage().serve(services={"users": [LiveInstance("users-1", plan=plan, where="hunter2.internal:9001")]})
    stage.config["services"] = {"users": {"instances": [{"url": "***"}]}}
    response = stage.get("/services")
    assert response.json()["services"][0]["instances"][0]["url"] == "***"
    assert "hunter2" not in response.text


def test_a_built_in_instance_is_where_it_listens() -> None:
    plan = InstancePlan("demo-1", "http", "127.0.0.1", 0, 1, "up", builtin=True)
    stage = Stage().serve(services={"demo": [LiveInstance("demo-1", plan=plan, where="127.0.0.1:40123")]})
    stage.config["services"] = {"demo": {"builtin": "echo"}}
    [instance] = stage.get("/services").json()["services"][0]["instances"]
    assert (instance["url"], instance["builtin"]) == ("http://127.0.0.1:40123", True)


def test_an_address_that_the_configuration_does_not_say_is_not_shown() -> None:
    stage = Stage().serve(services={"users": [LiveInstance("users-1"), LiveInstance("users-2")]})
    stage.config["services"] = {"users": {"instances": [{"url": "http://127.0.0.1:9001"}]}}
    assert [i["url"] for i in stage.get("/services").json()["services"][0]["instances"]] == [None, None]


def test_a_gateway_without_services_has_an_empty_list() -> None:
    assert Stage().serve().get("/services").json() == {"generation": 7, "services": []}


def test_what_stands_against_an_instance_is_shown() -> None:
    sick = LiveInstance("users-1", health=Health(False, "status 503"))
    stage = Stage().serve(services={"users": [sick]})
    service = stage.gateway.bound.services["users"]
    service.availability.replace(["users-1"])
    service.availability.mark("users-1", "health", True)
    service.trouble = "Consul does not answer"
    (shown,) = stage.get("/services").json()["services"]

    assert (shown["panic"], shown["trouble"]) == (True, "Consul does not answer")
    (instance,) = shown["instances"]
    assert (instance["available"], instance["against"]) == (False, ["health"])
    assert instance["health"] == {"healthy": False, "problem": "status 503"}
