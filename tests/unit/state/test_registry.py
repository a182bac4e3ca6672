"""The registry: states by identity, kept while somebody needs them."""

from gatewayctl.state.registry import Registry


def test_a_state_is_made_on_first_need_and_is_the_same_ever_after() -> None:
    registry: Registry[list[int]] = Registry()
    first = registry.obtain("a", list)
    first.append(1)

    assert registry.obtain("a", list) is first
    assert registry.obtain("b", list) == []


def test_making_is_not_done_again() -> None:
    registry: Registry[object] = Registry()
    made: list[int] = []

    def make() -> object:
        made.append(1)
        return []  # empty, and still a state

    registry.obtain("a", make)
    registry.obtain("a", make)

    assert made == [1]


def test_what_is_not_kept_is_given_back_and_forgotten() -> None:
    registry: Registry[str] = Registry()
    for key in "abc":
        registry.obtain(key, lambda key=key: f"state {key}")

    assert sorted(registry.retire_others({"b", "unknown"})) == ["state a", "state c"]
    assert registry.values() == ["state b"]
    assert registry.obtain("a", lambda: "new") == "new"


def test_values_are_a_copy() -> None:
    registry: Registry[str] = Registry()
    registry.obtain("a", lambda: "x")
    registry.values().clear()

    assert registry.values() == ["x"]


def test_two_registries_share_nothing() -> None:
    one: Registry[str] = Registry()
    other: Registry[str] = Registry()
    one.obtain("a", lambda: "one")

    assert other.values() == []
