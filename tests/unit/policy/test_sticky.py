"""Sticky sessions: a token that says nothing, and names only who takes new requests."""

from gatewayctl.policy.balancing.sticky import StickySessions, token_of


def sessions(*ids: str) -> StickySessions:
    made = StickySessions("users")
    made.replace(ids)
    return made


def test_the_token_of_an_instance_leads_back_to_it() -> None:
    made = sessions("a", "b")

    assert made.named(made.token("b") or b"") == "b"


def test_a_token_is_the_same_in_every_process_and_shows_nothing() -> None:
    assert token_of("users", "10.0.0.1:9000") == b"515ef7065e648927"


def test_a_token_that_somebody_made_up_names_nobody() -> None:
    assert sessions("a").named(b"a") is None
    assert sessions("a").named(b"") is None


def test_the_token_of_another_service_names_nobody() -> None:
    assert sessions("a").named(token_of("orders", "a")) is None


def test_an_instance_that_is_not_usable_is_not_named() -> None:
    made = sessions("a", "b")

    assert made.named(token_of("users", "a"), lambda id: id != "a") is None


def test_one_that_takes_nothing_new_has_no_token() -> None:
    made = sessions("a", "b")
    made.replace(["b"])

    assert made.named(token_of("users", "a")) is None
    assert made.token("a") is None
