"""Text from outside is shown, never obeyed."""

from gatewayctl.routetest.visible import visible


def test_control_characters_are_escaped() -> None:
    assert visible("red \x1b[31m\r\n\x07 ok é") == "red \\x1b[31m\\r\\n\\x07 ok é"


def test_printable_text_stays_as_it_is() -> None:
    assert visible("GET /a → b") == "GET /a → b"
