"""What schemes need of the world around them, which they are handed and never reach for themselves."""

from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple, Protocol

from gatewayctl.core.fields import Field
from gatewayctl.plan.identity import FetchedKeysPlan, ForwardAuthPlan
from gatewayctl.policy.auth.keyring import KeyRing


class KeySource(Protocol):
    """Keys that an issuer publishes. ``ring`` is replaced when they change, and None until there are any."""

    ring: KeyRing | None

    def refresh(self) -> Awaitable[object] | None:
        """Ends when the keys have been fetched anew, or could not be; None where they have just been fetched."""


class Answer(NamedTuple):
    """What a server said that was asked about a request."""

    status: int
    fields: tuple[tuple[str, str], ...]
    """Names in lower case."""

    def values(self, name: str) -> list[str]:
        """The values of a field."""
        return [value for known, value in self.fields if known == name]


class Helpers(Protocol):
    """What is around one gateway's schemes."""

    def keys(self, plan: FetchedKeysPlan) -> KeySource:
        """The keys of an issuer, the same object for the same plan."""

    def off_loop(self, check: Callable[[], bool]) -> Awaitable[bool | None]:
        """The outcome of a check that takes long, made elsewhere; None where too many wait already."""

    def ask(self, plan: ForwardAuthPlan, fields: Sequence[Field]) -> Awaitable[Answer | None]:
        """What that server says; None where it does not answer in time, or not at all."""


class FixedKeys:
    """See ``KeySource``: keys that stand in the configuration."""

    __slots__ = ("ring",)

    def __init__(self, ring: KeyRing) -> None:
        self.ring: KeyRing | None = ring

    def refresh(self) -> None:
        """They are what they are."""


class Alone:
    """See ``Helpers``: for offline commands, where nobody is asked and nothing is fetched."""

    def keys(self, plan: FetchedKeysPlan) -> KeySource:
        return FixedKeys(KeyRing(()))

    def off_loop(self, check: Callable[[], bool]) -> Awaitable[bool | None]:
        raise NotImplementedError("offline no password is checked")

    def ask(self, plan: ForwardAuthPlan, fields: Sequence[Field]) -> Awaitable[Answer | None]:
        raise NotImplementedError("offline nobody is asked")
