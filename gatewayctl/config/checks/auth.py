"""[auth.*]: keys that fit the algorithms, schemes that do not contain themselves (RFC 8725 3.1, 3.5)."""

from pathlib import Path

from gatewayctl.config.checks.view import View, no_doubles, one_of
from gatewayctl.config.finding import Findings, KeyPath
from gatewayctl.config.kinds.http import FRAMING
from gatewayctl.config.models.auth import AnyAuthConfig, ApiKeyConfig, ForwardAuthConfig, JwtConfig, MtlsConfig
from gatewayctl.config.reading import shown

_SOURCES = ("jwks_url", "discovery_url", "jwks_file", "public_key_file", "secret")
_FILES = ("jwks_file", "public_key_file", "users_file")
_SAID_ANYWAY = ("x-forwarded-method", "x-forwarded-host", "x-forwarded-uri", "x-forwarded-for")
"""Headers that a server which decides is told in any case; a client's own stay out."""
_LONGEST_LEEWAY = 120.0
_SHORTEST_SECRETS = {"HS256": 32, "HS384": 48, "HS512": 64}
"""In bytes."""
_HOW_TO_MAKE_ONE = (
    "make one that nobody can guess, and give it to the issuer too: openssl rand -base64 48, or "
    "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
)
"""Both give 64 characters, which is enough for every HS algorithm."""


def check(view: View, findings: Findings) -> None:
    """The rules about authentication."""
    schemes, tls = view.config.auth, view.config.server.tls
    for name, scheme in schemes.items():
        path: KeyPath = ("auth", name)
        for key in _FILES:
            _read((*path, key), getattr(scheme, key, None), view, findings)
        if isinstance(scheme, MtlsConfig) and (tls is None or tls.client_auth == "none"):
            findings.error(
                "E123",
                (*path, "type"),
                "clients are not asked for certificates",
                label="never succeeds",
                help='add client_auth = "request" and client_ca to [server.tls]',
            )
        if isinstance(scheme, JwtConfig):
            _jwt(path, scheme, findings)
            told = [((*path, "forward_claims", claim), one.lower()) for claim, one in scheme.forward_claims.items()]
            no_doubles([(at, header, f"{header} is there") for at, header in told], findings)
        elif isinstance(scheme, ApiKeyConfig):
            one_of(path, scheme, ("header", "query"), "an API key scheme", findings)
        elif isinstance(scheme, ForwardAuthConfig):
            _sent_headers(path, scheme, findings)
        elif isinstance(scheme, AnyAuthConfig):
            for number, part in enumerate(scheme.of):
                if isinstance(schemes.get(part), AnyAuthConfig):
                    findings.error(
                        "E202",
                        (*path, "of", number),
                        f'"{part}" is itself a choice of schemes' if part != name else f'"{part}" contains itself',
                        label="not here",
                        help="name the schemes themselves",
                    )


def _sent_headers(path: KeyPath, scheme: ForwardAuthConfig, findings: Findings) -> None:
    """The question that a server is asked has no body and a connection of its own: what is about the client's is not sent."""
    for number, header in enumerate(scheme.send_headers):
        name = header.lower()
        if name in _SAID_ANYWAY or (name in FRAMING and name != "host"):
            said = name in _SAID_ANYWAY
            findings.error(
                "E112",
                (*path, "send_headers", number),
                f"{name} is written by the gateway itself" if said else f"{name} is about the client's own connection",
                label="cannot be sent on",
                help="leave it out: it is sent anyway" if said else "leave it out",
            )
    no_doubles(
        [((*path, "copy_headers", n), one.lower(), f"{one} is there") for n, one in enumerate(scheme.copy_headers)],
        findings,
    )


def _read(path: KeyPath, file: str | None, view: View, findings: Findings) -> None:
    """Takes a file's content into what is loaded. What it holds is looked at when the plan is made."""
    if not file or not file.startswith("/") or not view.exists(Path(file)):
        return
    try:
        view.read(Path(file))
    except OSError as error:
        message = f"{shown(Path(file), view.directory)} cannot be read: {error.strerror}"
        findings.error("E205", path, message, label="cannot be read", help="let this user read it")


def _jwt(path: KeyPath, scheme: JwtConfig, findings: Findings) -> None:
    one_of(path, scheme, _SOURCES, "a jwt scheme", findings)
    symmetric = [algorithm.startswith("HS") for algorithm in scheme.algorithms]
    if any(symmetric) and not all(symmetric):
        findings.error(
            "E122",
            (*path, "algorithms"),
            "HS algorithms and those with public keys are not accepted together",
            label="one kind or the other",
            help="a public key could be taken for a shared secret: make two schemes",
        )
    elif all(symmetric) and scheme.secret is None:
        message = f"{scheme.algorithms[0]} needs a shared secret"
        findings.error(
            "E123", (*path, "algorithms"), message, label="no secret", help='add secret = "${secret:JWT_SECRET}"'
        )
    elif not any(symmetric) and scheme.secret is not None:
        message = f"{scheme.algorithms[0]} needs a public key, not a secret"
        way_out = "add jwks_url, or use HS256"
        findings.error("E123", (*path, "secret"), message, label="has no effect", help=way_out, discreet=True)
    if scheme.secret is not None and any(symmetric):
        algorithm = max(scheme.algorithms, key=lambda one: _SHORTEST_SECRETS.get(one, 0))
        least = _SHORTEST_SECRETS[algorithm]
        if len(scheme.secret.get_secret_value().encode()) < least:  # RFC 7518 3.2: the size of the hash; RFC 8725 3.5
            message = (
                f"{algorithm} needs a secret of at least {least} bytes, {least * 8} bits: a shorter one can be guessed"
            )
            findings.error("E105", (*path, "secret"), message, label="too short", help=_HOW_TO_MAKE_ONE, discreet=True)
    if scheme.leeway > _LONGEST_LEEWAY:
        message = "leeway is at most 120s"
        findings.error("E105", (*path, "leeway"), message, label="too long", help="set the clocks instead")
