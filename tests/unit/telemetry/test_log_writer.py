"""Lines reach their file: all of them, whole, in order, over rotations; and the writer ends when it is told to."""

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewayctl.telemetry.log_writer import MAX_PENDING, PIECE, LogWriter
from tests.support.waiting import wait_for
from tests.unit.telemetry.writing import Pipe, Timer, closing, content, numbered, numbers_in


def test_a_line_is_written_when_its_time_has_come(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        writer.write(b"one\n")
        assert len(timer.waiting) == 1
        timer.fire()
        wait_for(lambda: content(log) == b"one\n")


def test_a_second_line_after_a_silence_is_written_too(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        for expected in (b"one\n", b"one\ntwo\n", b"one\ntwo\nthree\n"):
            writer.write(expected.splitlines(keepends=True)[-1])
            timer.fire()
            wait_for(lambda expected=expected: content(log) == expected)  # type: ignore[misc]


def test_lines_that_come_together_cost_one_timer(tmp_path: Path) -> None:
    timer = Timer()
    with closing(LogWriter.to_file(str(tmp_path / "access.log"), timer)) as writer:
        for line in numbered(range(100)):
            writer.write(line)
        assert len(timer.waiting) == 1


def test_a_large_pile_does_not_wait_for_the_timer(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    lines = numbered(range(PIECE // 64))
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        for line in lines:
            writer.write(line)
        wait_for(lambda: content(log) == b"".join(lines))


def test_a_line_after_a_large_pile_is_written_when_its_time_has_come(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        writer.write(b"x" * (2 * PIECE) + b"\n")
        wait_for(lambda: len(content(log)) == 2 * PIECE + 1)
        writer.write(b"after\n")
        timer.fire()
        wait_for(lambda: content(log).endswith(b"\nafter\n"))


def test_many_lines_arrive_whole_and_in_order(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with closing(LogWriter.to_file(str(log), Timer())) as writer:
        for start in range(0, 40_000, 1000):
            for line in numbered(range(start, start + 1000)):
                writer.write(line)
            wait_for(lambda start=start: len(content(log)) > 64 * start - MAX_PENDING // 2)  # type: ignore[misc]
    assert numbers_in(content(log)) == list(range(40_000))
    assert writer.dropped == 0


@settings(max_examples=25, deadline=None)
@given(sizes=st.lists(st.one_of(st.integers(1, 300), st.integers(PIECE - 2, PIECE + 2)), max_size=7))
def test_what_is_written_is_what_arrives_whatever_its_size(sizes: list[int]) -> None:
    lines = [bytes([65 + place]) * size + b"\n" for place, size in enumerate(sizes)]
    with Pipe() as pipe:
        pipe.read_along()
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            for line in lines:
                writer.write(line)
        assert pipe.rest() == b"".join(lines)
    assert writer.dropped == 0


def test_closing_writes_what_waits(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    writer = LogWriter.to_file(str(log), Timer())
    writer.write(b"last words\n")
    writer.close()
    assert content(log) == b"last words\n"


def test_closing_twice_is_the_same_as_once(tmp_path: Path) -> None:
    writer = LogWriter.to_file(str(tmp_path / "access.log"), Timer())
    writer.close()
    writer.close()
    assert not writer._thread.is_alive()


def test_a_timer_that_comes_after_the_end_does_no_harm(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    writer = LogWriter.to_file(str(log), timer)
    writer.write(b"one\n")
    writer.close()
    timer.fire()
    assert content(log) == b"one\n"


def test_a_line_after_the_end_is_counted_as_dropped(tmp_path: Path) -> None:
    timer = Timer()
    writer = LogWriter.to_file(str(tmp_path / "access.log"), timer)
    writer.close()
    writer.write(b"too late\n")
    timer.fire()
    assert writer.dropped == 1


def test_a_file_is_appended_to_and_kept_from_others(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        log = tmp_path / "access.log"
        log.write_bytes(b"old\n")
        fresh = tmp_path / "fresh.log"
        for path in (log, fresh):
            with closing(LogWriter.to_file(str(path), Timer())) as writer:
                writer.write(b"new\n")
    finally:
        os.umask(before)
    assert content(log) == b"old\nnew\n"
    assert stat.S_IMODE(fresh.stat().st_mode) == 0o640


def test_a_file_that_cannot_be_opened_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        LogWriter.to_file(str(tmp_path / "missing" / "access.log"), Timer())


def test_a_descriptor_stays_open() -> None:
    with Pipe() as pipe:
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            writer.write(b"one\n")
            writer.reopen()
            writer.write(b"two\n")
        os.write(pipe.writer, b"three\n")
        pipe.read_along()
        assert pipe.rest() == b"one\ntwo\nthree\n"


# ── rotation ──────────────────────────────────────────────────────────────


def test_after_rotation_lines_go_to_the_new_file(tmp_path: Path) -> None:
    log, old = tmp_path / "access.log", tmp_path / "access.log.1"
    with closing(LogWriter.to_file(str(log), Timer())) as writer:
        writer.write(b"before\n")
        log.rename(old)
        writer.reopen()
        writer.write(b"after\n")
    assert (content(old), content(log)) == (b"", b"before\nafter\n")


def test_lines_written_before_a_rename_stay_with_the_old_file(tmp_path: Path) -> None:
    timer, log, old = Timer(), tmp_path / "access.log", tmp_path / "access.log.1"
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        writer.write(b"before\n")
        timer.fire()
        wait_for(lambda: content(log))
        log.rename(old)
        writer.write(b"between\n")
        writer.reopen()
        writer.write(b"after\n")
    assert (content(old), content(log)) == (b"before\nbetween\n", b"after\n")


def test_reopening_before_the_first_line_holds_nothing_up(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        writer.reopen()
        for expected in (b"one\n", b"one\ntwo\n"):
            writer.write(expected.splitlines(keepends=True)[-1])
            timer.fire()
            wait_for(lambda expected=expected: content(log) == expected)  # type: ignore[misc]


def test_rotating_again_and_again_loses_and_tears_no_line(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    rotated = []
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        for turn in range(30):
            for line in numbered(range(200 * turn, 200 * turn + 200)):
                writer.write(line)
            if turn % 3 == 2:
                timer.fire()
                wait_for(log.exists)  # that far, and no further, the thread has come: it may be writing just now
                rotated.append(log.rename(tmp_path / f"access.log.{turn}"))
                writer.reopen()
    assert len(rotated) == 10
    found = [number for path in [*rotated, log] for number in numbers_in(content(path))]
    assert found == list(range(6000))
    assert writer.dropped == 0
