"""What engines need of the place that keeps their numbers, so that the same engine runs in one process or over many.

A *record* is a few numbers under a key, all 0 for a key that was never seen. An engine is a set of pure functions from
record to record; a ``Keeper`` applies them so that nobody else comes in between: in this process (``state/records.py``)
or in memory that all workers of a host share. Times in records are whole microseconds of a clock that all share.
"""

from collections.abc import Callable, Sequence
from typing import Protocol

Record = tuple[float, ...]


class Taker(Protocol):
    """See ``policy/limits``."""

    def take(self, record: Record, cost: int, now: int) -> Record | None: ...


class Records(Protocol):
    """A table of records of one width, at most so many: the least recently used go first."""

    @property
    def id(self) -> str:
        """What it is called where it is said which tables are needed (``Keeper.retire_others``)."""

    def __len__(self) -> int:
        """How many keys are kept."""

    def read(self, key: bytes) -> Record:
        """A record as it is now."""

    def take(self, key: bytes, algorithm: Taker, cost: int, now: int) -> tuple[Record, bool]:
        """The commonest change, without ceremony: the record after ``algorithm`` took ``cost`` from it, and True; or as
        it is, and False. As atomic as ``Keeper.change``."""

    def write(self, key: bytes, record: Record) -> None:
        """For a keeper alone: ``Keeper.change`` is how records are changed."""

    @property
    def words(self) -> Sequence[int]:
        """Where others change records too, of a named table: ``words[word(key)]`` differs after each change of a record."""

    def word(self, key: bytes) -> int:
        """Which of the words."""


Place = tuple[Records, bytes]
"""Where a record is: its table and its key."""
Change = Callable[[Sequence[Record]], Sequence[Record] | None]
"""Gets some records and gives what they become, in the same order; None leaves them all as they are."""


class Keeper(Protocol):
    """The records of a gateway. ``shared``: other processes change them too."""

    @property
    def shared(self) -> bool: ...

    def records(
        self, name: str, width: int, most: int, *, owned: bool = False, named: bool = False, whole: bool = False
    ) -> Records:
        """The table of that name, made on first need; another width makes it anew, empty.

        ``owned``: what a process adds to the first number of a record, a whole one, is its own: it is taken off again when
        the process dies, and a record is kept while anything is held. ``named``: the configuration says which keys there
        are, not a client; none is ever pushed out, and the table outlives all generations. ``whole``: all its numbers are
        whole ones, which are cheaper to keep and to reckon with.
        """

    def change(self, places: Sequence[Place], by: Change) -> None:
        """Replaces those records by what ``by`` makes of them: at once, and atomically among all who share them.

        The places are distinct. A record that becomes all 0 is forgotten.
        """

    def retire_others(self, keep: set[str]) -> None:
        """Forgets the tables whose id is not in ``keep``, but for named ones; who still has one may go on using it."""
