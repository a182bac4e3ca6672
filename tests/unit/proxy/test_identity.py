"""Request ids and trace context: what is kept, what is made, what is sampled."""

import os

import pytest

from gatewayctl.core.fields import field
from gatewayctl.proxy.identity import Entropy, acceptable_request_id, continued_trace, sample_below

TRACE = b"0af7651916cd43dd8448eb211c80319c"
VALID = b"00-" + TRACE + b"-b7ad6b7169203331-01"


@pytest.mark.parametrize("value", [b"a", b"0af7651916cd43dd", b"req_1.2~3:4/5+6=7@8-9", b"x" * 128])
def test_an_id_of_harmless_characters_is_kept(value: bytes) -> None:
    assert acceptable_request_id(value)


@pytest.mark.parametrize(
    "value", [b"", b"x" * 129, b"a b", b'a"b', b"a\\b", b"a<b", b"\xff", b"a\r\nb", b"a;b", b"a,b"]
)
def test_an_id_of_anything_else_is_not(value: bytes) -> None:
    assert not acceptable_request_id(value)


def test_a_valid_trace_is_continued_with_its_flags() -> None:
    assert continued_trace([field(b"traceparent", VALID)]) == (TRACE, b"01")


def test_a_higher_version_may_carry_more() -> None:
    assert continued_trace([field(b"traceparent", b"cc" + VALID[2:] + b"-what-ever")]) == (TRACE, b"01")


@pytest.mark.parametrize(
    "values",
    [
        [],
        [b""],
        [b"nonsense"],
        [VALID, VALID],
        [VALID + b"-more"],
        [VALID.upper()],
        [b"ff" + VALID[2:]],
        [b"00-" + b"0" * 32 + b"-b7ad6b7169203331-01"],
        [b"00-" + TRACE + b"-" + b"0" * 16 + b"-01"],
        [VALID + b"x"],
        [b"cc" + VALID[2:] + b"x"],
    ],
)
def test_anything_else_starts_a_new_trace(values: list[bytes]) -> None:
    assert continued_trace([field(b"traceparent", value) for value in values]) is None


def test_random_digits_never_repeat() -> None:
    entropy = Entropy(os.urandom)
    seen = [entropy.hex(48) for _ in range(2_000)]

    assert len(set(seen)) == len(seen)
    assert all(len(one) == 48 and int(one, 16) >= 0 for one in seen)


def test_random_digits_are_those_of_the_source_each_used_once() -> None:
    numbers = iter(range(1_000_000))
    entropy = Entropy(lambda size: b"".join(next(numbers).to_bytes(4, "big") for _ in range(size // 4)))

    words = [int(entropy.hex(8), 16) for _ in range(10_000)]

    assert words == sorted(set(words))


def test_everything_or_nothing_is_sampled() -> None:
    assert sample_below(1.0) > b"f" * 14
    assert not sample_below(0.0) > b"0" * 14


@pytest.mark.parametrize("ratio", [0.01, 0.25, 0.5, 0.999])
def test_a_share_of_the_trace_ids_lies_below_the_bound(ratio: float) -> None:
    steps = 10_000
    below = sum(b"%014x" % (number * (1 << 56) // steps) < sample_below(ratio) for number in range(steps))

    assert below == pytest.approx(ratio * steps, abs=1)
