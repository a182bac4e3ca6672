"""Decisions are remembered for a bounded number of requests, kinds and samples; secrets of routes are masked in samples."""

from pathlib import Path

from gatewayctl.config import load
from gatewayctl.diff import Side, side_of
from gatewayctl.plan import compile_plan
from gatewayctl.replay.entry import Entry
from gatewayctl.replay.formats import LineReader
from gatewayctl.replay.replaying import SAMPLES, Replay
from gatewayctl.replay.text import notes, share


def side(folder: Path, name: str, routes: str, **environ: str) -> Side:
    file = folder / f"{name}.toml"
    file.write_text(f"version = 1\n{routes}")
    loaded = load([file], environ=environ)
    plan, diagnostics = compile_plan(loaded)
    assert plan is not None, (loaded.diagnostics, diagnostics)
    return side_of(name, loaded, plan, key=b"k" * 32, root=folder)


def asked(target: str, agent: str | None = None) -> Entry:
    return Entry(0, 0, "192.0.2.1", "GET", "a", target, "", agent)


A = '[routes.a]\npath = "/a/{id}"\nrespond = {}\n'
NOTHING = '[routes.z]\npath = "/z"\nrespond = {}\n'


def test_memory_is_bounded_and_forgetting_changes_no_count(tmp_path: Path) -> None:
    sides = side(tmp_path, "old", A), side(tmp_path, "new", NOTHING)
    small, large = Replay(*sides, remembered=10), Replay(*sides)
    most = 0
    for line, number in enumerate([*range(300), *range(300)], 1):
        for replay in (small, large):
            replay.take(line, asked(f"/a/{number}"))
        most = max(most, small.remembered)

    assert most == 10
    assert large.remembered == 300
    (one,), (other,) = small.found(), large.found()
    assert (one.kind, one.requests) == (other.kind, other.requests)
    assert one.requests == small.changed == 600
    assert one.samples == other.samples
    assert [sample.line for sample in one.samples] == list(range(1, SAMPLES + 1))


def test_a_flood_of_long_requests_is_not_remembered(tmp_path: Path) -> None:
    replay = Replay(side(tmp_path, "old", A), side(tmp_path, "new", NOTHING))
    replay.take(1, asked("/a/" + "x" * 5_000))

    assert (replay.remembered, replay.changed) == (0, 1)


def test_what_was_sent_without_being_utf_8_can_be_shown(tmp_path: Path) -> None:
    replay = Replay(side(tmp_path, "old", A), side(tmp_path, "new", NOTHING))
    replay.take(1, asked("/a/1?\udcff="))

    assert replay.found()[0].samples[0].request == "GET http://a/a/1?\\xff=*"


def test_the_secret_of_a_route_is_masked_in_samples(tmp_path: Path) -> None:
    guarded = A + 'query = { key = "${secret:KEY}" }\n'
    sides = side(tmp_path, "old", guarded, KEY="hunter2"), side(tmp_path, "new", NOTHING)
    replay = Replay(*sides)
    replay.take(1, asked("/a/1?key=hunter2"))
    replay.take(2, asked("/a/1?key=*"))

    (one,) = replay.found()
    assert one.requests == 1
    assert "hunter2" not in one.samples[0].request
    assert any("query values that the log has masked" in note for note in notes(replay))


def test_the_user_agent_decides_where_a_route_asks_for_it_and_other_fields_are_said_to_be_unknown(
    tmp_path: Path,
) -> None:
    by_agent = A + 'headers = { user-agent = "bot" }\n'
    other = by_agent.replace("routes.a", "routes.b").replace("/a/", "/b/").replace("user-agent", "x-beta")
    replay = Replay(side(tmp_path, "old", by_agent + other), side(tmp_path, "new", NOTHING))
    for line, agent in enumerate(("bot", "curl", None, "bot"), 1):
        replay.take(line, asked("/a/1", agent))

    assert (replay.requests, replay.changed) == (4, 2)
    assert [note for note in notes(replay) if note.endswith("those of b")]


def test_shares_never_hide_what_there_is() -> None:
    assert [share(part, 100_000) for part in (0, 1, 20, 100, 50_000, 99_999, 100_000)] == [
        "0 %",
        "< 0.01 %",
        "0.02 %",
        "0.1 %",
        "50.0 %",
        "> 99.9 %",
        "100 %",
    ]


def test_of_the_query_of_a_sample_only_what_routes_ask_for_is_shown(tmp_path: Path) -> None:
    asks = A + 'query = { v = "2", w = "~[0-9]+", key = "*" }\n'
    replay = Replay(side(tmp_path, "old", asks), side(tmp_path, "new", NOTHING))
    replay.take(1, asked("/a/1?v=2&w=%31&key=hunter2&token=hunter2&hunter2&v=hunter2"))

    (sample,) = replay.found()[0].samples
    assert sample.request == "GET http://a/a/1?v=2&w=%31&key=*&token=*&*&v=*"


def test_users_and_passwords_of_urls_are_no_part_of_a_host(tmp_path: Path) -> None:
    replay = Replay(side(tmp_path, "old", A), side(tmp_path, "new", NOTHING))
    line = b'192.0.2.1 - - [10/Oct/2026:13:55:36 +0000] "GET http://joe:hunter2@a/a/1 HTTP/1.1" 200 1 "-" "-"'
    replay.take(1, LineReader().read(line))

    assert replay.found()[0].samples[0].request == "GET http://a/a/1"
