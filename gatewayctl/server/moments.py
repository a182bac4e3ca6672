"""Times as they are shown."""

from datetime import UTC, datetime


def moment(seconds: float) -> str | None:
    """A time in seconds since the epoch as RFC 3339; None for 0, which is never."""
    if not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
