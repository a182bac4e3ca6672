"""``cli`` and ``directory``, as the tests of the command line have them."""

from tests.offline.cli.conftest import cli, directory

__all__ = ["cli", "directory"]
