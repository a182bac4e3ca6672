"""``@frozen`` and ``@mutable`` beside the dataclasses they stand for: the same to whoever uses them."""

import copy
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest

from gatewayctl.core.frozen import frozen, mutable


@frozen
class Point:
    """Two numbers and a note that does not count."""

    x: int
    y: int = 0
    tags: tuple[str, ...] = field(default_factory=tuple)
    note: str = field(default="", compare=False, repr=False)

    def moved(self, by: int) -> "Point":
        return replace(self, x=self.x + by)


@frozen
class Deep(Point):
    z: int = 0


@frozen
class Nothing:
    """No fields."""


@frozen
class Own:
    word: str

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Own) and self.word.lower() == other.word.lower()

    def __hash__(self) -> int:
        return hash(self.word.lower())

    def __repr__(self) -> str:
        return "hidden"


@mutable
class Account:
    """Something that goes on."""

    name: str
    entries: list[int] = field(default_factory=list)
    total: int = field(init=False)
    closed: bool = field(init=False, default=False)
    seen: set[str] = field(init=False, default_factory=set)

    def __post_init__(self) -> None:
        self.total = sum(self.entries)


@mutable
class Savings(Account):
    rate: int = 2


def of_dataclasses(**values: Any) -> Any:
    @dataclass(frozen=True, slots=True)
    class Point:
        x: int
        y: int = 0
        tags: tuple[str, ...] = ()
        note: str = field(default="", compare=False, repr=False)

    return Point(**values)


def test_it_is_made_and_changed_as_a_dataclass_is() -> None:
    point = Point(1, tags=("a",))
    assert (point.x, point.y, point.tags) == (1, 0, ("a",))
    assert point.moved(2) == Point(3, tags=("a",))
    assert [one.name for one in fields(Point)] == ["x", "y", "tags", "note"]
    with pytest.raises(TypeError):
        Point()  # type: ignore[call-arg]


def test_it_compares_hashes_and_prints_by_the_fields_that_count() -> None:
    assert Point(1, note="here") == Point(1, note="there")
    assert hash(Point(1, note="here")) == hash(Point(1, note="there"))
    assert Point(1) != Point(2)
    assert repr(Point(1, note="secret")).split(".")[-1] == repr(of_dataclasses(x=1, note="secret")).split(".")[-1]
    assert Point(1) != (1, 0, ())
    assert Nothing() == Nothing()
    assert hash(Nothing()) == hash(Nothing())
    assert len({Point(1), Point(1), Point(2)}) == 2


def test_a_subclass_is_something_else_and_counts_all_fields() -> None:
    assert Deep(1, z=2) != Deep(1, z=3)
    assert Point(1) != Deep(1)
    assert repr(Deep(1, z=3)) == "Deep(x=1, y=0, tags=(), z=3)"


def test_what_a_class_says_itself_stays() -> None:
    assert Own("A") == Own("a")
    assert hash(Own("A")) == hash(Own("a"))
    assert repr(Own("secret")) == "hidden"


def test_it_has_slots_and_nothing_else() -> None:
    with pytest.raises(AttributeError):
        Point(1).unknown = 1  # type: ignore[attr-defined]
    assert not hasattr(Point(1), "__dict__")


@pytest.mark.parametrize("protocol", range(2, pickle.HIGHEST_PROTOCOL + 1))
def test_it_goes_through_pickle_and_copy(protocol: int) -> None:
    point = Deep(1, 2, ("a",), "note", 3)
    for again in (pickle.loads(pickle.dumps(point, protocol)), copy.copy(point), copy.deepcopy(point)):
        assert again == point
        assert again.note == "note"


def test_it_matches_by_position() -> None:
    match Point(1, 2):
        case Point(x, y):
            assert (x, y) == (1, 2)


def test_what_may_change_changes_and_is_equal_to_nothing_but_itself() -> None:
    first, second = Account("a"), Account("a")
    first.entries.append(1)
    first.total = 1

    assert second.entries == []
    assert first != second
    assert Account("b") != Account("b")
    assert len({first, second}) == 2
    assert [one.name for one in fields(Account)] == ["name", "entries", "total", "closed", "seen"]
    assert (first.closed, first.seen) == (False, set())
    assert first.seen is not second.seen
    assert replace(first, name="b").entries is first.entries
    with pytest.raises(AttributeError):
        first.unknown = 1  # type: ignore[attr-defined]


def test_what_it_does_after_its_fields_is_inherited_with_them() -> None:
    assert Account("a", [1, 2]).total == 3
    savings = Savings("a", [1, 2], rate=3)
    assert (savings.total, savings.rate) == (3, 3)


@pytest.mark.parametrize("kind", [frozen, mutable])
def test_a_wrong_call_says_whose_it_was_the_first_time_and_every_time(kind: Any) -> None:
    class Pair:
        """Two words."""

        left: str
        right: str = ""

    made: Any = kind(Pair)
    for _ in range(2):
        with pytest.raises(TypeError, match=r"Pair.__init__\(\) missing 1 required positional argument: 'left'"):
            made()
        with pytest.raises(TypeError, match="unexpected keyword argument 'middle'"):
            made("a", middle="b")
    assert made("a").right == ""


def test_what_is_made_first_by_many_threads_is_made_for_each() -> None:
    @frozen
    class Pair:
        """Two words."""

        left: int
        right: tuple[int, ...] = field(default_factory=tuple)

    with ThreadPoolExecutor(8) as threads:
        assert [pair.left for pair in threads.map(Pair, range(64))] == list(range(64))
