"""What a slot may hold at all: segments and paths of canonical form, values of headers and of the query.

``plain`` leaves out what a server behind might read in another way (``;`` and empty segments before the last): such a
request is never refused as ambiguous. What is asked is asked of plain requests first, of all others after.
"""

from collections.abc import Callable
from typing import Final

from gatewayctl.core.frozen import frozen
from gatewayctl.routing.automaton import Automaton
from gatewayctl.routing.languages import HEADER_VALUE, path_language, segment_language
from gatewayctl.routing.regex_ast import ALL_BYTES, Chars, Node, Repeat
from gatewayctl.routing.spec import RoutingOptions


@frozen
class Words:
    """A domain: ``automaton`` accepts its words; ``empty`` whether the empty one is among them beside."""

    automaton: Automaton
    empty: bool

    def holds(self, word: bytes) -> bool:
        """Whether the word is in the domain."""
        return self.automaton.accepts(word) if word else self.empty


_ANYTHING: Final = Repeat(Chars(ALL_BYTES), 0, None)


class Domains:
    """The domains of one engine, each made when it is first asked for."""

    __slots__ = ("_made", "_options")

    def __init__(self, options: RoutingOptions) -> None:
        self._options = options
        self._made: dict[str, Automaton] = {}

    def segments(self, *, plain: bool, last: bool) -> Words:
        """The segments of canonical paths, the last or one before it."""
        empty = last or not (plain or self._options.merge_slashes)
        return Words(self._automaton(f"segment {plain}", lambda: segment_language(self._options, plain=plain)), empty)

    def paths(self, *, plain: bool) -> Automaton:
        """Whole canonical paths."""
        return self._automaton(f"path {plain}", lambda: path_language(self._options, plain=plain))

    def values(self, *, header: bool) -> Words:
        """The values that a header field may have; those of a query parameter are whatever bytes."""
        return Words(self._automaton(f"value {header}", lambda: HEADER_VALUE if header else _ANYTHING), empty=True)

    def _automaton(self, name: str, language: Callable[[], Node]) -> Automaton:
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = Automaton(language())
        return made
