"""When lines cannot be written: traffic never waits, what is given up is counted, and what arrives is whole."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest

from gatewayctl.telemetry.log_writer import MAX_PENDING, PIECE, LogWriter
from tests.support.waiting import wait_for
from tests.unit.telemetry.writing import Pipe, Timer, closing, content, numbered, numbers_in

PIPE_CAPACITY = 1 << 16


def test_a_full_disk_drops_and_counts_every_line_and_says_why() -> None:
    timer = Timer()
    with closing(LogWriter.to_file("/dev/full", timer)) as writer:
        for line in numbered(range(5000)):
            writer.write(line)
        timer.fire()
        wait_for(lambda: writer.dropped == 5000)
        assert writer.error == "No space left on device"


def test_writing_goes_on_once_there_is_room_again(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    target = ["/dev/full"]
    with closing(
        LogWriter(lambda: os.open(target[0], os.O_WRONLY | os.O_CREAT), owned=True, call_later=timer)
    ) as writer:
        writer.write(b"lost\n")
        timer.fire()
        wait_for(lambda: writer.error)
        target[0] = str(log)
        writer.reopen()
        writer.write(b"kept\n")
        timer.fire()
        wait_for(lambda: content(log) == b"kept\n")
        wait_for(lambda: not writer.error)
        assert writer.dropped == 1


def test_a_file_that_cannot_be_reopened_is_tried_again_with_the_next_lines(tmp_path: Path) -> None:
    timer, directory = Timer(), tmp_path / "logs"
    directory.mkdir()
    log = directory / "access.log"
    with closing(LogWriter.to_file(str(log), timer)) as writer:
        directory.rename(tmp_path / "moved")
        writer.reopen()
        writer.write(b"lost\n")
        timer.fire()
        wait_for(lambda: writer.error == "No such file or directory")
        directory.mkdir()
        writer.write(b"kept\n")
        timer.fire()
        wait_for(lambda: content(log) == b"kept\n")
        assert writer.dropped == 1


def test_a_reader_that_has_gone_is_a_fault_like_any_other() -> None:
    timer = Timer()
    with Pipe() as pipe, closing(LogWriter.to_descriptor(pipe.writer, timer)) as writer:
        pipe.stop_reading()
        writer.write(b"lost\n")
        timer.fire()
        wait_for(lambda: writer.error == "Broken pipe")
        assert writer.dropped == 1


def test_a_stopped_pipe_drops_the_rest_counts_it_and_tears_nothing() -> None:
    written = 3 * MAX_PENDING // 64
    with Pipe() as pipe:
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            for line in numbered(range(written)):
                writer.write(line)  # must not wait: nobody reads
            dropped = writer.dropped
            pipe.read_along()
        found = numbers_in(pipe.rest())
    assert dropped > 0
    assert len(found) + writer.dropped == written
    assert found == sorted(found)
    assert MAX_PENDING - PIECE <= 64 * (written - dropped) <= MAX_PENDING + PIECE + PIPE_CAPACITY


def test_after_a_stopped_pipe_has_emptied_lines_are_kept_again() -> None:
    with Pipe() as pipe:
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            for line in numbered(range(3 * MAX_PENDING // 64)):
                writer.write(line)
            dropped = writer.dropped
            pipe.read_along()
            wait_for(lambda: writer._pieces.empty(), "the thread has taken all that was handed over")
            writer.write(b"again\n")
        assert pipe.rest().endswith(b"\nagain\n")
        assert writer.dropped == dropped


def test_a_line_larger_than_all_that_may_wait_is_dropped_alone(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    with closing(LogWriter.to_file(str(log), Timer())) as writer:
        writer.write(b"x" * (MAX_PENDING + 1) + b"\n")
        writer.write(b"small\n")
    assert (writer.dropped, content(log)) == (1, b"small\n")


def test_closing_does_not_wait_for_a_stopped_pipe() -> None:
    with Pipe() as pipe:
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            for line in numbered(range(4 * PIPE_CAPACITY // 64)):
                writer.write(line)
            writer.close(timeout=0.05)
            assert writer._thread.is_alive()
            pipe.read_along()
        assert numbers_in(pipe.rest()) == list(range(4 * PIPE_CAPACITY // 64))


@pytest.mark.parametrize("reading_from", [1, 20_000, 40_000])
def test_every_line_is_written_or_counted_whenever_the_reader_begins(reading_from: int) -> None:
    written = 60_000
    with Pipe() as pipe:
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            for number, line in enumerate(numbered(range(written))):
                writer.write(line)
                if number == reading_from:
                    pipe.read_along()
            writer.close(timeout=30)
        found = numbers_in(pipe.rest())
    assert found == sorted(found)
    assert len(found) + writer.dropped == written


def test_a_descriptor_that_does_not_block_is_waited_for() -> None:
    written = 4 * PIPE_CAPACITY // 64
    with Pipe() as pipe:
        os.set_blocking(pipe.writer, False)
        with closing(LogWriter.to_descriptor(pipe.writer, Timer())) as writer:
            for line in numbered(range(written)):
                writer.write(line)
            wait_for(lambda: not select.select([], [pipe.writer], [], 0)[1], "the pipe is full")
            pipe.read_along()
            writer.close(timeout=30)
        assert numbers_in(pipe.rest()) == list(range(written))
    assert writer.dropped == 0


DISK_FULL_HALFWAY = """
import resource, sys
from gatewayctl.telemetry.log_writer import LogWriter
from tests.support.waiting import wait_for
from tests.unit.telemetry.writing import Timer, numbered

unlimited = resource.getrlimit(resource.RLIMIT_FSIZE)
timer = Timer()
writer = LogWriter.to_file(sys.argv[1], timer)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, unlimited[1]))
for line in numbered(range(20)):
    writer.write(line)
timer.fire()
wait_for(lambda: writer.error)
resource.setrlimit(resource.RLIMIT_FSIZE, unlimited)
for line in numbered(range(20, 25)):
    writer.write(line)
writer.close()
print(writer.dropped)
"""


def test_a_disk_that_fills_up_within_a_line_tears_only_that_line(tmp_path: Path) -> None:
    log = tmp_path / "access.log"
    path = {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)}
    done = subprocess.run(
        [sys.executable, "-c", DISK_FULL_HALFWAY, str(log)],
        env=os.environ | path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = content(log).splitlines(keepends=True)
    whole = [line for line in lines if len(line) == 64]
    assert numbers_in(b"".join(whole)) == [*range(15), *range(20, 25)]
    assert len(lines) - len(whole) <= 1
    assert int(done.stdout) == 25 - len(whole)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_file_that_cannot_be_closed_does_not_end_the_log(tmp_path: Path) -> None:
    timer, log = Timer(), tmp_path / "access.log"
    opened: list[int] = []

    def open_sink() -> int:
        opened.append(os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT))
        return opened[-1]

    with closing(LogWriter(open_sink, owned=True, call_later=timer)) as writer:
        writer.write(b"one\n")
        timer.fire()
        wait_for(lambda: content(log) == b"one\n")
        os.close(opened[-1])  # stands for a close that fails, as it can on a network file system
        writer.reopen()
        writer.write(b"two\n")
    assert content(log) == b"one\ntwo\n"
