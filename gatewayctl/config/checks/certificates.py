"""Certificates and keys: the files that are there hold what they should, and each key belongs to its certificate.

Offline too, as far as the files are there. When they expire is for whoever has a clock.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from gatewayctl.config.checks.view import View
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.reading import shown

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

_CERTIFICATE, _KEY = b"-----BEGIN CERTIFICATE-----", b"PRIVATE KEY-----"


class _Pair(NamedTuple):
    """The table at ``path`` names a certificate and its key; either may be missing."""

    path: KeyPath
    cert: str
    key: str


def check(view: View, findings: Findings) -> None:
    """The rules about certificates and keys."""
    look = _Look(view, findings)
    for path, file in _authorities(view):
        look.certificates(path, file)
    for pair in _pairs(view):
        chain = look.certificates((*pair.path, "cert"), pair.cert)
        look.key((*pair.path, "key"), pair.key, chain)


def _authorities(view: View) -> Iterator[tuple[KeyPath, str]]:
    server = view.config.server.tls
    if server is not None:
        yield ("server", "tls", "client_ca"), server.client_ca
    for name, service in view.config.services.items():
        if service.tls is not None:
            yield ("services", name, "tls", "ca"), service.tls.ca


def _pairs(view: View) -> Iterator[_Pair]:
    server = view.config.server.tls
    if server is not None:
        for name, pair in server.certificates.items():
            yield _Pair(("server", "tls", "certificates", name), pair.cert, pair.key)
    for name, service in view.config.services.items():
        if service.tls is not None:
            yield _Pair(("services", name, "tls"), service.tls.cert, service.tls.key)


class _Look:
    """Looks into files, and says what is wrong with them at the key that names them."""

    def __init__(self, view: View, findings: Findings) -> None:
        self._view = view
        self._findings = findings

    def certificates(self, path: KeyPath, file: str) -> "list[Certificate]":
        """The certificates of a file; none where it is not there or wrong."""
        content = self._read(path, file)
        if content is None:
            return []
        from cryptography.x509 import load_pem_x509_certificates  # only who has certificates pays for it

        try:
            return load_pem_x509_certificates(content)
        except ValueError:
            swapped = _KEY in content and _CERTIFICATE not in content
            what = "holds a key, not a certificate" if swapped else "holds no certificate in PEM form"
            self._wrong(path, file, what, "name a file that begins with -----BEGIN CERTIFICATE-----")
            return []

    def key(self, path: KeyPath, file: str, chain: "list[Certificate]") -> None:
        """A private key, which must belong to the first certificate of the chain if there is one."""
        content = self._read(path, file)
        if content is None:
            return
        from cryptography.exceptions import UnsupportedAlgorithm
        from cryptography.hazmat.primitives.serialization import load_pem_private_key

        try:
            key = load_pem_private_key(content, password=None)
        except TypeError:
            self._wrong(path, file, "is encrypted, and nobody is here to type a passphrase", "store it decrypted")
        except (ValueError, UnsupportedAlgorithm):
            swapped = _CERTIFICATE in content and _KEY not in content
            what = "holds a certificate, not a key" if swapped else "holds no private key in PEM form"
            self._wrong(path, file, what, "name a file that begins with -----BEGIN PRIVATE KEY-----")
        else:
            if chain and chain[0].public_key() != key.public_key():
                self._findings.error(
                    "E211",
                    path,
                    f"the key {self._shown(file)} does not belong to its certificate",
                    label="of another certificate",
                    help="name the key that the certificate was made with; the first certificate of a chain counts",
                    related=(((*path[:-1], "cert"), "the certificate"),),
                )

    def _read(self, path: KeyPath, file: str) -> bytes | None:
        """The content of a file; None where there is nothing to look into, which others tell."""
        if not file.startswith("/") or not self._view.exists(Path(file)):
            return None
        try:
            return self._view.read(Path(file))
        except OSError as error:
            self._wrong(path, file, f"cannot be read: {error.strerror}", "let this user read it")
            return None

    def _wrong(self, path: KeyPath, file: str, what: str, help: str) -> None:
        self._findings.error("E211", path, f"{self._shown(file)} {what}", label="cannot be used", help=help)

    def _shown(self, file: str) -> str:
        return shown(Path(file), self._view.directory)
