"""Nothing that an event says can begin another line, or move a terminal's cursor."""

import pytest

from gatewayctl.server.events import EventLog

HARMFUL = "a\nb\x1b[2Jc\x9bd\u2028e"


@pytest.mark.parametrize("form", ["console", "json"])
def test_an_event_is_one_line_whatever_its_message_holds(form: str) -> None:
    written: list[bytes] = []
    EventLog(written.append, form=form, clock=lambda: 0.0).event("warning", HARMFUL, fact="fine")

    text = b"".join(written).decode()
    assert text.count("\n") == (2 if form == "console" else 1), "the message, and the fact below it"
    assert not any(mark in text for mark in "\x1b\x9b\u2028")
