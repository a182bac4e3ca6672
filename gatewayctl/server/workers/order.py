"""What a worker is told at its start, on its command line: descriptors that it has inherited, and who it is."""

from gatewayctl.core.frozen import frozen


@frozen
class Order:
    """``sockets`` listen for this worker, with TLS at the addresses of ``secure``.

    ``log`` takes lines of the access log, ``terminals`` says which of stdout and stderr are terminals for people.
    """

    index: int
    workers: int
    channel: int
    log: int
    board: int
    owners: int
    sockets: list[int]
    secure: list[tuple[str, int]]
    terminals: list[str]
