"""``builtin = "security_headers"``: the headers that an API's answers should have, each with its reason.

After OWASP's REST Security Cheat Sheet and Secure Headers Project, and MDN. What is not here: headers that browsers have
given up, some of which did harm (X-XSS-Protection, Expect-CT, Public-Key-Pins, Feature-Policy); those that are about
documents, which an API has none of (Cross-Origin-Opener-Policy, Cross-Origin-Embedder-Policy, Permissions-Policy: what
may load and run nothing has no features to be denied); and those for clients that are gone
(X-Permitted-Cross-Domain-Policies).
"""

from collections.abc import Iterable
from typing import Final, NamedTuple


class SecurityHeader(NamedTuple):
    """A header that an answer gets where it has none of that name, nor of ``yields_to``.

    ``by_tls``: only where the client came by TLS.
    """

    name: str
    value: str
    why: str
    by_tls: bool = False
    yields_to: tuple[str, ...] = ()

    @property
    def key(self) -> bytes:
        """Its name in lower case."""
        return self.name.lower().encode()


SECURITY_HEADERS: Final = (
    SecurityHeader(
        "Strict-Transport-Security",
        "max-age=31536000",
        "for a year, browsers come by TLS only. Never over plain HTTP (RFC 6797 7.2), and without `includeSubDomains`: "
        "the gateway cannot know what else stands below its names",
        by_tls=True,
    ),
    SecurityHeader("X-Content-Type-Options", "nosniff", "an answer is what its `Content-Type` says, and no script"),
    SecurityHeader("X-Frame-Options", "DENY", "no frames, for browsers that do not know `frame-ancestors`"),
    SecurityHeader(
        "Content-Security-Policy",
        "default-src 'none'; frame-ancestors 'none'",
        "an answer that is opened as a page loads and runs nothing, and is framed by nobody",
    ),
    SecurityHeader(
        "Referrer-Policy", "no-referrer", "the URL, with whatever is in its query, is told to no other site"
    ),
    SecurityHeader(
        "Cross-Origin-Resource-Policy",
        "same-origin",
        "pages of other origins cannot embed an answer and read it from memory (Spectre); requests under a CORS policy "
        "are not concerned",
    ),
    SecurityHeader(
        "Cache-Control",
        "no-store",
        "an answer that does not say how long it may be kept is kept by nobody: caches would guess (RFC 9111 4.2.2), and "
        "may give one client's answer to another. `Expires` of the service is respected too",
        yields_to=("Expires",),
    ),
)


def without(removed: Iterable[bytes]) -> tuple[bytes, ...]:
    """The lower-case names of those that are not ``removed`` (lower case), in their order."""
    gone = frozenset(removed)
    return tuple(header.key for header in SECURITY_HEADERS if header.key not in gone)
