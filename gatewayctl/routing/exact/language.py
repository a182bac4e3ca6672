"""Languages of one slot: a literal, some (all but the empty text), every, or an expression.

An ``Intern`` gives the same object for the same language, so that equality is identity and its automaton is made once,
when a search first needs it. Whether a word is in a language is asked of the live tests of the matcher.
"""

from collections.abc import Callable, Sequence
from enum import IntEnum

from gatewayctl.routing.automaton import Automaton
from gatewayctl.routing.compiled import Check, CompiledRoute, Condition, Kind, Segment
from gatewayctl.routing.engine import compile_regex
from gatewayctl.routing.languages import pattern_language, regex_language, without_empty
from gatewayctl.routing.live import tester
from gatewayctl.routing.regex import parse_regex
from gatewayctl.routing.regex_ast import Cat, Node, byte


class Form(IntEnum):
    LITERAL = 0
    SOME = 1
    EVERY = 2
    EXPRESSION = 3


class Language:
    """``text`` is the literal. ``holds`` says whether a word of the slot's domain is in it."""

    __slots__ = ("_automaton", "_known", "_node", "_test", "form", "text")

    def __init__(
        self,
        form: Form,
        text: bytes = b"",
        test: Callable[[bytes], object] | None = None,
        node: Callable[[], Node] | None = None,
    ) -> None:
        self.form, self.text = form, text
        self._test, self._node = test, node
        self._automaton: Automaton | None = None
        self._known: dict[bytes, bool] = {}

    def holds(self, word: bytes) -> bool:
        """Whether the word is in the language."""
        if self.form is Form.LITERAL:
            return word == self.text
        if self._test is None:
            return self.form is Form.EVERY or bool(word)
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = bool(self._test(word))
        return known

    @property
    def node(self) -> Node:
        """The expression, also of a literal."""
        if self.form is Form.LITERAL:
            return Cat(tuple(map(byte, self.text)))
        if self._node is None:
            raise AssertionError("some and every have no expression of their own: the domain says what they hold")
        return self._node()

    @property
    def automaton(self) -> Automaton:
        """The automaton of an expression or a literal."""
        if self._automaton is None:
            self._automaton = Automaton(self.node)
        return self._automaton

    def __repr__(self) -> str:
        return f"Language({self.form.name}, {self.text!r})"


SOME = Language(Form.SOME)
EVERY = Language(Form.EVERY)


class Intern:
    """Languages by what they are."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[object, Language] = {}

    def segment(self, segment: Segment) -> Language:
        """The language of a segment that is no wildcard."""
        if segment.kind == Kind.PARAM:
            return SOME
        if segment.kind == Kind.LITERAL:
            return self._literal(segment.pieces[0].text)
        key = tuple((piece.kind, piece.text) for piece in segment.pieces)
        known = self._known.get(key)
        if known is None:
            test = tester(segment)
            known = self._known[key] = Language(
                Form.EXPRESSION, b"", lambda word: bool(word) and test is not None and test(word), _node_of(segment)
            )
        return known

    def path(self, route: CompiledRoute) -> Language:
        """The language of a ``path_regex``, over whole paths."""
        key = ("path", route.regex)
        known = self._known.get(key)
        if known is None:
            test = compile_regex(route.regex or b"").fullmatch
            known = self._known[key] = Language(Form.EXPRESSION, b"", test, lambda: regex_language(route))
        return known

    def value(self, condition: Condition) -> Language:
        """The values of a header or query parameter that is present."""
        if condition.check == Check.PRESENT:
            return EVERY
        if condition.check == Check.EQUAL:
            return self._literal(condition.value)
        key = ("value", condition.value)
        known = self._known.get(key)
        if known is None:
            test = compile_regex(condition.value).fullmatch
            known = self._known[key] = Language(
                Form.EXPRESSION, b"", test, lambda: parse_regex(condition.source, "value")
            )
        return known

    def _literal(self, text: bytes) -> Language:
        known = self._known.get(text)
        if known is None:
            known = self._known[text] = Language(Form.LITERAL, text)
        return known


def _node_of(segment: Segment) -> Callable[[], Node]:
    return lambda: without_empty(pattern_language(segment))


def same(languages: Sequence[Language]) -> bool:
    """Whether all are one language."""
    return all(language is languages[0] for language in languages)
