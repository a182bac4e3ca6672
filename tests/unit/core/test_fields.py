"""Header fields: how one of the gateway's own is made, how several of a name are read, and what each name calls for."""

import pytest

from gatewayctl.core.fields import (
    HOP_BY_HOP,
    KINDS,
    REQUEST_DROPS,
    RESPONSE_DROPS,
    Kind,
    combined,
    field,
    list_members,
)


def test_a_field_keeps_its_case_for_the_wire_and_loses_it_for_comparison() -> None:
    made = field(b"X-Thing", b"some value")

    assert (made.name, made.value, made.line) == (b"x-thing", b"some value", b"X-Thing: some value\r\n")
    assert made.kind == Kind.PLAIN


def test_a_field_of_a_special_name_has_its_kind_in_any_case() -> None:
    assert field(b"TRANSFER-encoding", b"chunked").kind == Kind.TRANSFER_ENCODING


def test_the_kinds_are_bits_of_their_own() -> None:
    bits = [value for name, value in vars(Kind).items() if name.isupper() and name != "PLAIN"]

    assert len(set(bits)) == len(bits)
    assert all(bit.bit_count() == 1 for bit in bits)


def test_several_fields_of_a_name_are_one_list() -> None:
    fields = [field(b"Accept", b"a/b"), field(b"Other", b"x"), field(b"accept", b"c/d")]

    assert combined(fields, b"accept") == b"a/b, c/d"


def test_no_field_of_a_name_is_none_and_an_empty_one_is_empty() -> None:
    assert combined([field(b"Other", b"x")], b"accept") is None
    assert combined([field(b"Accept", b"")], b"accept") == b""


def test_list_members_are_lower_case_and_empty_ones_are_dropped() -> None:
    fields = [field(b"Connection", b" Close ,, X-One\t"), field(b"Connection", b"x-TWO"), field(b"Other", b"x-three")]

    assert list_members(fields, Kind.CONNECTION) == [b"close", b"x-one", b"x-two"]


@pytest.mark.parametrize(
    "name",
    [
        b"connection",
        b"keep-alive",
        b"proxy",
        b"proxy-authenticate",
        b"proxy-authentication-info",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    ],
)
def test_hop_by_hop_names_go_no_further_in_either_direction(name: bytes) -> None:
    assert KINDS[name] & HOP_BY_HOP
    assert KINDS[name] & REQUEST_DROPS
    assert KINDS[name] & RESPONSE_DROPS


@pytest.mark.parametrize("name", [b"host", b"expect", b"traceparent", b"forwarded", b"x-forwarded-for", b"x-real-ip"])
def test_request_fields_that_the_gateway_writes_anew_are_dropped_as_they_came(name: bytes) -> None:
    assert KINDS[name] & REQUEST_DROPS


@pytest.mark.parametrize("name", [b"content-length", b"via", b"date", b"user-agent", b"tracestate"])
def test_names_of_interest_that_belong_to_the_message_go_on(name: bytes) -> None:
    assert not KINDS[name] & REQUEST_DROPS
    assert not KINDS[name] & RESPONSE_DROPS
