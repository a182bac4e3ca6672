"""A connection goes back to the pool only after exactly one whole response: what was poisoned is never used again.

Judged by the strict reader of ``tests.support.http1``, on a connection whose other end is the test.
"""

from hypothesis import given, settings

from tests.property.mutations import in_pieces, mutated, rows
from tests.support.http1 import IncompleteError, MalformedError, Source, read_response
from tests.unit.proxy.scene import answer
from tests.unit.upstream.recording import Bench, Recorder

RESPONSES = rows("said")


def _ends(receiver: Recorder) -> int:
    """How often the receiver was told that a response is over."""
    return sum(event.startswith(("end", "failure")) or event.endswith("complete") for event in receiver.events)


def _is_one_whole_response(said: bytes) -> bool:
    source = Source(said)
    try:
        response = read_response(source, lenient=True)
    except (MalformedError, IncompleteError):
        return False
    return not response.cut and source.buffer == b""


@settings(max_examples=1500, deadline=None, derandomize=True)
@given(parts=in_pieces(mutated(RESPONSES)))
def test_a_connection_is_used_again_only_after_exactly_one_whole_response(parts: list[bytes]) -> None:
    said = b"".join(parts)
    with Bench() as bench:
        receiver = bench.send()
        bench.said(*(part for part in parts if part))
        assert bench.reports == []
        assert _ends(receiver) <= 1, (said, receiver.events)
        if bench.state == "idle":
            assert _ends(receiver) == 1
            assert bench.instance.idle == 1
            assert _is_one_whole_response(said), (said, receiver.events)
            bench.said(answer(b"second"))  # an answer to a request that nobody has made
            assert (bench.state, bench.instance.idle) == ("closed", 0)
        elif bench.state == "closed":
            assert (_ends(receiver), bench.instance.idle) == (1, 0), (said, receiver.events)
        else:
            bench.ended()
            assert _ends(receiver) == 1, (said, receiver.events)  # nobody waits for ever
            assert (bench.state, bench.instance.idle) == ("closed", 0)
        assert sum(event.startswith("response") for event in receiver.events) <= 1


@settings(max_examples=300, deadline=None, derandomize=True)
@given(parts=in_pieces(mutated(RESPONSES)))
def test_a_service_that_falls_silent_is_given_up(parts: list[bytes]) -> None:
    with Bench() as bench:
        receiver = bench.send()
        bench.connection.wait_until(bench.clock() + 5, "nothing came")
        bench.said(*(part for part in parts if part))
        if bench.state in {"waiting", "body"}:
            bench.connection.on_deadline(bench.connection.deadline)

        assert _ends(receiver) == 1, receiver.events
