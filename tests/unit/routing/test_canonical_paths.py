"""Canonical paths: what is decoded, what is resolved, what is kept, what is refused and why."""

import pytest

from gatewayctl.routing import PathError, canonical_path
from gatewayctl.routing.canonical import other_readings


def canonical(path: bytes, keep: bool = False, merge: bool = False) -> bytes:
    return canonical_path(path, encoded_slashes="keep" if keep else "reject", merge_slashes=merge)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"/%7Euser/%41%2d%5F", b"/~user/A-_"),
        (b"/caf%c3%a9", b"/caf%C3%A9"),
        (b"/a%3bb%2C", b"/a%3Bb%2C"),
        (b"/%2541", b"/%2541"),
        (b"/a/./b", b"/a/b"),
        (b"/a/../b", b"/b"),
        (b"/a/b/..", b"/a/"),
        (b"/a/b/.", b"/a/b/"),
        (b"/a/..", b"/"),
        (b"/.", b"/"),
        (b"/a/%2e%2E/b", b"/b"),
        (b"/a/%2e/b", b"/a/b"),
        (b"/a//../b", b"/a/b"),
        (b"/a//b", b"/a//b"),
        (b"//", b"//"),
        (b"/a;v=1/b;c", b"/a;v=1/b;c"),
        (b"/.well-known/x", b"/.well-known/x"),
        (b"/...", b"/..."),
        (b"/a..b/..c", b"/a..b/..c"),
    ],
)
def test_a_path_is_brought_into_its_canonical_form(path, expected):
    assert canonical(path) == expected


@pytest.mark.parametrize(
    "path", [b"/", b"/api/users", b"/a//b", b"/.x", b"/%20%C3%A9", b"/a;b", b"/a/", b"/|\"<>^`{}'"]
)
def test_a_canonical_path_is_returned_as_the_same_object(path):
    assert canonical(path) is path


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        (b"", "does not begin"),
        (b"api", "does not begin"),
        (b"*", "does not begin"),
        (b"/..", "escapes the root"),
        (b"/a/../../b", "escapes the root"),
        (b"/%2e%2e/", "escapes the root"),
        (b"/a%2fb", "encoded slash"),
        (b"/a%2Fb", "encoded slash"),
        (b"/a%5cb", "encoded backslash"),
        (b"/a\\b", "backslash"),
        (b"/a%00", "encoded control byte"),
        (b"/a%1F", "encoded control byte"),
        (b"/a%7f", "encoded control byte"),
        (b"/a\x00", "control byte"),
        (b"/a\tb", "control byte"),
        (b"/a b", "space"),
        (b"/a\x7f", "above 126"),
        (b"/\xc3\xa9", "above 126"),
        (b"/a%", "broken"),
        (b"/a%4", "broken"),
        (b"/a%zz", "broken"),
        (b"/a%+1", "broken"),
        (b"/a?b", "question mark"),
        (b"/a#b", "fragment"),
    ],
)
def test_a_path_that_has_no_canonical_form_is_refused_with_its_reason(path, reason):
    with pytest.raises(PathError) as caught:
        canonical(path)

    assert reason in caught.value.reason


def test_an_encoded_slash_is_kept_as_part_of_its_segment_when_asked_for():
    assert canonical(b"/a%2fb/../c", keep=True) == b"/c"
    assert canonical(b"/a%2fb", keep=True) == b"/a%2Fb"


def test_an_encoded_backslash_is_refused_even_where_encoded_slashes_are_kept():
    with pytest.raises(PathError, match="encoded backslash"):
        canonical(b"/a%5Cb", keep=True)


@pytest.mark.parametrize("path", [b"/public/..%2fadmin", b"/a%2f..", b"/a%2F.%2fb", b"/a%2f%2e%2e/b", b"/%2e%2e%2fx"])
def test_dots_beside_a_kept_encoded_slash_are_refused(path):
    with pytest.raises(PathError, match="dot segment"):
        canonical(path, keep=True)


@pytest.mark.parametrize("path", [b"/a..%2Fb", b"/..a%2Fb", b"/a%2F...", b"/a.%2F.b"])
def test_dots_that_are_no_segment_beside_a_kept_encoded_slash_are_fine(path):
    assert canonical(path, keep=True) is path


@pytest.mark.parametrize(
    ("path", "expected"),
    [(b"//a///b/", b"/a/b/"), (b"/a//../b", b"/b"), (b"/a/.//b", b"/a/b"), (b"///", b"/"), (b"/a/..//", b"/")],
)
def test_slashes_are_merged_before_dots_are_resolved_when_asked_for(path, expected):
    assert canonical(path, merge=True) == expected


@pytest.mark.parametrize(
    ("path", "readings"),
    [
        (b"/a/b", []),
        (b"//admin", [b"/admin"]),
        (b"/admin;x", [b"/admin"]),
        (b"/a;b=1/c;d/e", [b"/a/c/e"]),
        (b"/;x/admin", [b"//admin", b"/admin"]),
        (b"/public/..;/admin", [b"/admin"]),
        (b"/..;/admin", [b"/admin"]),
        (b"/a/;/..;/b", [b"/a/b", b"/b"]),
    ],
)
def test_what_a_server_behind_may_read_is_the_path_without_parameters_and_double_slashes(path, readings):
    assert other_readings(path) == readings
