"""Durations and sizes: what is understood, what is refused and with which advice, and that writing gives back reading."""

import pytest

from gatewayctl.core.units import format_duration, format_size, parse_duration, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0s", 0.0),
        ("250ms", 0.25),
        ("5s", 5.0),
        ("1.5s", 1.5),
        ("1m30s", 90.0),
        ("1h", 3600.0),
        ("2d", 172_800.0),
        ("1d2h3m4s5ms", 93_784.005),
        ("0.5h", 1800.0),
    ],
)
def test_a_duration_is_so_many_seconds(text: str, seconds: float) -> None:
    assert parse_duration(text) == pytest.approx(seconds)


@pytest.mark.parametrize("text", ["5", "1.5"])
def test_a_bare_number_is_no_duration_and_the_message_names_both_units(text: str) -> None:
    with pytest.raises(ValueError, match=f'"{text}s" or "{text}ms"'):
        parse_duration(text)


@pytest.mark.parametrize(
    "text", ["", "s", "5 s", "-5s", "5S", "5sec", "1,5s", "5s ", " 5s", ".5s", "5.s", "1e3s", "٣s"]
)
def test_what_is_no_duration_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="duration"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["30s1m", "1s1s", "1m1m", "5ms1s"])
def test_units_out_of_order_or_twice_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="large to small"):
        parse_duration(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (0.25, "250ms"), (5, "5s"), (90, "1m30s"), (3600, "1h"), (86_400, "1d"), (93_784.005, "1d2h3m4s5ms")],
)
def test_a_duration_is_written_in_the_shortest_way(seconds: float, text: str) -> None:
    assert format_duration(seconds) == text


@pytest.mark.parametrize("millis", [0, 1, 999, 1000, 1001, 59_999, 60_000, 3_600_001, 86_400_000, 90_061_001])
def test_a_written_duration_reads_back(millis: int) -> None:
    assert round(parse_duration(format_duration(millis / 1000)) * 1000) == millis


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0B", 0),
        ("1B", 1),
        ("16KiB", 16_384),
        ("1 MiB", 1 << 20),
        ("2GiB", 2 << 30),
        ("1TiB", 1 << 40),
        ("10KB", 10_000),
        ("10MB", 10**7),
        ("1.5KiB", 1536),
        ("1GB", 10**9),
        ("1TB", 10**12),
    ],
)
def test_a_size_is_so_many_bytes(text: str, size: int) -> None:
    assert parse_size(text) == size


def test_a_bare_number_is_no_size_and_the_message_says_what_to_write() -> None:
    with pytest.raises(ValueError, match='"16B" or "16KiB"'):
        parse_size("16")


@pytest.mark.parametrize("text", ["", "KiB", "1kib", "1 K", "-1B", "1  KiB", "1KiB ", "1,5KiB", "1Kib", "one"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0B"), (1, "1B"), (1000, "1000B"), (1024, "1KiB"), (1536, "1536B"), (1 << 20, "1MiB"), (3 << 40, "3TiB")],
)
def test_a_size_is_written_exactly_in_the_largest_unit_that_fits(size: int, text: str) -> None:
    assert format_size(size) == text
    assert parse_size(text) == size
