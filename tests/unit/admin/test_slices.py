"""Large answers let the event loop run."""

import asyncio
from collections.abc import Iterator

from gatewayctl.admin.slices import SLICE, joined


class Clock:
    """Goes on by ``step`` whenever it is read."""

    def __init__(self, step: float) -> None:
        self.now, self.step = 0.0, step

    def __call__(self) -> float:
        self.now += self.step
        return self.now


def turns_during(pieces: Iterator[bytes], clock: Clock) -> tuple[bytes, int]:
    """The result, and how often something else came to its turn meanwhile."""

    async def run() -> tuple[bytes, int]:
        turns = 0
        done = False

        async def other() -> None:
            nonlocal turns
            while not done:
                turns += 1
                await asyncio.sleep(0)

        task = asyncio.create_task(other())
        await asyncio.sleep(0)
        before = turns
        data = await joined(pieces, clock)
        during = turns - before
        done = True
        await task
        return data, during

    return asyncio.run(run())


def test_pieces_are_put_together_in_order() -> None:
    assert turns_during(iter([b"a", b"", b"bc"]), Clock(0.0)) == (b"abc", 0)


def test_others_have_their_turn_after_each_slice() -> None:
    data, turns = turns_during((b"x" for _ in range(100)), Clock(SLICE))
    assert data == b"x" * 100
    assert turns >= 99


def test_pieces_that_cost_little_share_a_slice() -> None:
    _, turns = turns_during((b"x" for _ in range(100)), Clock(SLICE / 50))
    assert 1 <= turns <= 3


def test_a_fault_of_a_piece_is_raised() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"a"
        raise RuntimeError("broken")

    try:
        turns_during(pieces(), Clock(0.0))
    except RuntimeError as error:
        assert str(error) == "broken"
    else:
        raise AssertionError("nothing was raised")
