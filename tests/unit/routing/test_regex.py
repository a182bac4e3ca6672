"""The subset of regular expressions: what it takes, how it is written for RE2, what it refuses and where."""

import re

import pytest

from gatewayctl.routing.engine import compile_regex
from gatewayctl.routing.regex import MAX_SIZE, RegexError, parse_regex
from gatewayctl.routing.regex_ast import exact_text, literal_prefix, size_of, text_of


def matches(text: str, value: bytes) -> bool:
    return compile_regex(text_of(parse_regex(text, "value")).encode()).fullmatch(value) is not None


@pytest.mark.parametrize(
    ("text", "good", "bad"),
    [
        ("abc", ["abc"], ["ab", "abcd", "xabc"]),
        ("a|bc|", ["a", "bc", ""], ["b"]),
        ("(?:a|b)c", ["ac", "bc"], ["a", "abc"]),
        ("(a|b)c", ["ac", "bc"], ["c"]),
        ("a*b+c?", ["b", "aabbc"], ["a", "bcc"]),
        ("a{2}b{1,2}c{2,}", ["aabcc", "aabbcccc"], ["abcc", "aabc", "aabbbcc"]),
        ("a{0}b", ["b"], ["ab"]),
        ("[a-c1]x[^a-c]", ["ax-", "1xd"], ["dx-", "axa"]),
        ("[]a]+", ["]a"], ["b"]),
        ("[^]a]", ["b"], ["]", "a"]),
        ("[a-]", ["a", "-"], ["b"]),
        (r"[\]\-\\]", ["]", "-", "\\"], ["a"]),
        (r"\d\D\w\W\s\S", ["1a_- x"], ["aa_- x"]),
        (r"[\d.]+", ["1.2"], ["a"]),
        (r"\.\*\x41\t", [".*A\t"], ["..A\t"]),
        (".", ["a", "\t"], ["", "\n", "ab"]),
        ("(?i)abC1", ["ABC1", "abc1"], ["abd1"]),
        ("a(?i:b)c", ["abc", "aBc"], ["ABc", "abC"]),
        ("(?:(?i)a)b", ["Ab", "ab"], ["aB"]),
        ("(?i)[a-c]", ["B"], ["D"]),
        ("(?i)[^a-c]", ["d"], ["B"]),
        ("é+", ["éé"], ["e"]),
        (r"a\{,2\}", ["a{,2}"], ["a"]),
    ],
)
def test_the_subset_means_what_it_means_everywhere(text, good, bad):
    assert [matches(text, value.encode()) for value in good] == [True] * len(good)
    assert [matches(text, value.encode()) for value in bad] == [False] * len(bad)


@pytest.mark.parametrize(
    ("text", "at", "says", "helps"),
    [
        (r"a\bc", r"\b", "word boundaries", "write"),
        (r"\pL", r"\p", "Unicode properties", "[A-Za-z]"),
        (r"\P{L}", r"\P", "Unicode properties", "[^A-Za-z]"),
        ("[[:alpha:]]", "[:alpha:]", "POSIX classes", "[A-Za-z]"),
        ("[a[:digit:]]", "[:digit:]", "POSIX classes", "[0-9]"),
        ("^a", "^", "anchors", "match in full"),
        ("a$", "$", "anchors", "match in full"),
        (r"\Aa", r"\A", "anchors", "match in full"),
        (r"a\z", r"\z", "anchors", "match in full"),
        (r"(a)\1", r"\1", "backreferences", "write out"),
        (r"(?P=a)", "(?P=", "backreferences", "write out"),
        (r"\k<a>", r"\k", "backreferences", ""),
        ("a(?=b)", "(?=", "lookahead", "write"),
        ("a(?!b)", "(?!", "lookahead", "higher priority"),
        ("(?<=a)b", "(?<=", "lookbehind", "write"),
        ("(?<!a)b", "(?<!", "lookbehind", "higher priority"),
        ("(?>a)", "(?>", "atomic", "(?:"),
        ("(?#x)", "(?#", "comments", "TOML"),
        ("(?s)a", "(?s", "not part of the subset", "(?i)"),
        ("a+?", "+?", "lazy", "class"),
        ("a*+", "*+", "possessive", "(?:"),
        ("a**", "**", "a repetition of a repetition", "(?:"),
        ("a{2}{3}", "{2}{", "a repetition of a repetition", "(?:"),
        ("*a", "*", "repeats nothing", r"\*"),
        ("a|+", "+", "repeats nothing", r"\+"),
        ("{2}", "{", "repeats nothing", r"\{"),
        ("a{x}", "{", "begins no count", r"\{"),
        ("a{", "{", "begins no count", r"\{"),
        ("a{3,1}", "{3,1}", "falls", "{1,3}"),
        ("a{2000}", "{2000}", "at most 1000", "smaller"),
        ("(a", "(", "not closed", "add the )"),
        ("a)", ")", "closes nothing", r"\)"),
        ("[a", "[", "not closed", "add the ]"),
        ("[", "[", "not closed", "add the ]"),
        ("a]", "]", "closes nothing", r"\]"),
        ("a}", "}", "closes nothing", r"\}"),
        ("[z-a]", "z-a", "no range", "lower"),
        (r"[\d-x]", r"\d-x", "no range", "lower"),
        ("[é]", "é", "ASCII", "(?:é|"),
        ("a\\", "\\", "escapes nothing", r"\\"),
        (r"\xg1", r"\x", "two hex digits", r"\x2e"),
        (r"\q", r"\q", "not part of the subset", "write q"),
        (r"\Qa\E", r"\Q", "not part of the subset", "special"),
        ("(?P<a>x)", "(?P<a>", "named groups are for path_regex", "(?:"),
    ],
)
def test_what_is_left_out_is_refused_with_its_place_and_what_to_write_instead(text, at, says, helps):
    with pytest.raises(RegexError) as caught:
        parse_regex(text, "value")
    error = caught.value

    assert text[error.start : error.end] == at
    assert says in error.message
    assert helps in error.help
    assert error.help


def test_named_groups_are_for_path_regexes_in_both_spellings():
    assert text_of(parse_regex("/(?P<a>x)(?<b>y)", "path")) == "/(?P<a>x)(?P<b>y)"


@pytest.mark.parametrize(("text", "at"), [("(?P<a>x)(?<a>y)", "(?<a>"), ("(?P<9>x)", "(?P<9"), ("(?<a", "(?<")])
def test_a_wrong_name_of_a_group_is_refused(text, at):
    with pytest.raises(RegexError) as caught:
        parse_regex(text, "path")

    assert text[caught.value.start : caught.value.end] == at


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("%7e", r"\x7e"),
        ("%c3%A9", r"\x25C3\x25A9"),
        ("(?i)%c3", r"\x25C3"),
        (r"\%2b", r"\x252B"),
        ("[a%]", r"a|\x25[0-9A-F][0-9A-F]"),
        ("x[%]", r"x\x25[0-9A-F][0-9A-F]"),
    ],
)
def test_in_a_path_an_escape_is_canonical_and_one_character(text, written):
    assert text_of(parse_regex(text, "segment")) == written


@pytest.mark.parametrize(
    "text", ["%", "%4", "%zz", "%(?:41)", "%2f", "%5c", "%00", " ", "é", r"\x20", "/", r"[\x80-\xff]"]
)
def test_what_no_canonical_segment_holds_is_refused(text):
    with pytest.raises(RegexError):
        parse_regex(text, "segment")


def test_an_encoded_slash_may_stand_in_an_expression_where_it_is_kept():
    assert text_of(parse_regex("%2f", "segment", encoded_slash=True)) == r"\x252F"


def test_two_spellings_of_one_expression_have_one_text():
    assert text_of(parse_regex(r"(?:[0-9])\x2e{1}", "value")) == text_of(parse_regex(r"\d\.{1}", "value"))


def test_an_expression_that_would_be_huge_is_refused():
    with pytest.raises(RegexError, match="too large"):
        parse_regex("(?:a{100}){100}", "value")
    with pytest.raises(RegexError, match="too large"):
        parse_regex("(?:(?:){1000}){1000}", "value")
    assert size_of(parse_regex("(?:a{10}){100}(?:b{1000}){3}", "value")) == MAX_SIZE


def test_an_expression_of_the_largest_size_still_runs():
    assert matches("a{1000}b{1000}", b"a" * 1000 + b"b" * 1000)
    assert compile_regex(text_of(parse_regex("/.{999}", "path")).encode()).fullmatch(b"/" + b"%C3" * 999)


def test_deep_nesting_is_refused_and_not_a_crash():
    with pytest.raises(RegexError, match="nested too deeply"):
        parse_regex("(" * 5000 + ")" * 5000, "value")


@pytest.mark.parametrize(
    ("text", "prefix", "exact"),
    [
        ("/api/v1", b"/api/v1", b"/api/v1"),
        ("/api/v[12]", b"/api/v", None),
        ("/a(?:bc|bd)", b"/ab", None),
        ("/a{3}b", b"/aaab", b"/aaab"),
        ("/a{2,3}b", b"/aa", None),
        ("/a?b", b"/", None),
        ("(?i)/A", b"/", None),
        ("(?:/a|/b)+", b"/", None),
        (".*", b"", None),
    ],
)
def test_the_literal_beginning_is_seen(text, prefix, exact):
    node = parse_regex(text, "value")

    assert literal_prefix(node) == prefix
    assert exact_text(node) == exact


@pytest.mark.parametrize(
    ("text", "simple"),
    [
        ("[a-z]{2}", True),
        (r"/v(?P<n>\d{2})-(?P<m>x+)", True),
        (r"\d{4}-\d{2}", True),
        ("[a-z]+x", False),
        ("a*b*", False),
        ("(?:ab)+", False),
        ("a|b", False),
        ("(?:[a-z]+)+", False),
    ],
)
def test_only_an_expression_that_no_engine_can_go_astray_in_is_not_given_to_re2(text, simple):
    made = compile_regex(text_of(parse_regex(text, "path" if "P<" in text else "value")).encode())

    assert isinstance(made, re.Pattern) is simple


def test_a_hostile_value_takes_linear_work():
    regex = compile_regex(text_of(parse_regex("(?:a+)+b|(?:a|aa)*c", "value")).encode())

    assert regex.fullmatch(b"a" * 50_000) is None
