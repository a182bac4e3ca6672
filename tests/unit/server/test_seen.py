"""Noticing changes: what was read is compared with what is there, through links, patterns and missing directories."""

import os
from pathlib import Path

import pytest

from gatewayctl.server.seen import Recorder, Seen
from gatewayctl.server.trails import trails


def _read(*files: Path) -> Seen:
    recorder = Recorder()
    for file in files:
        recorder.read(file, 1 << 20)
    return recorder.seen(())


def test_a_file_that_stays_the_same_has_not_changed(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("one")
    seen = _read(file)
    os.utime(file, (0, 0))

    assert seen.again() == seen


def test_an_edit_after_the_reading_is_a_change_however_early(tmp_path: Path) -> None:
    file = tmp_path / "a.toml"
    file.write_text("one")
    recorder = Recorder()
    recorder.read(file, 1 << 20)
    file.write_text("two")
    seen = recorder.seen((file,))

    assert seen.again() != seen


def test_a_file_that_was_missing_and_comes_is_a_change(tmp_path: Path) -> None:
    recorder = Recorder()
    with pytest.raises(FileNotFoundError):
        recorder.read(tmp_path / "a.toml", 100)
    seen = recorder.seen(())
    assert seen.again() == seen
    (tmp_path / "a.toml").touch()

    assert seen.again() != seen


def test_only_what_a_pattern_matches_counts(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.matches(tmp_path, "*.toml")
    seen = recorder.seen(())
    (tmp_path / "access.log").touch()
    (tmp_path / ".hidden.toml").touch()
    assert seen.again() == seen
    (tmp_path / "b.toml").touch()

    assert seen.again() != seen


def test_a_pipe_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    seen = Seen({str(tmp_path / "pipe"): (100, b"")})

    assert seen.again() == seen


def test_every_link_on_the_way_matters_and_its_directory_is_watched(tmp_path: Path) -> None:
    (tmp_path / "releases/1").mkdir(parents=True)
    (tmp_path / "releases/1/a.toml").touch()
    (tmp_path / "app").mkdir()
    (tmp_path / "app/current").symlink_to("../releases/1")
    found = trails(_read(tmp_path / "app/current/a.toml"))

    assert found.matter(str(tmp_path / "app/current"))
    assert found.matter(str(tmp_path / "releases/1/a.toml"))
    assert not found.matter(str(tmp_path / "app/access.jsonl"))
    assert {str(tmp_path / "app"), str(tmp_path / "releases/1")} <= {folder for folder, _, _ in found.folders}


def test_a_loop_of_links_ends(tmp_path: Path) -> None:
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")

    assert trails(Seen({str(tmp_path / "a/x.toml"): (100, b"")})).matter(str(tmp_path / "b"))


def test_for_a_directory_that_is_missing_the_one_above_is_watched(tmp_path: Path) -> None:
    recorder = Recorder()
    recorder.matches(tmp_path, "conf.d/*.toml")
    found = trails(recorder.seen(()))

    assert str(tmp_path) in {folder for folder, _, _ in found.folders}
    assert found.matter(str(tmp_path / "conf.d"))
    assert found.matter(str(tmp_path / "conf.d/new.toml"))
