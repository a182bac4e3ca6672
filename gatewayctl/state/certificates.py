"""The TLS contexts of the https listeners: one a certificate, chosen by the name that a client asks for (SNI, RFC 6066 3).

A certificate that cannot be used, or has expired while the one in force has not, is not taken up: the old one goes on,
and that is said. Connections keep the context that they began with.
"""

import ssl
from collections.abc import Callable
from typing import Final

from gatewayctl.plan.tls import CertificatePlan, ServerTlsPlan

SOON: Final = 14 * 86400.0
"""Seconds before its end from which a certificate is warned of."""
_VERSIONS: Final = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
_VERIFY: Final = {"none": ssl.CERT_NONE, "request": ssl.CERT_OPTIONAL, "require": ssl.CERT_REQUIRED}
_CIPHERS: Final = "ECDHE+AESGCM:ECDHE+CHACHA20"
"""For TLS 1.2; those of 1.3 are all good."""

Say = Callable[[str, str], None]


class BadCertificate(Exception):  # noqa: N818
    """A certificate cannot be used; in words, with its name and without its content."""


class Certificates:
    """All of one generation. ``context`` is what a listener begins a handshake with."""

    def __init__(self, plan: ServerTlsPlan, before: "Certificates | None", now: float, say: Say) -> None:
        self.plan = plan
        self.in_force: dict[str, tuple[CertificatePlan, ssl.SSLContext]] = {}
        for certificate in plan.certificates:
            self.in_force[certificate.name] = self._take(certificate, before, now, say)
        self._exact: dict[str, ssl.SSLContext] = {}
        self._wild: dict[str, ssl.SSLContext] = {}
        for certificate, context in self.in_force.values():
            for name in certificate.names:
                if name.startswith("*."):
                    self._wild.setdefault(name[1:], context)
                else:
                    self._exact.setdefault(name, context)
        fallback = next(iter(self.in_force.values()))[1]
        self.context = _context(plan)
        self.context.sni_callback = self._choose
        self._fallback = fallback

    def _take(
        self, certificate: CertificatePlan, before: "Certificates | None", now: float, say: Say
    ) -> tuple[CertificatePlan, ssl.SSLContext]:
        known = None if before is None or not _alike(before.plan, self.plan) else before.in_force.get(certificate.name)
        if known is not None and known[0] == certificate:
            return known
        old = None if before is None else before.in_force.get(certificate.name)
        if certificate.ends <= now and old is not None and old[0].ends > now:
            if before is not None and not _alike(before.plan, self.plan):  # its context asks for what was asked before
                raise BadCertificate(
                    f'the new certificate "{certificate.name}" has expired, and what clients are asked for has changed: '
                    "renew it, since the one in force cannot go on"
                )
            say("warning", f'the new certificate "{certificate.name}" has expired: the one in force goes on')
            return old
        if certificate.ends <= now:
            say("warning", f'the certificate "{certificate.name}" has expired')
        elif certificate.ends - now < SOON:
            days = int((certificate.ends - now) // 86400)
            say("warning", f'the certificate "{certificate.name}" expires in {days} days')
        context = _context(self.plan)
        try:
            context.load_cert_chain(certificate.cert, certificate.key, password=_no_password)
        except (ssl.SSLError, OSError, ValueError) as error:
            why = (error.reason if isinstance(error, ssl.SSLError) else getattr(error, "strerror", "")) or type(
                error
            ).__name__
            raise BadCertificate(
                f'the certificate "{certificate.name}" cannot be used: {str(why).lower().replace("_", " ")}'
            ) from None
        return certificate, context

    def _choose(self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, context: ssl.SSLContext) -> None:
        """See ``sni_callback``."""
        connection.context = self.chosen(name)

    def chosen(self, name: str | None) -> ssl.SSLContext:
        """The context for a name: exactly, by a wildcard for its first label, else the first certificate by name."""
        if not name:
            return self._fallback
        asked = name.lower().rstrip(".")
        found = self._exact.get(asked)
        if found is None:
            found = self._wild.get(asked[asked.find(".") :] if "." in asked else "")
        return found or self._fallback


def _alike(one: ServerTlsPlan, other: ServerTlsPlan) -> bool:
    """Whether contexts made for one serve the other."""
    keys = ("min_version", "client_auth", "client_ca", "client_ca_seen")
    return all(getattr(one, key) == getattr(other, key) for key in keys)


def _context(plan: ServerTlsPlan) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = _VERSIONS[plan.min_version]
    context.set_ciphers(_CIPHERS)
    context.options |= ssl.OP_NO_RENEGOTIATION | ssl.OP_NO_COMPRESSION | ssl.OP_CIPHER_SERVER_PREFERENCE
    context.set_alpn_protocols(["http/1.1"])
    context.verify_mode = _VERIFY[plan.client_auth]
    if plan.client_ca:
        try:
            context.load_verify_locations(plan.client_ca)
        except (ssl.SSLError, OSError) as error:
            raise BadCertificate(f"the authorities of client_ca cannot be used: {type(error).__name__}") from None
    return context


def _no_password() -> str:
    """Nobody is here to type a passphrase; without this, the library would ask the terminal and wait."""
    raise ValueError("the key is encrypted")
