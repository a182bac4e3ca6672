"""What follows from a client's field lines and its address alone, whatever it asks for: kept while it says the same."""

from gatewayctl.core.messages import RequestHead, Said
from gatewayctl.proxy.origin import Origin


class Acquaintance(Said):
    """See ``Said``. What is None has not been asked for yet."""

    __slots__ = ("origin", "passed", "request_id", "trace")

    def __init__(self) -> None:
        super().__init__()
        self.origin: Origin | None = None
        self.trace: tuple[bytes, bytes] | None = None
        """Trace id and flags that are continued, where ``origin`` is known."""
        self.request_id = b""
        """The id that is kept, where ``origin`` is known; empty if there is none."""
        self.passed: bytes | None = None
        """The lines that go on to a service, where no step edits them."""

    def learn(self, block: bytes, parser: object, head: RequestHead) -> None:
        super().learn(block, parser, head)
        self.origin = self.passed = None
