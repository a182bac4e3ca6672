"""The running gateway's admin address: where it is, by which token, and what it says when it is asked.

The address is ``--admin``, else that of the configuration. A configuration that is broken at this moment (which is just
when somebody wants to know how the gateway is) still says where: its ``[admin]`` table is enough.
"""

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from gatewayctl.cli.configuration import Files
from gatewayctl.cli.console import Console
from gatewayctl.cli.errors import CommandError, failed, problem_of, usage
from gatewayctl.core.frozen import frozen, mutable

if TYPE_CHECKING:
    import httpx

    from gatewayctl.config import Loaded
    from gatewayctl.config.kinds.net import Address

UNREACHABLE: Final = "E521"
NO_ANSWER: Final = "E522"
REFUSED: Final = "E523"
NOT_OURS: Final = "E524"
OFF: Final = "E525"

TOKEN_VARIABLE: Final = "GATEWAYCTL_ADMIN__TOKEN"  # noqa: S105 - a name
CONFIG_REFUSED: Final = "config_refused"
"""The reason of a reload that was refused: an outcome, not an obstacle."""

_GIVE_TOKEN: Final = f"give the token with --token-file FILE or {TOKEN_VARIABLE}"
_REFUSALS: Final = {
    "no_token_set": (
        "changes need a token, and none is set",
        'set token = "${secret:ADMIN_TOKEN}" in [admin], or use --pid-file FILE; it also follows its files by itself',
    ),
    "token_needed": ("this needs its token", _GIVE_TOKEN),
    "token_wrong": ("this is not its token", _GIVE_TOKEN),
}
"""What is refused for want of a token, and the way out from here, by the reason that the gateway gives."""
_EVERYWHERE: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - where a client finds what listens everywhere


@frozen
class Admin:
    """An admin address: the ``url`` of its root, or the path of a unix ``socket``; ``token`` empty for none."""

    url: str
    socket: str = ""
    token: str = ""

    def __str__(self) -> str:
        return f"unix:{self.socket}" if self.socket else self.url

    def ask(self, method: str, path: str, *, within: float) -> "httpx.Response":
        """The answer of the gateway, waiting at most ``within`` seconds for it. Raises CommandError without one."""
        import httpx

        if self.socket:
            self._try_socket()
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        transport = httpx.HTTPTransport(uds=self.socket) if self.socket else httpx.HTTPTransport()
        timeout = httpx.Timeout(within, connect=min(within, 3.0))
        try:
            with httpx.Client(transport=transport, base_url=self.url, timeout=timeout, trust_env=False) as client:
                return client.request(method, path, headers=headers)
        except httpx.ConnectError as error:
            raise self._unreachable(_why(error)) from None
        except httpx.TimeoutException:
            way_out = "look at its log and its load; --admin URL names another address"
            raise failed(NO_ANSWER, f"the gateway at {self} did not answer within {within:g}s", way_out) from None
        except httpx.HTTPError as error:
            raise failed(
                NO_ANSWER, f"{self} broke the connection: {_why(error)}", "is it a gateway's admin address?"
            ) from None

    def _try_socket(self) -> None:
        """Connects once by hand: httpcore leaves a socket open where that fails (seen with 1.0.9)."""
        import socket

        try:
            with socket.socket(socket.AF_UNIX) as trial:
                trial.connect(self.socket)
        except OSError as error:
            raise self._unreachable(problem_of(error)) from None

    def _unreachable(self, why: str) -> CommandError:
        way_out = "is it running? gatewayctl serve starts it; --admin URL names another address"
        return failed(UNREACHABLE, f"no gateway answers at {self}: {why}", way_out)

    def data(self, method: str, path: str, *, within: float) -> dict[str, Any]:
        """The JSON object that the gateway answers with. Raises CommandError for anything else."""
        response = self.ask(method, path, within=within)
        try:
            data = response.json()
        except ValueError:
            data = None
        if isinstance(data, dict) and "reason" in data and data["reason"] != CONFIG_REFUSED:
            raise _refused(self, data)
        if not isinstance(data, dict):
            message = f"{self} is no gateway's admin address: it answers {path} with {response.status_code}"
            raise failed(NOT_OURS, message, "--admin URL names the right one; see [admin] listen in the configuration")
        return data


def _why(error: Exception) -> str:
    """What the system says, without its error number."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, OSError) and cause.strerror:
            return problem_of(cause)
        cause = cause.__cause__ or cause.__context__
    text = str(error).partition("] ")[2] or str(error) or type(error).__name__
    return text[:1].lower() + text[1:]


def _refused(admin: Admin, problem: dict[str, Any]) -> CommandError:
    """The problem (RFC 9457) that the gateway answers with, and what to do about it here."""
    detail = str(problem.get("detail") or problem.get("title") or problem.get("status")).rstrip(".")
    detail, way_out = _REFUSALS.get(str(problem["reason"]), (detail, "its log may say more"))
    return failed(REFUSED, f"the gateway at {admin} refuses: {detail}", way_out)


@mutable
class AdminOptions(Files):
    """Which running gateway."""

    admin: Annotated[
        str | None,
        typer.Option(
            "--admin", metavar="URL", help="Its admin address, also unix:PATH. Default: that of the configuration."
        ),
    ] = None
    token_file: Annotated[
        str | None,
        typer.Option(
            "--token-file", metavar="FILE", help="Read the token from FILE. Default: that of the configuration."
        ),
    ] = None

    def find(self, console: Console) -> Admin:
        """The admin address that is meant. Raises CommandError where it is off or makes no sense."""
        given = self._given_token()
        if self.admin is not None:
            url, socket = _parsed(self.admin)
            own = self._configured(console)[1] if self.config and given is None else ""
            return Admin(url, socket, given if given is not None else own)
        address, token = self._configured(console)
        if address is None:
            way_out = "set listen in [admin], or reload by signal: gatewayctl reload --pid-file FILE"
            raise failed(OFF, "the admin address is off in this configuration", way_out)
        token = token if given is None else given
        if address.path:
            return Admin("http://localhost", address.path, token)
        if not address.port:
            message = "the configuration lets the system choose the admin port (port 0)"
            raise failed(OFF, message, "name it: --admin http://127.0.0.1:PORT; serve printed it when it started")
        host = _EVERYWHERE.get(address.host, address.host)
        return Admin(f"http://[{host}]:{address.port}" if ":" in host else f"http://{host}:{address.port}", token=token)

    def find_with_token(self, console: Console) -> Admin:
        """The same, with the configuration's token where none is given: for what is asked about this configuration."""
        found = self.find(console)
        return found if found.token else replace(found, token=self._configured(console)[1])

    def _given_token(self) -> str | None:
        """The token that was given for this command: by file, else by its variable."""
        if self.token_file is not None:
            try:
                return Path(self.token_file).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                why = problem_of(error) if isinstance(error, OSError) else "it is not UTF-8"
                message = f"the token file {self.token_file} cannot be read: {why}"
                raise failed("E025", message, "check the name given to --token-file") from None
        return os.environ.get(TOKEN_VARIABLE)

    def _configured(self, console: Console) -> "tuple[Address | None, str]":
        """The address (None: off) and token of the configuration, as ``serve`` would read them."""
        from gatewayctl.config import load

        loaded = load(self.files, environ=os.environ, environment_layer=True, check_capabilities=False)
        if loaded.config is not None:
            admin = loaded.config.admin
        else:
            unread = next((found.message for found in loaded.diagnostics if found.code == "E001"), "")
            why = unread or f"{' + '.join(self.files)} has errors (see gatewayctl validate)"
            used = "only its [admin]" if "admin" in loaded.places.data else "nothing of it"
            console.hint(f"{why}; {used} is used here")
            admin = _admin_alone(loaded)
        unset = ("admin", "token") in loaded.unset
        return admin.listen, "" if unset else admin.token.get_secret_value()


def _admin_alone(loaded: "Loaded") -> Any:
    """``[admin]`` of a configuration with errors elsewhere; the built-in defaults where it is wrong itself."""
    from pydantic import ValidationError

    from gatewayctl.config.models.admin import AdminConfig

    try:
        return AdminConfig.model_validate(loaded.places.data.get("admin", {}))
    except ValidationError:
        return AdminConfig.model_validate({})


def _parsed(written: str) -> tuple[str, str]:
    """The URL and the socket that ``--admin`` names."""
    if written.startswith("unix:"):
        return "http://localhost", written.removeprefix("unix:")
    url = written if "://" in written else f"http://{written}"
    scheme, _, rest = url.partition("://")
    if scheme not in ("http", "https") or not rest or rest.startswith((":", "/")):
        raise usage(
            f'"{written}" is no admin address', "write --admin http://127.0.0.1:9080 or --admin unix:run/admin.sock"
        )
    return url.rstrip("/"), ""
