"""The trie of patterns with a parameter or wildcard, one for each host pattern.

A node is what may stand after the segments so far: literals in a dict, then groups of equal rank, best first, then
``{rest:path}``, then ``/*``. The search goes down in the order of the path rank, so the first leaf with an entry that
takes the request is the best *within one priority*; every node knows the highest priority below it (``top``), and
after a find only what could hold a higher priority is still looked at. Segments of one rank (two regular expressions,
two mixed segments of the same shape) are walked together, because nothing before the rest of the path decides between
them.
"""

from collections.abc import Sequence

from gatewayctl.core.fields import Field
from gatewayctl.routing.compiled import Kind, Segment
from gatewayctl.routing.edges import Edges
from gatewayctl.routing.entry import LOWEST
from gatewayctl.routing.leaf import Leaf
from gatewayctl.routing.shelf import Item


class Group:
    """Children of one rank; ``top`` is the highest priority below them."""

    __slots__ = ("edges", "rank", "top")

    def __init__(self, rank: int) -> None:
        self.rank = rank
        self.edges: Edges[Node] = Edges()
        self.top = LOWEST


class Node:
    """``end``, ``rest``, ``star``: the entries that end here, with ``{name:path}``, with ``/*``."""

    __slots__ = ("end", "groups", "literals", "rest", "star", "top")

    def __init__(self) -> None:
        self.literals: dict[bytes, Node] = {}
        self.groups: tuple[Group, ...] = ()
        self.end: Leaf | None = None
        self.rest: Leaf | None = None
        self.star: Leaf | None = None
        self.top = LOWEST

    def leaf(self, segments: tuple[Segment, ...], priority: int) -> Leaf:
        """The leaf of a pattern, made if need be; every node on the way learns the priority."""
        node = self
        for segment in segments:
            node.top = max(node.top, priority)
            if segment.kind == Kind.REST:
                node.rest = node.rest or Leaf()
                return node.rest
            if segment.kind == Kind.STAR:
                node.star = node.star or Leaf()
                return node.star
            node = node._child(segment, priority)
        node.top = max(node.top, priority)
        node.end = node.end or Leaf()
        return node.end

    def _child(self, segment: Segment, priority: int) -> "Node":
        if segment.kind == Kind.LITERAL:
            text = segment.pieces[0].text
            child = self.literals.get(text)
            if child is None:
                child = self.literals[text] = Node()
            return child
        group = next((group for group in self.groups if group.rank == segment.rank), None)
        if group is None:
            group = Group(segment.rank)
            self.groups = tuple(sorted((*self.groups, group), key=_rank))
        group.top = max(group.top, priority)
        child = group.edges.get(segment)
        if child is None:
            child = Node()
            group.edges.add(segment, child)
        return child


def _rank(group: Group) -> int:
    return group.rank


def find(
    node: Node,
    segments: Sequence[bytes],
    floor: int,
    method: bytes,
    query: bytes,
    fields: Sequence[Field] | None,
) -> Item | None:
    """The best entry below the root ``node`` above priority ``floor``; ``segments`` is the path split at slashes.

    Depth first without recursion: ``choice`` is the group to be tried next at this node (-1: first its literals), and
    the stack holds the nodes that have choices left.
    """
    best: Item | None = None
    top, size, at, choice = node.top, len(segments), 1, -1
    stack: list[tuple[Node, int, int]] = []
    while True:
        leaf = node.star
        if at == size:
            if node.end is not None and node.end.top > floor:
                item = node.end.sure.get(method) or node.end.best(method, query, fields)
                if item is not None and item[1].priority > floor:
                    best, floor = item, item[1].priority
        else:
            segment = segments[at]
            below: Node | None = None
            if choice < 0:
                choice = 0
                below = node.literals.get(segment)
                if below is not None and below.top <= floor:
                    below = None
            if below is None and segment:
                groups = node.groups
                while choice < len(groups):
                    group = groups[choice]
                    choice += 1
                    if group.top <= floor:
                        continue
                    only = group.edges.only
                    if only is not None:
                        if only[0] is None or only[0](segment):
                            below = only[1]
                            break
                        continue
                    fitting = group.edges.fitting(segment)
                    if len(fitting) == 1:
                        below = fitting[0]
                        break
                    item = find_together(fitting, segments, at + 1, floor, method, query, fields)
                    if item is not None:
                        best, floor = item, item[1].priority
            if below is not None:
                if choice < len(node.groups) or leaf is not None or node.rest is not None:
                    stack.append((node, at, choice))
                node, at, choice = below, at + 1, -1
                continue
            if node.rest is not None and node.rest.top > floor and (segment or at + 1 < size):
                item = node.rest.sure.get(method) or node.rest.best(method, query, fields)
                if item is not None and item[1].priority > floor:
                    best, floor = item, item[1].priority
        if leaf is not None and leaf.top > floor:
            item = leaf.sure.get(method) or leaf.best(method, query, fields)
            if item is not None and item[1].priority > floor:
                best, floor = item, item[1].priority
        if floor >= top or not stack:
            return best
        node, at, choice = stack.pop()


def find_together(
    nodes: list[Node],
    segments: Sequence[bytes],
    at: int,
    floor: int,
    method: bytes,
    query: bytes,
    fields: Sequence[Field] | None,
) -> Item | None:
    """``find`` for several nodes that are equal in rank so far: rank by rank over all of them."""
    best: Item | None = None
    for step in _steps(nodes, segments, at):
        found = None
        if isinstance(step, list):
            below = [node for node in step if node.top > floor]
            if below:
                found = find_together(below, segments, at + 1, floor, method, query, fields)
        else:
            found = _best_of(step, floor, method, query, fields)
        if found is not None:
            best = found
            floor = best[1].priority
    return best


def _steps(nodes: list[Node], segments: Sequence[bytes], at: int) -> list[list[Node] | tuple[Leaf, ...]]:
    """What comes next, in order of rank: children of one rank (a list) or leaves of one rank (a tuple)."""
    stars = tuple(node.star for node in nodes if node.star is not None)
    if at == len(segments):
        return [tuple(node.end for node in nodes if node.end is not None), stars]
    segment = segments[at]
    steps: list[list[Node] | tuple[Leaf, ...]] = [
        [child for n in nodes if (child := n.literals.get(segment)) is not None]
    ]
    if segment:
        by_rank: dict[int, list[Node]] = {}
        for node in nodes:
            for group in node.groups:
                by_rank.setdefault(group.rank, []).extend(group.edges.fitting(segment))
        steps += [by_rank[rank] for rank in sorted(by_rank)]
    if segment or at + 1 < len(segments):
        steps.append(tuple(node.rest for node in nodes if node.rest is not None))
    steps.append(stars)
    return steps


def _best_of(
    leaves: tuple[Leaf, ...], floor: int, method: bytes, query: bytes, fields: Sequence[Field] | None
) -> Item | None:
    found = [item for leaf in leaves if leaf.top > floor and (item := leaf.best(method, query, fields)) is not None]
    best = min(found, default=None, key=lambda item: item[0])
    return best if best is not None and best[1].priority > floor else None


def leaves_of(node: Node, segments: Sequence[bytes], at: int, found: list[Leaf]) -> None:
    """Adds every leaf whose pattern takes the path, whatever the method."""
    if at == len(segments):
        found.extend(leaf for leaf in (node.end, node.star) if leaf is not None)
        return
    segment = segments[at]
    child = node.literals.get(segment)
    if child is not None:
        leaves_of(child, segments, at + 1, found)
    if segment:
        for group in node.groups:
            for below in group.edges.fitting(segment):
                leaves_of(below, segments, at + 1, found)
    if node.rest is not None and (segment or at + 1 < len(segments)):
        found.append(node.rest)
    if node.star is not None:
        found.append(node.star)
