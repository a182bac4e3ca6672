"""Text from outside (headers, paths, bodies) made fit to be shown."""


def visible(text: str) -> str:
    """On one line, and without anything that could steer a terminal: control characters are escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
