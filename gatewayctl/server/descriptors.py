"""File descriptors: the standard ones are there, and there are as many as the system allows."""

import os
import resource


def open_standard() -> None:
    """Whoever starts us may have closed some: the first sockets would then take their numbers, and get our log."""
    for descriptor in (0, 1, 2):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free


def raise_limit() -> tuple[int, int]:
    """Raises the limit of open files from the soft to the hard one, for us and what we start. Gives both as they are then.

    The soft one is low (1024) for the sake of ``select``, which nothing here uses. Every connection takes one or two.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # a system that says "unlimited" and does not mean it
            return soft, hard
    return resource.getrlimit(resource.RLIMIT_NOFILE)
