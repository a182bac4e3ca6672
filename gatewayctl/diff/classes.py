"""The one table of kinds of change: code (never reused), name, severity, and what it means for those who send requests.

``security`` ranks highest: something is guarded less than before. ``breaking``: a request that was fine may now fail or
be answered differently. ``safe``: nothing that worked stops working.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Severity(StrEnum):
    """How much a change matters, the worst first."""

    SECURITY = "security"
    BREAKING = "breaking"
    SAFE = "safe"

    @property
    def rank(self) -> int:
        """0 is the worst."""
        return list(Severity).index(self)


class ChangeClass(NamedTuple):
    """One kind of change. ``title`` is a sentence about requests."""

    code: str
    name: str
    severity: Severity
    title: str


_SECURITY, _BREAKING, _SAFE = Severity.SECURITY, Severity.BREAKING, Severity.SAFE

_ALL: Final = (
    # which route takes a request
    ChangeClass("D101", "not-found", _BREAKING, "requests are no longer found (404)"),
    ChangeClass("D102", "method-refused", _BREAKING, "requests are refused for their method (405)"),
    ChangeClass(
        "D103", "taken-by-another-route", _BREAKING, "another route takes requests, and handles them otherwise"
    ),
    ChangeClass("D104", "newly-served", _SAFE, "requests that were refused are served"),
    ChangeClass("D105", "taken-over", _SAFE, "another route takes requests, and handles them alike or more freely"),
    ChangeClass("D107", "paths-read-otherwise", _BREAKING, "paths are made canonical in another way"),
    ChangeClass("D109", "setting-changed", _BREAKING, "requests are handled otherwise"),
    ChangeClass("D110", "undecided", _BREAKING, "it could not be decided whether requests are handled otherwise"),
    # where it goes
    ChangeClass("D201", "destination-changed", _BREAKING, "requests go somewhere else"),
    ChangeClass("D202", "sent-path-changed", _BREAKING, "another path is sent to the service"),
    ChangeClass("D203", "answer-changed", _BREAKING, "the gateway's own answer is another one"),
    ChangeClass("D204", "weights-changed", _SAFE, "requests are shared out in other proportions"),
    ChangeClass("D205", "service-renamed", _SAFE, "the service has another name and the same settings"),
    ChangeClass("D206", "instances-changed", _SAFE, "the service has other instances"),
    ChangeClass("D207", "no-instance-left", _BREAKING, "the service has no instance that takes requests"),
    ChangeClass("D208", "balancing-changed", _SAFE, "instances are chosen in another way"),
    ChangeClass("D209", "sent-host-changed", _BREAKING, "another Host is sent to the service"),
    ChangeClass("D210", "tls-verification-off", _SECURITY, "the service's certificate is no longer verified"),
    ChangeClass("D211", "tls-verification-on", _BREAKING, "the service's certificate is verified now"),
    ChangeClass("D212", "upstream-tls-changed", _BREAKING, "TLS to the service is set up otherwise"),
    ChangeClass("D213", "upstream-unencrypted", _SECURITY, "requests to the service are no longer encrypted"),
    ChangeClass("D214", "upgrade-refused", _BREAKING, "connections can no longer be upgraded"),
    ChangeClass("D215", "upgrade-allowed", _SAFE, "connections can be upgraded"),
    ChangeClass("D216", "mirror-changed", _SAFE, "copies of requests go elsewhere"),
    ChangeClass("D217", "fault-changed", _BREAKING, "faults are injected otherwise"),
    # who may
    ChangeClass("D301", "auth-removed", _SECURITY, "requests need no authentication any more"),
    ChangeClass("D302", "auth-added", _BREAKING, "requests need authentication"),
    ChangeClass("D303", "auth-weakened", _SECURITY, "authentication asks for less"),
    ChangeClass("D304", "auth-stricter", _BREAKING, "authentication asks for more"),
    ChangeClass("D305", "auth-changed", _SECURITY, "other credentials are accepted"),
    ChangeClass("D306", "requirement-removed", _SECURITY, "clients need fewer permissions"),
    ChangeClass("D307", "requirement-added", _BREAKING, "clients need more permissions"),
    ChangeClass("D308", "access-widened", _SECURITY, "addresses are let in that were not"),
    ChangeClass("D309", "access-narrowed", _BREAKING, "addresses are kept out that were let in"),
    ChangeClass("D310", "consumer-added", _SECURITY, "a consumer or a key of one is accepted"),
    ChangeClass("D311", "consumer-removed", _BREAKING, "a consumer or a key of one is no longer accepted"),
    ChangeClass("D312", "cors-widened", _SECURITY, "pages of other origins may read answers"),
    ChangeClass("D313", "cors-narrowed", _BREAKING, "pages of other origins may no longer read answers"),
    ChangeClass("D314", "forwarded-identity-changed", _BREAKING, "services learn something else about the client"),
    ChangeClass("D315", "trust-widened", _SECURITY, "more peers may say who the client is"),
    ChangeClass("D316", "trust-narrowed", _BREAKING, "fewer peers may say who the client is"),
    ChangeClass("D317", "secret-now-literal", _SECURITY, "a secret stands in the configuration itself"),
    ChangeClass("D319", "server-tls-weakened", _SECURITY, "TLS towards clients asks for less"),
    ChangeClass("D320", "server-tls-stricter", _BREAKING, "TLS towards clients asks for more"),
    ChangeClass("D321", "admin-changed", _SECURITY, "the admin address is guarded otherwise"),
    # how much, how long
    ChangeClass("D401", "limit-removed", _SECURITY, "requests are no longer limited"),
    ChangeClass("D402", "limit-added", _BREAKING, "requests are limited"),
    ChangeClass("D403", "limit-tightened", _BREAKING, "fewer requests are let through"),
    ChangeClass("D404", "limit-loosened", _SAFE, "more requests are let through"),
    ChangeClass("D405", "limit-changed", _BREAKING, "requests are counted otherwise"),
    ChangeClass("D406", "limit-headers-changed", _SAFE, "answers tell of limits otherwise"),
    ChangeClass("D410", "timeout-shortened", _BREAKING, "requests may take less time"),
    ChangeClass("D411", "timeout-lengthened", _SAFE, "requests may take more time"),
    ChangeClass("D412", "bound-reduced", _BREAKING, "requests may be less large"),
    ChangeClass("D413", "bound-raised", _SAFE, "requests may be larger"),
    ChangeClass("D414", "retries-reduced", _BREAKING, "fewer requests are tried again"),
    ChangeClass("D415", "retries-changed", _SAFE, "requests are tried again otherwise"),
    ChangeClass("D416", "breaker-changed", _SAFE, "failing services are cut off otherwise"),
    ChangeClass("D417", "cache-changed", _BREAKING, "answers come from a cache otherwise"),
    ChangeClass("D418", "health-changed", _SAFE, "it is found out otherwise which instances are well"),
    ChangeClass("D419", "connections-changed", _SAFE, "connections to the service are kept otherwise"),
    ChangeClass("D420", "concurrency-reduced", _BREAKING, "fewer requests run at once"),
    ChangeClass("D421", "concurrency-raised", _SAFE, "more requests run at once"),
    # what is sent along
    ChangeClass("D501", "header-no-longer-sent", _BREAKING, "a header is no longer sent"),
    ChangeClass("D502", "header-changed", _BREAKING, "a header has another value"),
    ChangeClass("D503", "header-added", _SAFE, "a header is sent as well"),
    ChangeClass("D504", "header-kept", _SAFE, "a header is let through that was taken away"),
    ChangeClass("D505", "query-changed", _BREAKING, "another query is sent to the service"),
    ChangeClass("D506", "deprecation-changed", _SAFE, "clients are told otherwise that the route goes away"),
    ChangeClass("D507", "compression-changed", _SAFE, "answers are compressed otherwise"),
    ChangeClass(
        "D508", "security-headers-removed", _SECURITY, "answers no longer get headers that protect who reads them"
    ),
    # the gateway as a whole
    ChangeClass("D601", "listeners-changed", _BREAKING, "the gateway listens elsewhere"),
    ChangeClass("D602", "server-changed", _SAFE, "the server runs otherwise"),
    ChangeClass("D603", "operations-changed", _SAFE, "logs, metrics or traces are written otherwise"),
)

CLASSES: Final[dict[str, ChangeClass]] = {kind.code: kind for kind in _ALL}
